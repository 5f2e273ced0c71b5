package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// These tests prove what each strategy promises: naive executes each interleaving once,
// bounded every trace within its bound, pct meets bugs with its probability, and pos meets
// traces more evenly than random. For urw and surw see uniform_test.go.

// spy is a strategy that counts preemptions and shows each execution to seen.
type spy struct {
	engine.Strategy
	seen        func(e *engine.Engine)
	preemptions int // in this execution
}

// MayRetract says whether the strategy takes back its last step.
func (s *spy) MayRetract() bool { return mayRetract(s.Strategy) }

// Retract takes it back.
func (s *spy) Retract() { s.Strategy.(engine.Retracter).Retract() }

func (s *spy) Begin(e *engine.Engine) bool {
	s.preemptions = 0
	return s.Strategy.Begin(e)
}

func (s *spy) Next(e *engine.Engine) *engine.Thread {
	t := s.Strategy.Next(e)
	if t != nil && t.Enabled() && e.Preempts(t) {
		s.preemptions++
	}
	return t
}

func (s *spy) End(e *engine.Engine) {
	s.Strategy.End(e)
	s.seen(e)
}

func (s *spy) Samples() bool { return engine.Samples(s.Strategy) }

// exploreWith explores program by the strategy with that name. It shows each execution that
// counts to seen.
func exploreWith(
	t testing.TB, name string, cfg *config, program func(), seen func(e *engine.Engine),
) Result {
	t.Helper()
	cfg.Strategy, cfg.KeepGoing = name, true
	s := &spy{Strategy: strategies[name].make(cfg), seen: func(e *engine.Engine) {
		if e.Outcome != engine.Repeated && e.Outcome != engine.Cut {
			seen(e)
		}
	}}
	e := newEngine(cfg, program, s)
	defer e.Close()
	return explore(e, nil)
}

func ignore(*engine.Engine) {}

// preemptionsOf counts the preemptions of an execution from its events alone. A thread that
// was preempted takes a step later. It is right for programs that never wait.
func preemptionsOf(e *engine.Engine) (n int) {
	for i := 1; i < len(e.Events); i++ {
		a, b := e.Events[i-1].Thread, e.Events[i].Thread
		goesOn := slices.ContainsFunc(e.Events[i:],
			func(ev engine.Event) bool { return ev.Thread == a })
		if a != b && goesOn {
			n++
		}
	}
	return n
}

func TestNaiveExecutesEachInterleavingOnce(t *testing.T) {
	for _, c := range []struct {
		name    string
		program func()
		want    uint64
	}{
		{"2 threads of 8 steps", steps(2, 8), 12870},
		{"3 threads of 3 steps", steps(3, 3), 1680},
		{"numbers", func() { Choose(2); Choose(3) }, 6},
		{"one number", func() { Choose(1) }, 1},
		{"numbers between steps", func() {
			var x Int32
			Go(func() { x.Store(int32(Choose(3))); x.Load() })
			Go(func() { x.Load() })
		}, 9},
		{"critical sections", sections(2, 2).started(), 6}, // waiting for a lock is no step
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := map[string]bool{}
			r := exploreWith(t, "naive", defaults(), c.program,
				func(e *engine.Engine) { seen[fmt.Sprint(e.Schedule)] = true })
			require.Equal(t, c.want, r.Complete)
			require.Len(t, seen, int(c.want))
		})
	}
}

func TestNaiveMeetsDeadlocksAndTime(t *testing.T) {
	r := exploreWith(t, "naive", defaults(), philosophers(2).started(), ignore)
	require.NotZero(t, r.Stuck)
	require.NotZero(t, r.Complete)

	woken := map[bool]bool{}
	r = exploreWith(t, "naive", defaults(), func() {
		var n Note
		Go(func() { woken[n.SleepFor(5)] = true })
		Go(func() { Sleep(3); n.Wakeup() })
	}, ignore)
	require.Equal(t, map[bool]bool{true: true, false: true}, woken)
	require.Zero(t, r.Violations)
	require.Zero(t, r.Stuck)
}

