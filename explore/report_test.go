package explore

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
	"schedlab/explore/internal/strategy"
)

func TestExecutionsAreCountedOnce(t *testing.T) {
	for _, c := range []struct {
		r    Result
		want string
	}{
		{Result{}, "0 executions complete"},
		{Result{Complete: 1}, "1 execution complete"},
		{Result{Complete: 3, Violations: 1, Stuck: 1},
			"4 executions: 3 complete, 1 violating (stuck)"},
		{Result{Complete: 6, Violations: 4, Stuck: 2},
			"10 executions: 6 complete, 4 violating (2 of them stuck)"},
		{Result{Complete: 2, Cut: 1, TooLong: 1, Violations: 1},
			"5 executions: 2 complete, 1 cut, 1 too long, 1 violating"},
	} {
		c.r.Bound = "b"
		require.Equal(t, "Unknown (b): "+c.want+", 0 steps, 0s", c.r.String())
	}
	r, err := Run(func() {
		var n Note
		Go(n.Sleep)
		Go(func() { Assert(!n.Signaled(), "") })
		n.Clear()
	}, KeepGoing())
	require.NoError(t, err)
	require.Contains(t, r.String(),
		fmt.Sprintf("%d executions: %d violating (stuck)", r.Violations, r.Violations))
}

func TestAPageSaysWhatItIsOf(t *testing.T) {
	e, v := firstViolation(t, badSleeper, dpor.New(nil, nil))
	story.Explain(e, v.inner(), story.Origin{
		Test: "TestRing/small", Nth: 1,
		Verdict: "Violated (every execution): 3 executions",
	})
	for _, want := range []string{
		"<h1>TestRing/small: lost wakeup</h1>",
		"schedlab/explore · Violated (every execution): 3 executions",
		`<td class="code">if !ready.Load() {</td>`,
		`tabindex="0"`,
	} {
		require.Contains(t, v.HTML, want)
	}
}

// The row of a thread that wakes up points to the row of the step that woke it.
func TestThePageShowsWhoWokeAThread(t *testing.T) {
	e, v := violationOf(t, func() {
		var m Mutex
		c := NewCond(&m)
		woken := false
		Go(func() {
			m.Lock()
			c.Wait()
			woken = true
			m.Unlock()
		})
		m.Lock()
		c.Signal()
		m.Unlock()
		m.Lock()
		Assert(!woken, "woken")
		m.Unlock()
	}, Assertion)
	story.Explain(e, v.inner(), story.Origin{})
	rows, found := pageRow.FindAllStringSubmatch(v.HTML, -1), false
	for _, w := range rows {
		if strings.Contains(w[2], "wakes up") {
			found = true
			from, err := strconv.Atoi(w[1])
			require.NoError(t, err)
			require.Contains(t, rows[from][2], "wakes thread 1")
		}
	}
	require.True(t, found)
}

// pageRow matches a row of a page: the row that it points to, and what it shows.
var pageRow = regexp.MustCompile(`<tr .* data-from="(-?\d+)">(.*)`)

// violationOf explores up to an execution that violates p.
func violationOf(t *testing.T, program func(), p Property) (*engine.Engine, *Violation) {
	cfg := defaults()
	cfg.KeepGoing = true
	s := strategy.NewNaive()
	e := newEngine(cfg, program, s)
	t.Cleanup(e.Close)
	for s.Begin(e) {
		e.Execute()
		if s.End(e); e.Failure != nil && e.Failure.Property == p {
			v := Violation(*e.Failure)
			return e, &v
		}
	}
	require.Fail(t, "no such violation")
	return nil, nil
}

