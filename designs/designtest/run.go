package designtest

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

// Open makes a scheduler: the New of a design.
type Open func(designs.Config) (designs.Scheduler, error)

// checkLacks refuses reasons that are missing, or for what nobody asks.
func checkLacks(t *testing.T, lacks designs.Lacks) {
	for p, why := range lacks {
		require.Containsf(t, designs.Promises, p, "designs.Lacks: there is no promise %q", p)
		require.NotEmptyf(t, why, "designs.Lacks: say why the design does not promise %q", p)
	}
}

// property is something that holds of every design that makes the promises.
type property struct {
	name  string
	check func(*trial)
	needs []designs.Promise
	procs int // the only Procs it makes sense with; 0: any
}

// Run checks that the design that open makes keeps every promise but those it
// lacks, with each of procs; with 1, 2 and 4 if none is given.
func Run(t *testing.T, open Open, lacks designs.Lacks, procs ...int) {
	checkLacks(t, lacks)
	if len(procs) == 0 {
		procs = []int{1, 2, 4}
	}
	for _, n := range procs {
		t.Run(fmt.Sprintf("procs=%d", n), func(t *testing.T) {
			for _, p := range properties {
				if p.procs == 0 || p.procs == n {
					t.Run(p.name, func(t *testing.T) { p.run(t, open, n, lacks) })
				}
			}
		})
	}
}

func (p *property) run(t *testing.T, open Open, procs int, lacks designs.Lacks) {
	for _, need := range p.needs {
		if why, lacking := lacks[need]; lacking {
			t.Skipf("not promised (%s): %s", need, why)
		}
	}
	watch(t)
	leaveNothing(t)
	p.check(&trial{T: t, procs: procs, open: open, lacks: lacks, all: properties})
}

// patience is how long a property may take: none needs seconds, so one that
// takes this long hangs.
const patience = 3 * time.Minute

// watch ends the process if the test hangs. It cannot end the test alone, since
// nothing can make a scheduler's threads give up.
func watch(t *testing.T) {
	dog := time.AfterFunc(patience, func() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		// The name comes last as well: logs are cut at the front.
		panic(fmt.Sprintf("%s: nothing has come of it for %v; the design hangs\n\n%s\n%[1]s hangs", t.Name(), patience, stacks))
	})
	t.Cleanup(func() { dog.Stop() })
}

// leaveNothing checks, when the test is over, that all goroutines have ended
// and GOMAXPROCS is as it was.
func leaveNothing(t *testing.T) {
	goroutines, maxprocs := runtime.NumGoroutine(), runtime.GOMAXPROCS(0)
	t.Cleanup(func() {
		// What ended a moment ago may need another to be gone.
		for polls := 0; runtime.NumGoroutine() > goroutines && polls < 10e6; polls++ {
			runtime.Gosched()
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines, "goroutines are left behind")
		require.Equal(t, maxprocs, runtime.GOMAXPROCS(0), "GOMAXPROCS is not what it was")
	})
}

// trial is one property of one design with one Procs.
type trial struct {
	*testing.T
	procs int
	open  Open
	lacks designs.Lacks
	all   []property // in which this one is

	// watched: the schedulers that configured makes log their events.
	watched    bool
	schedulers []watched
}

// watched is a scheduler with its events.
type watched struct {
	designs.Scheduler
	log *designs.EventLog
}

// scheduler opens a scheduler, which is closed with the test at the latest.
func (t *trial) scheduler() designs.Scheduler {
	return t.configured(designs.Config{Procs: t.procs, Seed: 1})
}

func (t *trial) configured(cfg designs.Config) designs.Scheduler {
	log := &designs.EventLog{}
	if t.watched {
		cfg.Events = log
	}
	s, err := t.open(cfg)
	require.NoError(t, err)
	if t.watched {
		t.schedulers = append(t.schedulers, watched{s, log})
	}
	t.Cleanup(func() {
		if err := s.Close(); !errors.Is(err, designs.ErrClosed) {
			require.NoError(t, err)
		}
	})
	return s
}

// promises says whether the design keeps p.
func (t *trial) promises(p designs.Promise) bool {
	_, lacking := t.lacks[p]
	return !lacking
}

// run runs main on a new scheduler and returns what that has counted.
func (t *trial) run(main func(*designs.G)) designs.Stats {
	s := t.scheduler()
	require.NoError(t, s.Run(main))
	require.NoError(t, s.Close())
	return s.Stats()
}

// many returns n, or a tenth of it where everything is ten times as slow.
func (t *trial) many(n int) int {
	if raceEnabled {
		return n / 10
	}
	return n
}

// await waits, outside the scheduler, until cond holds.
func await(cond func() bool) {
	for !cond() {
		runtime.Gosched()
	}
}

// yieldUntil waits, in a G, until cond holds.
func yieldUntil(g *designs.G, cond func() bool) {
	for !cond() {
		g.Yield()
	}
}
