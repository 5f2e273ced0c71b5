package conform

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
)

// Open makes a scheduler: the New of a design.
type Open func(rt.Config) (rt.Scheduler, error)

// checkLacks refuses unknown promises, and promises that are declined without a reason.
func checkLacks(t *testing.T, lacks rt.Lacks) {
	for p, why := range lacks {
		require.Containsf(t, rt.Promises, p,
			"the Lacks of the design decline %q, which is no promise; rt/promise.go lists all", p)
		require.NotEmptyf(t, why,
			"the Lacks of the design decline %q without a reason; write down why", p)
	}
}

// property is a claim about every design that makes the promises which it needs.
type property struct {
	name  string
	check func(*trial) // its comment is the claim
	needs []rt.Promise
	procs int // the only Procs with which it makes sense; 0: any
}

// Run checks, with 1, 2 and 4 Procs, that the design whose schedulers open makes keeps every
// promise but those that it lacks.
func Run(t *testing.T, open Open, lacks rt.Lacks) {
	runAll(t, trial{open: open, lacks: lacks}, 1, 2, 4)
}

// RunVariant is Run for a design that shares nearly all of its code with another, for which
// Run is called. It checks a quarter of the rounds, with 2 Procs, the least that is parallel.
func RunVariant(t *testing.T, open Open, lacks rt.Lacks) {
	runAll(t, trial{open: open, lacks: lacks, variant: true}, 2)
}

// runAll runs each property as a trial like like, with each of procs.
func runAll(t *testing.T, like trial, procs ...int) {
	checkLacks(t, like.lacks)
	for _, n := range procs {
		t.Run(fmt.Sprintf("procs=%d", n), func(t *testing.T) {
			for _, p := range properties {
				if p.procs == 0 || p.procs == n {
					t.Run(p.name, func(t *testing.T) {
						tr := like
						tr.T, tr.procs, tr.all = t, n, properties
						tr.opened, tr.patience = &opened{}, patience
						p.run(&tr)
					})
				}
			}
		})
	}
}

func (p *property) run(t *trial) {
	for _, need := range p.needs {
		if why, lacking := t.lacks[need]; lacking {
			t.Skipf("not promised (%s): %s", need, why)
		}
	}
	if slices.Contains(p.needs, rt.Polls) && !rt.PollSupported {
		t.Skip("Gs cannot wait for descriptors on this system")
	}
	t.T.Cleanup(func() { // registered before all others, so that it runs after them
		if t.Failed() {
			t.Log(p.blame(t))
		}
	})
	leaveNothing(t.T) // registered before the watch, so that it runs when the watch has ended
	watch(t.T, t.patience, func() string { return p.blame(t) }, t.opened.dumps)
	t.play(p.check)
}

// goneWithin is how long a goroutine that was told to end may take when the test is over. Its
// thread may be without a CPU, so this is long.
const goneWithin = time.Minute

// leaveNothing checks, when the test is over, that the goroutines that it started have ended
// and that GOMAXPROCS is what it was.
func leaveNothing(t *testing.T) {
	goroutines, maxprocs := runtime.NumGoroutine(), runtime.GOMAXPROCS(0)
	t.Cleanup(func() {
		if t.Failed() {
			return // the test may have ended in the middle
		}
		start := time.Now()
		for runtime.NumGoroutine() > goroutines && time.Since(start) < goneWithin {
			runtime.Gosched()
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines,
			"more goroutines than before the test: a scheduler has left threads or stacks behind")
		require.Equal(t, maxprocs, runtime.GOMAXPROCS(0),
			"GOMAXPROCS is not what it was before the test: a scheduler has not set it back")
	})
}

// trial is one property of one design with one Procs.
type trial struct {
	*testing.T
	procs   int
	open    Open
	lacks   rt.Lacks
	variant bool
	all     []property // the table that this property belongs to

	opened   *opened
	patience time.Duration
	cleanups []func()

	// watched is true if the schedulers that configured makes log their events.
	watched    bool
	schedulers []watched
}

// watched is a scheduler and the log of its events.
type watched struct {
	rt.Scheduler
	log *event.Log
}

// Cleanup registers f to be called when the test is over, before those that are registered
// already: where the property was checked, which need not be the test's goroutine.
func (t *trial) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// cleanUp calls what was registered. A call that ends the test does not keep off the others.
func (t *trial) cleanUp() {
	if last := len(t.cleanups) - 1; last >= 0 {
		f := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		defer t.cleanUp()
		f()
	}
}

// scheduler opens a scheduler. It is closed when the test ends, if the test has not done so.
func (t *trial) scheduler() rt.Scheduler {
	return t.configured(rt.Config{Procs: t.procs, Seed: 1})
}

// configured is scheduler with another Config.
func (t *trial) configured(cfg rt.Config) rt.Scheduler {
	log := &event.Log{}
	if t.watched {
		cfg.Events = log
	}
	s, err := t.open(cfg)
	require.NoError(t, err, "New must succeed")
	t.opened.add(s)
	if t.watched {
		t.schedulers = append(t.schedulers, watched{s, log})
	}
	t.Cleanup(func() {
		if err := s.Close(); !errors.Is(err, rt.ErrClosed) {
			require.NoError(t, err, "Close at the end of the test must succeed")
		}
	})
	return s
}

// promises says whether the design makes promise p. A failure will name p.
func (t *trial) promises(p rt.Promise) bool {
	t.opened.ask(p)
	_, lacking := t.lacks[p]
	return !lacking
}

// run runs main on a new scheduler, closes it, and returns what it has counted.
func (t *trial) run(main func(*rt.G)) rt.Stats {
	s := t.scheduler()
	require.NoError(t, s.Run(main), "Run must succeed")
	require.NoError(t, s.Close(), "Close must succeed after a Run that did")
	return s.Stats()
}

// many returns n, or a part of it: a quarter for a variant, and a tenth of that under the
// race detector, where everything is ten times as slow.
func (t *trial) many(n int) int {
	if t.variant {
		n /= 4
	}
	if raceEnabled {
		n /= 10
	}
	return max(n, 1)
}

// await waits until cond holds. It is for threads outside the scheduler.
func await(cond func() bool) {
	for !cond() {
		giveWay()
	}
}

// repeat calls f on a thread outside the scheduler, until f returns false or stop is called.
// stop returns when the last call has returned; it is called when the test ends, too.
func (t *trial) repeat(f func() bool) (stop func()) {
	var over atomic.Bool
	var caller outsiders
	caller.Go(func() {
		for !over.Load() && f() {
			giveWay()
		}
	})
	stop = func() {
		over.Store(true)
		caller.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// yieldUntil waits in a G that yields, until cond holds.
func yieldUntil(g *rt.G, cond func() bool) {
	for !cond() {
		g.Yield()
	}
}

// hogUntil waits in a G that passes safe points but never yields, until cond holds.
func hogUntil(g *rt.G, cond func() bool) {
	for !cond() {
		g.Checkpoint()
	}
}

// standUntil waits in a G that passes no safe point, until cond holds. Its M keeps the right
// to run it. The thread sleeps, since the thread that makes cond true may need its CPU.
func standUntil(cond func() bool) {
	for !cond() {
		host.Sleep(1)
	}
}