// TestBoundedExploresEachTraceUpToTheBound: bounded finds the traces that naive finds. It
// finds each first with the fewest preemptions with which naive does.
func TestBoundedExploresEachTraceUpToTheBound(t *testing.T) {
	n := uint64(100)
	if raceDetector || testing.Short() {
		n = 15
	}
	for _, pf := range profiles {
		t.Run(pf.name, func(t *testing.T) {
			compared := 0
			for seed := *bruteSeed; seed < *bruteSeed+n; seed++ {
				p := pf.random(rand.New(rand.NewPCG(seed, 1)))
				_, small := enumerate(p, 150)
				if small && !p.spawnsDeep() && boundedFindsFewest(t, p, seed) {
					compared++
				}
			}
			require.NotZero(t, compared)
		})
	}
}

// spawnsDeep says whether threads other than the first start threads. Those have different
// ids in each exploration, and so in traceOf.
func (p *prog) spawnsDeep() bool {
	var spawns func(body []ins) bool
	spawns = func(body []ins) bool {
		return slices.ContainsFunc(body,
			func(in ins) bool { return in.op == pGo || spawns(in.body) })
	}
	return slices.ContainsFunc(p.threads[1:], spawns)
}

// boundedFindsFewest compares bounded with naive. It returns false if p breaks a property
// on the way: that ends an execution, at a moment that belongs to no trace.
func boundedFindsFewest(t *testing.T, p *prog, seed uint64) bool {
	fewest, broken := map[string]int{}, false
	exploreWith(t, "naive", defaults(), newMachine(p).program, func(e *engine.Engine) {
		broken = broken || e.Outcome == engine.Failed
		n, trace := e.Strategy.(*spy).preemptions, traceOf(e)
		if old, ok := fewest[trace]; !ok || n < old {
			fewest[trace] = n
		}
	})
	for bound := 0; bound < 4 && !broken; bound++ {
		got, last := map[string]int{}, 0
		cfg := defaults()
		cfg.Preempt = bound
		exploreWith(t, "bounded", cfg, newMachine(p).program, func(e *engine.Engine) {
			n, trace := e.Strategy.(*spy).preemptions, traceOf(e)
			require.GreaterOrEqual(t, n, last, "seed %d: fewest preemptions first", seed)
			if _, ok := got[trace]; !ok {
				got[trace] = n
			}
			last = n
		})
		want := map[string]int{}
		for trace, n := range fewest {
			if n <= bound {
				want[trace] = n
			}
		}
		require.Equal(t, want, got, "seed %d, bound %d:\n%s", seed, bound, p)
	}
	return !broken
}

func TestBoundedSaysWhenItLeavesNothingOut(t *testing.T) {
	for most, want := range map[int]string{
		100: "every execution: a limit of 4 preemptions leaves nothing out",
		4:   "every execution: a limit of 4 preemptions leaves nothing out",
		3:   "every execution with at most 3 preemptions",
	} {
		cfg := defaults()
		cfg.Preempt = most
		var b engine.Strategy
		r := exploreWith(t, "bounded", cfg, steps(2, 3), func(e *engine.Engine) { b = e.Strategy })
		require.Equal(t, want, b.Bound())
		require.Equal(t, most > 3, r.Complete == 20)
	}
}

// planted are bugs with their depth, as pct counts it: the number of ordered events.
var planted = []struct {
	name    string
	depth   int
	bug     Property
	program func()
}{
	{"read too early", 1, Assertion, func() {
		var ready Int32
		Go(func() { ready.Store(1) })
		Go(func() { Assert(ready.Load() == 1, "not ready") })
	}},
	{"lost update", 2, Assertion, addsByHand},
	{"lock order", 2, Deadlock, philosophers(2).started()},
	{"wrong spin lock", 3, Assertion, func() {
		var held, inside Int32
		enter := func() {
			for held.Load() != 0 {
				Pause()
			}
			held.Store(1)
			Assert(inside.Add(1) == 1, "two inside")
			inside.Add(-1)
			held.Store(0)
		}
		Go(enter)
		Go(enter)
	}},
	{"there and back", 3, Assertion, func() {
		var x Int32
		Go(func() { x.Store(1); x.Store(0) })
		Go(func() {
			if x.Load() == 1 {
				Assert(x.Load() == 1, "it changed")
			}
		})
	}},
}

