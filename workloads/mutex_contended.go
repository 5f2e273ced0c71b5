package workloads

import (
	"fmt"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// mutexContended is four Gs a P that take turns on one mutex, with a little work of their own in
// between, until it has been taken a given number of times.
//
// Stresses what happens between Unlock and the next Lock. The mutex may go to the G that waits,
// which costs a wakeup each time, or to the one that runs already, which is fast and unfair. So the
// metrics say how fair it was. The metric streak-max-locks is the longest run of acquisitions by
// the same G. The metric spread-ratio is the difference between the Gs that got it most and least
// often, over the mean: 0 means even shares, and the number of Gs means that one got all.
//
// Not stressed with one P, where the mutex is contended only if a G is preempted while it holds it.
// Long streaks are then as they should be.
//
// Source: Go's BenchmarkMutexContention and BenchmarkMutexCapture (runtime/runtime_test.go), for
// the mutex of Gs instead of the runtime's own.
var mutexContended = Workload{
	Name:    "mutex_contended",
	Doc:     "four Gs a P on one mutex: what a contended lock costs, and how fair it is",
	Prepare: prepareMutexContended,
}

const (
	contendersPerProc = 4
	ownWork           = 8 // steps of work between two acquisitions, some ns each
)

var mutexQuotas = [...]int{Small: 4000, Normal: 200_000, Large: 5_000_000}

type mutexContendedRun struct {
	quota  int // acquisitions of all
	gs     []contender
	bodies []func(*rt.G)

	mu      *gsync.Mutex
	taken   int        // under mu, as all below
	last    *contender // the one that took it last
	streak  int        // how often that one took it in a row
	longest int        // the longest streak
}

type contender struct {
	w     *mutexContendedRun
	taken int
	state uint64         // of its own work
	ends  int            // times that it found the quota used up
	_     [128 - 32]byte // no two Gs on one pair of cache lines
}

func prepareMutexContended(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := &mutexContendedRun{
		quota: mutexQuotas[p.Size],
		gs:    make([]contender, contendersPerProc*p.Procs),
	}
	for i := range w.gs {
		w.gs[i] = contender{w: w, state: p.Seed + uint64(i)}
		w.bodies = append(w.bodies, w.gs[i].main)
	}
	return &Instance{Ops: w.quota, Op: "lock", Run: w.run, Metrics: w.metrics}, nil
}

func (w *mutexContendedRun) run(s rt.Scheduler) error {
	w.mu = &gsync.Mutex{}
	w.taken, w.last, w.streak, w.longest = 0, nil, 0, 0
	for i := range w.gs {
		w.gs[i].taken, w.gs[i].ends = 0, 0
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *mutexContendedRun) main(g *rt.G) {
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (c *contender) main(g *rt.G) {
	for {
		c.w.mu.Lock(g)
		more := c.w.take(c)
		c.w.mu.Unlock(g)
		if !more {
			c.ends++
			return
		}
		for range ownWork {
			c.state = scramble(c.state)
		}
		computed(ownWork, scramblePs)
		g.Checkpoint()
	}
}

// take counts an acquisition by c, under mu, and says whether the quota allowed it.
func (w *mutexContendedRun) take(c *contender) bool {
	if w.taken == w.quota {
		return false
	}
	w.taken++
	c.taken++
	if w.last != c {
		w.last, w.streak = c, 0
	}
	w.streak++
	w.longest = max(w.longest, w.streak)
	return true
}

// verify: taken is under the mutex and each G's count is its own, so two Gs in the critical section
// at once show as a difference. The others make up for a G that does not come, so ends are counted,
// too.
func (w *mutexContendedRun) verify() error {
	sum, ends := 0, 0
	for i := range w.gs {
		sum += w.gs[i].taken
		ends += w.gs[i].ends
	}
	if w.taken != w.quota || sum != w.quota {
		got := fmt.Sprintf("%d acquisitions, %d by the Gs' own count", w.taken, sum)
		return wrong("mutex_contended", got, w.quota)
	}
	return checkCount("mutex_contended", int64(ends), int64(len(w.gs)))
}

func (w *mutexContendedRun) metrics() []Metric {
	least, most := w.gs[0].taken, w.gs[0].taken
	for i := range w.gs {
		least, most = min(least, w.gs[i].taken), max(most, w.gs[i].taken)
	}
	mean := float64(w.quota) / float64(len(w.gs))
	return []Metric{
		{"streak-max-locks", float64(w.longest)},
		{"spread-ratio", float64(most-least) / mean},
	}
}
