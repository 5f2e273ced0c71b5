package conform

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
)

// Open makes a scheduler: the New of a design.
type Open func(rt.Config) (rt.Scheduler, error)

// checkLacks refuses reasons that are missing, or for what nobody asks.
func checkLacks(t *testing.T, lacks rt.Lacks) {
	for p, why := range lacks {
		require.Containsf(t, rt.Promises, p, "rt.Lacks: there is no promise %q; promise.go lists all", p)
		require.NotEmptyf(t, why, "rt.Lacks: say why the design does not promise %q", p)
	}
}

// property is something that holds of every design that makes the promises.
type property struct {
	name  string
	check func(*trial)
	needs []rt.Promise
	procs int // the only Procs it makes sense with; 0: any
}

// Run checks that the design that open makes keeps every promise but those it
// lacks, with 1, 2 and 4 Procs.
func Run(t *testing.T, open Open, lacks rt.Lacks) { runAll(t, open, lacks, false, 1, 2, 4) }

// RunVariant is Run for a design that shares nearly all of its code with another,
// for which Run is called: with 2 Procs only, the least that is parallel, and a
// quarter of the rounds.
func RunVariant(t *testing.T, open Open, lacks rt.Lacks) { runAll(t, open, lacks, true, 2) }

func runAll(t *testing.T, open Open, lacks rt.Lacks, variant bool, procs ...int) {
	checkLacks(t, lacks)
	for _, n := range procs {
		t.Run(fmt.Sprintf("procs=%d", n), func(t *testing.T) {
			for _, p := range properties {
				if p.procs == 0 || p.procs == n {
					t.Run(p.name, func(t *testing.T) {
						p.run(&trial{T: t, procs: n, open: open, lacks: lacks, variant: variant, all: properties, opened: &opened{}, patience: patience})
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
	t.Cleanup(func() { // before the others, so that it comes last
		if t.Failed() {
			t.Log(p.blame(t))
		}
	})
	leaveNothing(t.T) // when the watch is over
	watch(t.T, t.patience, func() string { return p.blame(t) }, t.opened.dumps)
	p.check(t)
}

// leaveNothing checks, when the test is over, that all goroutines have ended
// and GOMAXPROCS is as it was.
func leaveNothing(t *testing.T) {
	goroutines, maxprocs := runtime.NumGoroutine(), runtime.GOMAXPROCS(0)
	t.Cleanup(func() {
		// What ended a moment ago may need another to be gone, or long, if its thread
		// has no CPU.
		for start := time.Now(); runtime.NumGoroutine() > goroutines && time.Since(start) < time.Minute; {
			runtime.Gosched()
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines, "goroutines are left behind")
		require.Equal(t, maxprocs, runtime.GOMAXPROCS(0), "GOMAXPROCS is not what it was")
	})
}

// trial is one property of one design with one Procs.
type trial struct {
	*testing.T
	procs   int
	open    Open
	lacks   rt.Lacks
	variant bool
	all     []property // in which this one is

	opened   *opened
	patience time.Duration

	// watched: the schedulers that configured makes log their events.
	watched    bool
	schedulers []watched
}

// watched is a scheduler with its events.
type watched struct {
	rt.Scheduler
	log *event.Log
}

// scheduler opens a scheduler, which is closed with the test at the latest.
func (t *trial) scheduler() rt.Scheduler {
	return t.configured(rt.Config{Procs: t.procs, Seed: 1})
}

func (t *trial) configured(cfg rt.Config) rt.Scheduler {
	log := &event.Log{}
	if t.watched {
		cfg.Events = log
	}
	s, err := t.open(cfg)
	require.NoError(t, err)
	t.opened.add(s)
	if t.watched {
		t.schedulers = append(t.schedulers, watched{s, log})
	}
	t.Cleanup(func() {
		if err := s.Close(); !errors.Is(err, rt.ErrClosed) {
			require.NoError(t, err)
		}
	})
	return s
}

// promises says whether the design keeps p.
func (t *trial) promises(p rt.Promise) bool {
	t.opened.ask(p)
	_, lacking := t.lacks[p]
	return !lacking
}

// run runs main on a new scheduler and returns what that has counted.
func (t *trial) run(main func(*rt.G)) rt.Stats {
	s := t.scheduler()
	require.NoError(t, s.Run(main))
	require.NoError(t, s.Close())
	return s.Stats()
}

// many returns n, or a part of it: a quarter for a variant, a tenth where everything
// is ten times as slow.
func (t *trial) many(n int) int {
	if t.variant {
		n /= 4
	}
	if raceEnabled {
		n /= 10
	}
	return max(n, 1)
}

// await waits, outside the scheduler, until cond holds.
func await(cond func() bool) {
	for !cond() {
		runtime.Gosched()
	}
}

// yieldUntil waits, in a G, until cond holds.
func yieldUntil(g *rt.G, cond func() bool) {
	for !cond() {
		g.Yield()
	}
}

// standUntil waits, in a G that passes no safe point meanwhile, until cond holds. Its
// M keeps the right to run it; the thread sleeps, since whom it waits for may need
// the CPU.
func standUntil(cond func() bool) {
	for !cond() {
		host.Sleep(1)
	}
}