func TestEachStrategyFindsPlantedBugs(t *testing.T) {
	for name, row := range strategies {
		if name == "fuzz" || name == "replay" {
			continue
		}
		for _, c := range planted {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				cfg := defaults()
				cfg.Strategy = name
				e := newEngine(cfg, c.program, row.make(cfg))
				defer e.Close()
				r := explore(e, nil)
				require.Equal(t, Violated, r.Verdict)
				require.Equal(t, c.bug, r.Violation.Property)
			})
		}
	}
}

func TestBoundsSayWhatWasExecuted(t *testing.T) {
	for name, want := range map[string]string{
		"naive":   "every interleaving",
		"bounded": "every execution: a limit of 2 preemptions leaves nothing out",
		"random":  "random: 10 executions, seed 4",
		"pct": "pct: 10 executions, seed 4; each meets a given bug of depth 3 " +
			"with probability >= 1/(n k^2) = 0.021 " +
			"(n=3 threads, k=4 steps), all together 0.19",
		"pos": "partial order sampling: 10 executions, seed 4",
		"urw": "uniform random walk: 10 executions, seed 4; in 9 of them each thread took the " +
			"steps expected of it: then all interleavings of the threads that never wait are " +
			"equally likely",
		"surw": "selectively uniform random walk: 10 executions, seed 4; in 9 of them each " +
			"thread took the steps expected of it on one object: then all orders of these " +
			"steps, of the threads that never wait, are equally likely",
		"fuzz": "the execution that the bytes say",
	} {
		cfg := defaults()
		cfg.Seed = 4
		if name != "naive" && name != "bounded" {
			cfg.Executions = 10
		}
		var s engine.Strategy
		r := exploreWith(t, name, cfg, steps(2, 2), func(e *engine.Engine) { s = e.Strategy })
		require.Equal(t, want, s.Bound())
		require.Contains(t, r.Bound, want)
		verified := name == "naive" || name == "bounded"
		require.Equal(t, verified, r.Verdict == Verified, "%s: %v", name, r)
	}
}

func schedules(t testing.TB, name string, cfg *config, program func()) (all []string) {
	exploreWith(t, name, cfg, program,
		func(e *engine.Engine) { all = append(all, fmt.Sprint(e.Schedule)) })
	return all
}

func TestTheSeedSaysWhichExecutionsAreDrawn(t *testing.T) {
	for _, name := range randomStrategies {
		draw := func(seed uint64, shard, shards int) []string {
			cfg := defaults()
			cfg.Executions, cfg.Seed, cfg.Shard, cfg.Shards = 60, seed, shard, shards
			return schedules(t, name, cfg, lastZero(3).started())
		}
		all := draw(7, 0, 1)
		require.Len(t, all, 60, name)
		require.Equal(t, all, draw(7, 0, 1), name)
		require.NotEqual(t, all, draw(8, 0, 1), name)
		if name != "random" && name != "pos" {
			continue // it learns from the executions before
		}
		merged := make([]string, 60)
		for shard := range 3 {
			for i, s := range draw(7, shard, 3) {
				merged[3*i+shard] = s
			}
		}
		require.Equal(t, all, merged, name)
	}
}

func TestPCTKeepsItsPromise(t *testing.T) {
	for _, c := range planted {
		for extra := range 3 {
			program := func() {
				var y Int32
				for range extra {
					Go(func() { y.Add(1); y.Add(1) })
				}
				c.program()
			}
			cfg := defaults()
			cfg.Depth, cfg.Executions, cfg.Seed = c.depth, 2000, 3
			var s *strategy.PCT
			r := exploreWith(t, "pct", cfg, program,
				func(e *engine.Engine) { s = e.Strategy.(*spy).Strategy.(*strategy.PCT) })
			require.GreaterOrEqual(t, float64(r.Violations), 2000*s.Chance(),
				"%s, %d more threads: %s", c.name, extra, s.Bound())
		}
	}
}

