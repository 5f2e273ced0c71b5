package explore

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
	"schedlab/explore/internal/strategy"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected counterexamples in testdata")

// What these tests compare must not depend on how busy the machine is.
func init() { story.ShortenTime = time.Hour }

// badAll returns all known-bad programs of the tests, by name.
func badAll() map[string]func() {
	all := map[string]func(){}
	for _, c := range badPrograms {
		all[c.name] = c.program
	}
	for _, p := range judgedPrograms {
		if p.property != "" {
			all[p.name] = p.b.joined()
		}
	}
	for _, d := range detectorTests {
		if d.want != "" {
			all[d.name] = d.program
		}
	}
	return all
}

// firstViolation explores by s up to the first violation.
func firstViolation(t *testing.T, program func(), s engine.Strategy) (*engine.Engine, *Violation) {
	e := newEngine(defaults(), program, s)
	t.Cleanup(e.Close)
	for e.Failure == nil && s.Begin(e) {
		e.Execute()
		s.End(e)
	}
	require.NotNil(t, e.Failure)
	v := Violation(*e.Failure)
	return e, &v
}

func explained(t *testing.T, program func(), testName string) *Violation {
	e, v := firstViolation(t, program, dpor.New(nil, nil))
	story.Explain(e, v.inner(), story.Origin{Test: testName})
	return v
}

// withoutTags matches the build tags in the line that replays.
var withoutTags = regexp.MustCompile(`go test -tags \S+ `)

// tableWidth is the greatest width of a table.
const tableWidth = 160

// The texts of small counterexamples are those of testdata.
func TestCounterexamplesReadLikeThis(t *testing.T) {
	for _, c := range badPrograms {
		t.Run(c.name, func(t *testing.T) {
			table := explained(t, c.program, "TestX/"+c.name).Table
			got := withoutTags.ReplaceAllString(table, "go test ")
			file := filepath.Join("testdata", "counterexample-"+c.name+".txt")
			if *rewrite {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got,
				"go test -run TestCounterexamples ./explore -rewrite rewrites testdata")
			require.NotContains(t, got, "/tmp")
			for line := range strings.Lines(got) {
				if !strings.HasPrefix(line, "replay: ") {
					require.LessOrEqual(t, len([]rune(line)), tableWidth+1, line)
				}
			}
		})
	}
}

// The token in a counterexample repeats the execution, in another engine.
func TestReplayDoesItAgain(t *testing.T) {
	for name, program := range badAll() {
		t.Run(name, func(t *testing.T) {
			v := explained(t, program, "")
			_, token, _ := strings.Cut(v.Table, "-explore.replay=")
			s, err := engine.ParseSchedule(token)
			require.NoError(t, err)
			require.Equal(t, v.Schedule, s)

			e := newEngine(defaults(), program, strategy.NewReplay(s))
			defer e.Close()
			e.Strategy.Begin(e)
			e.Execute()
			e.Strategy.End(e)
			require.NotNil(t, e.Failure)
			require.Equal(t, v.Property, e.Failure.Property)
			require.Equal(t, v.Step, e.Failure.Step)
			require.Equal(t, v.Thread, e.Failure.Thread)
			require.Contains(t, v.HTML, "explore.replay="+token[:3])
		})
	}
}

// best looks at all executions of program that violate p. It returns the fewest
// preemptions, and the fewest steps with those.
func best(program func(), p Property) (preemptions, steps int) {
	cfg := defaults()
	cfg.KeepGoing = true
	s := &counting{}
	e := newEngine(cfg, program, s)
	defer e.Close()
	preemptions, steps = 1<<30, 1<<30
	for s.Begin(e) {
		e.Execute()
		if n := Schedule(e.Schedule).Steps(); e.Failure != nil && e.Failure.Property == p {
			if s.preemptions < preemptions || s.preemptions == preemptions && n < steps {
				preemptions, steps = s.preemptions, n
			}
		}
	}
	return preemptions, steps
}

// counting is the strategy naive, and counts preemptions.
type counting struct {
	strategy.Naive
	preemptions int
}

func (s *counting) Begin(e *engine.Engine) bool {
	s.preemptions = 0
	return s.Naive.Begin(e)
}

func (s *counting) Next(e *engine.Engine) *engine.Thread {
	t := s.Naive.Next(e)
	if t != nil && e.Preempts(t) {
		s.preemptions++
	}
	return t
}

