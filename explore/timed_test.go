package explore

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// These tests prove that the strategies lose no outcome of waits with a time limit. brute
// knows no time, so they compare with the strategy naive.

// timedOps are the operations of a timedProgram. Each appends what it has seen to the
// thread's sights.
var timedOps = []struct {
	name string
	do   func(w *timedWorld, seen *sights)
}{
	{"n.SleepFor(10)", func(w *timedWorld, seen *sights) { seen.saw(w.n.SleepFor(10)) }},
	{"m.SleepFor(20)", func(w *timedWorld, seen *sights) { seen.saw(w.m.SleepFor(20)) }},
	{"n.Wakeup()", func(w *timedWorld, _ *sights) { w.n.Wakeup() }},
	{"m.Wakeup()", func(w *timedWorld, _ *sights) { w.m.Wakeup() }},
	{"n.Wakeup(); n.Clear()", func(w *timedWorld, _ *sights) { w.n.Wakeup(); w.n.Clear() }},
	{"n.Clear()", func(w *timedWorld, _ *sights) { w.n.Clear() }},
	{"n.Sleep()", func(w *timedWorld, _ *sights) { w.n.Sleep() }},
	{"n.Signaled()", func(w *timedWorld, seen *sights) { seen.saw(w.n.Signaled()) }},
	{"x.Add(1)", func(w *timedWorld, seen *sights) { seen.saw(w.x.Add(1)) }},
	{"x.Load()", func(w *timedWorld, seen *sights) { seen.saw(w.x.Load()) }},
	{"spin", func(w *timedWorld, _ *sights) { w.spin() }},
	{"f.Wait(0, 10)", func(w *timedWorld, seen *sights) { seen.saw(w.f.Wait(0, 10)) }},
	{"f.Wait(0, 20)", func(w *timedWorld, seen *sights) { seen.saw(w.f.Wait(0, 20)) }},
	{"f.Wake(1)", func(w *timedWorld, seen *sights) { seen.saw(w.f.Wake(1)) }},
	{"f.Store(1)", func(w *timedWorld, _ *sights) { w.f.Store(1) }},
	{"Sleep(15)", func(*timedWorld, *sights) { Sleep(15) }},
	{"Now()", func(_ *timedWorld, seen *sights) { seen.saw(Now()) }},
	{"poll", func(*timedWorld, *sights) { poll() }},
	{"poll again", func(_ *timedWorld, seen *sights) { seen.saw(pollUntil(25)) }},
	{"poll or x", func(w *timedWorld, seen *sights) { seen.saw(w.pollOrX()) }},
	{"Choose(2)", func(_ *timedWorld, seen *sights) { seen.saw(Choose(2)) }},
	{"mu{n.SleepFor(10)}", func(w *timedWorld, seen *sights) {
		w.mu.Lock()
		seen.saw(w.n.SleepFor(10))
		w.mu.Unlock()
	}},
	{"mu{x.Add(1)}", func(w *timedWorld, seen *sights) {
		w.mu.Lock()
		seen.saw(w.x.Add(1))
		w.mu.Unlock()
	}},
	{"rw{x.Add(1)}", func(w *timedWorld, seen *sights) {
		w.rw.Lock()
		seen.saw(w.x.Add(1))
		w.rw.Unlock()
	}},
	{"r{Sleep(10); x.Load()}", func(w *timedWorld, seen *sights) {
		w.rw.RLock()
		Sleep(10)
		seen.saw(w.x.Load())
		w.rw.RUnlock()
	}},
}

type timedWorld struct {
	n, m Note
	x    Int32
	f    Uint32
	mu   Mutex
	rw   RWMutex
}

func (w *timedWorld) spin() {
	for w.x.Load() == 0 {
		Pause()
	}
}

func poll() { pollUntil(12) }

func pollUntil(end int64) (now int64) {
	for now = Now(); now < end; now = Now() {
		Pause()
	}
	return now
}

// pollOrX ends when x has changed, or time is up.
func (w *timedWorld) pollOrX() (changed bool) {
	for Now() < 12 {
		if w.x.Load() != 0 {
			return true
		}
		Pause()
	}
	return false
}

// sights is what a thread has seen.
type sights struct{ strings.Builder }

func (s *sights) saw(v any) { fmt.Fprint(s, v, " ") }

// tooManyTimed: programs with so many executions are left out.
const tooManyTimed = 2000