// lateOf is a program of two traces, one of which is rare: a step of one thread must come
// after k independent steps of another one.
func lateOf(k int) func() {
	return func() {
		var x, y Int32
		Go(func() { x.Store(1) })
		Go(func() {
			for range k {
				y.Add(1)
			}
			x.Load()
		})
	}
}

func TestPOSMeetsTracesMoreEvenlyThanRandom(t *testing.T) {
	const samples = 4000
	for _, c := range []struct {
		name    string
		program func()
		traces  int
	}{
		{"late by 6", lateOf(6), 2},
		{"late by 10", lateOf(10), 2},
		{"lastzero(4)", lastZero(4).started(), 28},
		{"Chase-Lev", chaseLev(1).started(), 18},
	} {
		rarest := func(name string) int {
			hits := map[string]int{}
			cfg := defaults()
			cfg.Executions, cfg.Seed = samples, 5
			exploreWith(t, name, cfg, c.program, func(e *engine.Engine) { hits[traceOf(e)]++ })
			require.LessOrEqual(t, len(hits), c.traces)
			if len(hits) < c.traces {
				return 0
			}
			least := samples
			for _, n := range hits {
				least = min(least, n)
			}
			return least
		}
		r, p := rarest("random"), rarest("pos")
		t.Logf("%s: the rarest of %d traces: random %d, pos %d times of %d",
			c.name, c.traces, r, p, samples)
		require.Greater(t, p, r, c.name)
	}
}

// traceOf names the trace of an execution by the events of each object. Reads between two
// writes are sorted by thread.
func traceOf(e *engine.Engine) string {
	seen := make([][][2]int32, len(e.Objects)) // (thread, seq) per object
	reading := make([]int, len(e.Objects))     // the number of reads since the last write
	compare := func(a, b [2]int32) int { return slices.Compare(a[:], b[:]) }
	for _, ev := range e.Events {
		if ev.Obj == engine.NoObject {
			continue
		}
		o := &seen[ev.Obj]
		*o = append(*o, [2]int32{ev.Thread, ev.Seq})
		if ev.Mode == engine.Writes {
			reading[ev.Obj] = 0
			continue
		}
		reading[ev.Obj]++
		slices.SortFunc((*o)[len(*o)-reading[ev.Obj]:], compare)
	}
	seen = slices.DeleteFunc(seen, func(o [][2]int32) bool { return len(o) == 0 })
	slices.SortFunc(seen, func(a, b [][2]int32) int {
		return slices.CompareFunc(a, b, compare)
	})
	return fmt.Sprint(seen, chosen(e))
}

func TestNaiveSeesThatTheProgramDiffers(t *testing.T) {
	for name, program := range map[string]func(run int){
		"another operation": func(run int) {
			var x Int32
			Go(func() { x.Load() })
			Go(func() {
				if run%2 == 0 {
					x.Store(1)
				} else {
					x.Load()
				}
			})
		},
		"another Choose": func(run int) { Choose(2 + run%2) },
		"a thread less": func(run int) {
			var x Int32
			Go(func() { x.Load() })
			if run%2 == 0 {
				Go(func() { x.Load(); x.Load() })
			}
		},
		"a thread less, and it never ended": func(run int) {
			var x Mutex
			var y Int32
			Go(func() { y.Load() })
			if run%2 == 0 {
				Go(func() { x.Lock(); x.Lock() })
			}
			y.Load()
		},
		"a thread less, and it was given up": func(run int) {
			var x Int32
			Go(func() { x.Load(); Assert(false, "violated") })
			if run%2 == 0 {
				Go(func() { x.Load(); x.Load() })
			}
		},
	} {
		for _, strategy := range []string{"naive", "bounded"} {
			run, diverged := -1, false
			exploreWith(t, strategy, defaults(), func() { run++; program(run) },
				func(e *engine.Engine) {
					diverged = diverged || e.Failure != nil && e.Failure.Property == Nondeterminism
				})
			require.True(t, diverged, "%s: %s", strategy, name)
		}
	}
}

// chosen returns the numbers that each thread got from Choose.
func chosen(e *engine.Engine) [][]int32 {
	all := make([][]int32, len(e.Threads))
	for _, c := range e.Choices {
		all[c.Thread] = append(all[c.Thread], c.V)
	}
	return all
}