// If a program is not the same again, the message tells the place and what may be the
// cause. It does not if the token is of another program.
func TestWhatIsNotTheSameAgainIsToldWithItsPlace(t *testing.T) {
	n := int32(0)
	program := func() {
		var x Int32
		n++
		Go(func() { x.Load() })
		x.Store(1)
		x.Add(n)
	}
	f, r := watched(t, program)
	require.Equal(t, Nondeterminism, r.Violation.Property)
	require.Regexp(t, `step 3, which was "thread 0: add int32 #0: 1 → \d+", is now ".*" `+
		`\(at report_test.go:\d+\)`, f.errors[0])
	require.Contains(t, f.errors[0], "the order in which a map is ranged over")
	require.Contains(t, r.Violation.HTML, "the order in which a map is ranged over")

	f, _ = watched(t, addsByHand)
	withFlags(t, func() {
		f, r := watched(t, storeBuffering)
		require.Contains(t, f.errors[0], "the schedule is of another program")
		require.NotContains(t, f.errors[0]+r.Violation.HTML, "the order in which a map")
	}, replayLine.FindString(f.errors[0]))
}

// Merge prints what a shard has found with names, table and the line that replays it.
func TestMergePrintsWhatTheShardWouldPrint(t *testing.T) {
	dir := t.TempDir()
	var found string
	var files []string
	for i := range 2 {
		file := filepath.Join(dir, fmt.Sprint(i))
		files = append(files, file)
		withFlags(t, func() {
			_, r := watched(t, addsByHand)
			if v := r.Violation; v != nil {
				found = v.Text()
			}
		}, fmt.Sprintf("-explore.shard=%d/2", i+1), "-explore.resume="+file)
	}
	require.Contains(t, found, "load x: 0")
	require.Contains(t, found, "schedlab/explore -run '^TestFake$' -explore.replay=")
	sums, err := Merge(files...)
	require.ErrorContains(t, err, found)
	require.Equal(t, Violated, sums["TestFake#1"].Verdict)
}

func TestAViolationThatNobodyHasExplainedHasAToken(t *testing.T) {
	v := &Violation{Property: Deadlock, Message: "all wait", Schedule: Schedule{0}}
	require.Equal(t, "deadlock after 0 steps: all wait\n"+
		"replay: -explore.replay="+v.Schedule.String(), v.Text())
}

func TestWorkersNeedGoroutinesThatAreKnownApart(t *testing.T) {
	for _, c := range []struct {
		workers int
		known   bool
		fails   bool
	}{{1, true, false}, {1, false, false}, {2, true, false}, {2, false, true}} {
		cfg := defaults()
		cfg.workers = c.workers
		require.Equal(t, c.fails, cfg.possible(c.known) != nil, "%+v", c)
	}
}

// A thread that sleeps to the end of time wakes up then. A thread that polls the clock
// spins for ever.
func TestTheEndOfTimeIsReached(t *testing.T) {
	r := once(func() { Sleep(math.MaxInt64); Assert(Now() == math.MaxInt64, "too early") })
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	r = once(func() {
		for range 3 {
			Sleep(1 << 62)
		}
		var n Note
		Assert(!n.SleepFor(math.MaxInt64), "nobody wakes it")
	})
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	r = once(func() {
		Sleep(math.MaxInt64)
		for Now() >= 0 {
			Pause()
		}
	})
	require.Equal(t, Livelock, r.Violation.Property, "%v", r.Violation)
}

// TestAnInterruptedExplorationHasAVerdict runs itself in another process.
func TestAnInterruptedExplorationHasAVerdict(t *testing.T) {
	const child = "SCHEDLAB_EXPLORE_INTERRUPTED"
	if os.Getenv(child) != "" {
		interruptible(t)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0],
		"-test.run=^TestAnInterruptedExplorationHasAVerdict$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(out)
	for line := ""; line != "ready\n"; {
		line, err = lines.ReadString('\n')
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.Error(t, cmd.Wait(), "it must fail")
	text := string(rest)
	why := "the process was asked to end (interrupt); " +
		"-explore.resume=$PWD/part.json would have kept"
	require.Equal(t, 2, strings.Count(text, why), text)
	require.Equal(t, 2, strings.Count(text, "Unknown (every execution): "), text)
}

// interruptible expects an interrupt in its first exploration.
func interruptible(t *testing.T) {
	told := false
	program := func() {
		if !told {
			told = true
			fmt.Println("ready")
		}
		var x Int32
		for range 8 {
			Go(func() { x.Add(1); x.Load(); x.Add(1) })
		}
	}
	Test(t, program)
	Test(t, program)
}