// timedProgram holds the operations of each thread, as indexes of timedOps.
type timedProgram [][]int

// randomTimed draws from a few of the operations, so that threads meet.
func randomTimed(r *rand.Rand) timedProgram {
	return randomOf(r, r.Perm(len(timedOps))[:3+r.IntN(4)])
}

// randomPolling is randomTimed for programs in which threads poll the clock.
func randomPolling(r *rand.Rand) timedProgram {
	few := r.Perm(len(timedOps))[:1+r.IntN(3)]
	for i, o := range timedOps {
		if strings.HasPrefix(o.name, "poll") || o.name == "Now()" && r.IntN(2) == 0 {
			few = append(few, i)
		}
	}
	return randomOf(r, few)
}

func randomOf(r *rand.Rand, few []int) (p timedProgram) {
	for range 2 + r.IntN(2) {
		var thread []int
		for range 1 + r.IntN(3) {
			thread = append(thread, few[r.IntN(len(few))])
		}
		p = append(p, thread)
	}
	return p
}

func (p timedProgram) String() string {
	var threads []string
	for _, thread := range p {
		var ops []string
		for _, o := range thread {
			ops = append(ops, timedOps[o].name)
		}
		threads = append(threads, strings.Join(ops, "; "))
	}
	return strings.Join(threads, " | ")
}

// legal says whether no note is woken twice.
func (p timedProgram) legal() bool {
	text := p.String()
	return strings.Count(text, "n.Wakeup") <= 1 && strings.Count(text, "m.Wakeup") <= 1
}

// outcomes explores p by strategy with at most so many early timeouts. preemptions is the
// limit of a strategy that has one. It returns all that the threads can see, and the fewest
// preemptions with which they see it.
func (p timedProgram) outcomes(
	t *testing.T, strategy string, timeouts, preemptions int,
) (map[string]int, Result) {
	fewest, end := map[string]int{}, ""
	cfg := defaults()
	cfg.Timeouts, cfg.Preempt, cfg.Executions = timeouts, preemptions, tooManyTimed
	r := exploreWith(t, strategy, cfg, func() { end = p.run() }, func(e *engine.Engine) {
		if e.Outcome != engine.Complete {
			return
		}
		n := e.Strategy.(*spy).preemptions
		if old, ok := fewest[end]; !ok || n < old {
			fewest[end] = n
		}
	})
	return fewest, r
}

// run executes p and returns what its threads have seen.
func (p timedProgram) run() string {
	w, seen, threads := &timedWorld{}, make([]sights, len(p)), make([]*Thread, len(p))
	for i, ops := range p {
		threads[i] = Go(func() {
			for _, o := range ops {
				timedOps[o].do(w, &seen[i])
			}
		})
	}
	var end strings.Builder
	for i, th := range threads {
		th.Join()
		fmt.Fprint(&end, seen[i].String(), "| ")
	}
	return end.String()
}

// TestStrategiesSeeWhatTimeLimitsAllow compares the strategies with every interleaving, in
// which waits end early, late, or by a wakeup.
func TestStrategiesSeeWhatTimeLimitsAllow(t *testing.T) {
	programs := uint64(1000)
	if testing.Short() || raceDetector {
		programs = 150
	}
	compared := 0
	for seed := *bruteSeed; seed < *bruteSeed+programs; seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		p, timeouts := randomTimed(r), r.IntN(3)
		if !p.legal() {
			continue
		}
		want, all := p.outcomes(t, "naive", timeouts, 0)
		if all.Complete+all.Stuck >= tooManyTimed {
			continue
		}
		which := fmt.Sprintf("seed %d: %s, %d early timeouts", seed, p, timeouts)
		got, some := p.outcomes(t, "exhaustive", timeouts, 0)
		require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), which)
		require.Equal(t, all.Stuck > 0, some.Stuck > 0, "stuck: %s", which)
		if v := some.Violation; v != nil {
			require.NotEqual(t, Nondeterminism, v.Property, which)
		}
		for bound := range 2 {
			got, _ := p.outcomes(t, "bounded", timeouts, bound)
			within := maps.Clone(want)
			maps.DeleteFunc(within, func(_ string, n int) bool { return n > bound })
			require.Equal(t, within, got, "%s, at most %d preemptions", which, bound)
		}
		compared++
	}
	t.Log(compared, "programs compared")
	require.Greater(t, compared, int(programs/3))
}