func TestNoExecutionIsShorterThanAMinimalOne(t *testing.T) {
	known := map[string][2]int{ // preemptions, steps
		"counter": {1, 7}, "order": {1, 2}, "publication": {0, 2},
		"pop": {0, 5}, "sleeper": {1, 5}, "wakers": {0, 2},
	}
	checked := 0
	for name, program := range badAll() {
		if slices.Contains([]string{"loop", "Treiber's stack that uses nodes again"}, name) {
			continue // too many executions to look at all of them
		}
		t.Run(name, func(t *testing.T) {
			v := explained(t, program, "")
			require.True(t, v.Minimal)
			preemptions, steps := best(program, v.Property)
			require.Equal(t, steps, v.Schedule.Steps())
			require.Contains(t, v.Table,
				fmt.Sprintf(", %s: no execution", engine.Count(preemptions, "preemption")))
			if want, ok := known[name]; ok {
				require.Equal(t, want, [2]int{preemptions, steps})
			}
			checked++
		})
	}
	require.Greater(t, checked, 20)
}

// A replayed execution is told as it is, though there are shorter ones.
func TestWhatIsReplayedIsNotShortened(t *testing.T) {
	cfg := defaults()
	cfg.Strategy, cfg.Replay = "replay", Schedule{1, 2, 1, 2, 0, 0, 0}
	e, v := firstViolation(t, badCounter, strategies["replay"].make(cfg))
	e.Limits = cfg.limited()
	story.Explain(e, v.inner(), story.Origin{})
	for i, d := range v.Schedule {
		require.Equal(t, cfg.Replay[i], d&engine.PlaceMask)
	}
	require.NotContains(t, v.Table, "no execution")
	require.Contains(t, v.Table, "explore.replay=v1.1l0.2l0.1s0.2s0.0jjl0-")
}

// A violation found at random comes out as short as one found by any other strategy.
func TestShorteningForgetsWhereItCameFrom(t *testing.T) {
	for _, c := range badPrograms[:6] {
		want := explained(t, c.program, "")
		for seed := range uint64(20) {
			cfg := defaults()
			cfg.Seed, cfg.Executions = seed, 10_000
			e, v := firstViolation(t, c.program, strategies["random"].make(cfg))
			if v.Property != want.Property {
				continue
			}
			story.Explain(e, v.inner(), story.Origin{})
			require.Equal(t, want.Schedule, v.Schedule, c.name)
			require.True(t, v.Minimal)
		}
	}
}

// A random execution that is too long for the search becomes readable.
func TestLongExecutionsBecomeQuiet(t *testing.T) {
	program := func() {
		var c counter
		var others [6]counter
		var threads []*Thread
		for i := range others {
			threads = append(threads, Go(func() {
				for range 10 {
					others[i].add()
				}
				c.add()
				for range 10 {
					others[i].add()
				}
			}))
		}
		for _, th := range threads {
			th.Join()
		}
		Assert(c.n.Load() == int32(len(others)), "an addition is lost")
	}
	cfg := defaults()
	cfg.Seed, cfg.Executions = 1, 1000
	e, v := firstViolation(t, program, strategies["random"].make(cfg))
	before := strategy.NewReplay(v.Schedule)
	x := newEngine(defaults(), program, before)
	defer x.Close()
	before.Begin(x)
	x.Execute()
	require.Greater(t, before.Preemptions, 100)
	story.Explain(e, v.inner(), story.Origin{})
	require.Contains(t, v.Table, ", 1 preemption: ")
	require.Contains(t, v.Table, "steps of thread")
}

func TestNotMinimalIsSaid(t *testing.T) {
	v := explained(t, badChoices, "")
	require.False(t, v.Minimal)
	require.Contains(t, v.Table, "there may be one")
}