// timedTrace returns the same for two executions if and only if they are the same trace: that
// of the arbiter, and what had been executed whenever no thread could go on and time advanced.
func timedTrace(e *engine.Engine) string {
	a := &arbiter{waits: map[int][]int32{}}
	taken := map[int32]int32{} // by thread: its events so far
	var trace strings.Builder
	for i, ev := range e.Events {
		if ev.Waited {
			a.waits[i] = e.Effect(int32(i)).Awaited
		}
		if ev.After {
			fmt.Fprint(&trace, "time advances after ", taken, " ")
		}
		taken[ev.Thread] = ev.Seq
	}
	return trace.String() + a.trace(e)
}

// traces explores p by s with at most so many early timeouts. It returns how often each trace
// was executed; nil if there are too many.
func (p timedProgram) traces(
	t *testing.T, s engine.Strategy, timeouts, most int,
) map[string]int {
	times := map[string]int{}
	cfg := defaults()
	cfg.KeepGoing, cfg.Timeouts, cfg.Executions = true, timeouts, uint64(most)
	e := newEngine(cfg, func() { p.run() }, followed{s, func(e *engine.Engine) {
		if e.Outcome == engine.Complete || e.Outcome == engine.Stuck {
			times[timedTrace(e)]++
		}
	}})
	defer e.Close()
	if r := explore(e, nil); r.Complete+r.Stuck+r.Cut == uint64(most) {
		return nil
	}
	return times
}

// TestTimedTracesAreExecutedOnce: the exhaustive strategy executes each trace of programs with
// time once, though threads that poll the clock see it advance in any order. It executes those
// that every interleaving has.
func TestTimedTracesAreExecutedOnce(t *testing.T) {
	programs := uint64(2000)
	if testing.Short() || raceDetector {
		programs = 200
	}
	for name, random := range map[string]func(*rand.Rand) timedProgram{
		"timed": randomTimed, "polling": randomPolling,
	} {
		t.Run(name, func(t *testing.T) {
			compared := 0
			for seed := *bruteSeed; seed < *bruteSeed+programs; seed++ {
				r := rand.New(rand.NewPCG(seed, 8))
				p, timeouts := random(r), r.IntN(3)
				if !p.legal() {
					continue
				}
				which := fmt.Sprintf("seed %d: %s, %d early timeouts", seed, p, timeouts)
				times := p.traces(t, plain{dpor.New(nil, nil)}, timeouts, 200)
				for trace, n := range times {
					require.Equal(t, 1, n, "%s: %s", which, trace)
				}
				all := p.traces(t, strategy.NewNaive(), timeouts, 300)
				if times != nil && all != nil {
					require.Equal(t, slices.Sorted(maps.Keys(all)),
						slices.Sorted(maps.Keys(times)), which)
					compared++
				}
			}
			t.Log(compared, "programs compared")
			require.Greater(t, compared, int(programs/20))
		})
	}
}

// These executions are the first that a wrong reduction loses.
func TestWaitsThatEndLateCouldHaveEndedBefore(t *testing.T) {
	for name, c := range map[string]struct {
		preemptions int // needed
		program     func()
	}{
		"a note that was signaled for a while": {1, func() {
			var n Note
			Go(func() { n.Wakeup(); n.Clear() })
			Go(func() { Assert(!n.SleepFor(10), "seen") })
		}},
		"and a sleep before": {1, func() {
			var n Note
			Go(func() { Sleep(10); Assert(!n.SleepFor(10), "seen") })
			Go(func() { n.Wakeup(); n.Clear() })
		}},
		"the end of another": {0, func() {
			var x, y Int32
			other := Go(func() { x.Store(1) })
			Go(func() { y.Store(7) })
			Go(func() { y.Store(0); other.Join(); Assert(y.Load() != 7, "seen") })
		}},
	} {
		for _, o := range [][]Option{{}, {Strategy("naive")}, {Preemptions(c.preemptions)}} {
			r, err := Run(c.program, append(o, Timeouts(1))...)
			require.NoError(t, err)
			require.Equal(t, Violated, r.Verdict, "%s, %s", name, r.Bound)
		}
	}
}

// Two threads that poll the clock see it advance in either order.
func TestTwoThreadsPollTheClock(t *testing.T) {
	r, err := Run(func() {
		var x Int32
		Go(func() { x.Add(1) })
		Go(poll)
		Go(func() { x.Load(); poll() })
	})
	require.NoError(t, err)
	require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
	require.EqualValues(t, 2, r.Complete)
}