// A schedule of one program does not fit another one, and the message says where.
func TestReplayOfAnotherProgram(t *testing.T) {
	old := explained(t, badCounter, "").Schedule
	for _, c := range []struct {
		name    string
		program func()
		want    string
	}{
		{"fewer threads", func() {},
			"as step 1 it expects thread 1: load (object 0); but the execution has ended"},
		{"a thread without steps", func() { Go(func() {}).Join() },
			"as step 1 it expects thread 1: load (object 0); but thread 1 has ended"},
		{"another operation", func() {
			var c counter
			a, b := Go(c.add), Go(func() { c.n.Store(2) })
			a.Join()
			b.Join()
		}, "as step 2 it expects thread 2: load (object 0); but thread 2 stands before: store"},
		{"another object", func() {
			var x Int32
			var c counter
			a, b := Go(func() { x.Load() }), Go(c.add)
			a.Join()
			b.Join()
		}, "as step 2 it expects thread 2: load (object 0); " +
			"but thread 2 stands before: load int32 2 (object 1)"},
		{"another Choose", func() {
			var c counter
			a, b := Go(func() { c.n.Load(); Choose(2) }), Go(c.add)
			a.Join()
			b.Join()
		}, "as step 2 it expects thread 2: load (object 0); but thread 1 chooses one of 2"},
		{"shorter", func() {
			var c counter
			Go(c.add)
			Go(c.add)
		}, "as step 5 it expects thread 0: join; but the execution has ended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(defaults(), c.program, strategy.NewReplay(old))
			defer e.Close()
			e.Strategy.Begin(e)
			e.Execute()
			e.Strategy.End(e)
			require.Equal(t, engine.Diverged, e.Outcome)
			require.Contains(t, e.Failure.Message, c.want)
			require.Contains(t, e.Failure.Message, "the schedule is of another program")
		})
	}
}

// If a violation does not happen again, the text says so.
func TestExplainSaysThatItDidNotHappenAgain(t *testing.T) {
	runs := 0
	e, v := firstViolation(t, func() {
		var x Int32
		x.Load()
		runs++
		Assert(runs > 1, "only the first time")
	}, dpor.New(nil, nil))
	story.Explain(e, v.inner(), story.Origin{Test: "TestX"})
	require.Contains(t, v.Table, "did not happen again")
	require.Contains(t, v.HTML, "did not happen again")
}

func TestObjectsHaveTheNamesOfTheSource(t *testing.T) {
	v := explained(t, func() {
		var a, b counter
		slots := make([]Int32, 2)
		for i := range slots {
			slots[i].Store(1)
		}
		var named Int32
		Name(&named, "the named one")
		named.Store(1)
		for _, c := range []*counter{&a, &b} {
			c.add()
		}
		if x, y := a.n.Load(), b.n.Load(); x+y == 2 {
			panic("done")
		}
	}, "")
	for _, want := range []string{
		"store slots[i]: 0 → 1", "store slots[i]#2: 0",
		"store the named one: 0",
		"store c.n: 0", "store c.n#2: 0",
	} {
		require.Contains(t, v.Table, want)
	}
}

func TestEveryControlledTypeCanBeNamed(t *testing.T) {
	v := explained(t, func() {
		var (
			b    Bool
			i32  Int32
			i64  Int64
			u32  Uint32
			u64  Uint64
			uptr Uintptr
			p    Pointer[int]
			m    Mutex
			rw   RWMutex
			note Note
			c    = NewCond(&m)
			once Once
			wg   WaitGroup
			mem  Var[int]
		)
		for i, x := range []Named{
			&b, &i32, &i64, &u32, &u64, &uptr, &p, &m, &rw, &note, c, &once, &wg, &mem,
		} {
			Name(x, fmt.Sprint("name", i))
		}
		b.Load()
		i32.Load()
		i64.Load()
		u32.Load()
		u64.Load()
		uptr.Load()
		p.Load()
		m.Lock()
		rw.Lock()
		note.Wakeup()
		c.Signal()
		once.Do(func() {})
		wg.Wait()
		mem.Load()
		panic("done")
	}, "")
	for i := range 14 {
		require.Regexp(t, fmt.Sprintf(` name%d\b`, i), v.Table)
	}
}

func TestManyThreadsShareAColumn(t *testing.T) {
	v := explained(t, badChoices, "")
	require.Contains(t, v.Table, "step │ thread │ does")
}

func TestPageNeedsNothingElse(t *testing.T) {
	v := explained(t, badCounter, "TestX")
	require.NotRegexp(t, regexp.MustCompile(`(src|href)=|https?://|@import|url\(`), v.HTML)
	require.Contains(t, v.HTML, "store c.n: 0 → 1")
	escaped := explained(t, func() { panic("<script>alert(1)</script>") }, "")
	require.NotContains(t, escaped.HTML, "<script>alert")
}

// A call through a wrapper is told by the line and the name of the wrapper's caller.
func TestWrappersAreLookedThrough(t *testing.T) {
	v := explained(t, func() {
		var front gate
		front.Unbar()
		Assert(!front.Unbarred(), "the gate is open")
	}, "")
	require.Contains(t, v.Table, "store front: false → true")
	require.NotContains(t, v.Table, "wrapper_test.go")
}
