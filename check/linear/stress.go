package linear

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"schedlab/host"
)

// Plan is the size of a stress run. Many short windows find more than few long
// ones: threads meet at the beginning of a window, and the checker's time grows
// exponentially with what overlaps.
type Plan struct {
	Objects int // fresh objects
	Windows int // per object, each from the initial state
	Ops     int // per worker and window; workers times Ops up to 40 is cheap
}

// DefaultPlan takes some 100 ms.
var DefaultPlan = Plan{Objects: 10, Windows: 20, Ops: 8}

// Subject is one object under stress.
type Subject[S comparable] struct {
	Recorder *Recorder[S]
	// Workers run at the same time, each on a thread of its own. A call does one
	// operation, or a few, chosen by rng, and records it.
	Workers []func(rng *rand.Rand)
	// Settle, called when all workers are at rest, brings the object back to the
	// specification's initial state by recorded operations (it empties a queue),
	// so that a window ends and the next one can begin with a known state.
	Settle func()
}

// Stress records histories of real threads and checks each against spec. It
// shows how many operations overlapped another client's: with none, nothing but
// the sequential behaviour was tested.
//
// It errs towards missing bugs: it sees the interleavings that happen, which on
// few CPUs are few. What it reports is always a violation.
func Stress[S comparable](t testing.TB, spec Spec[S], plan Plan, fresh func() Subject[S]) {
	t.Helper()
	all, overlapped := 0, 0
	for object := range plan.Objects {
		s := fresh()
		for window := range plan.Windows {
			s.Recorder.Reset()
			s.run(plan.Ops, uint64(object), uint64(window))
			s.Settle()
			h := s.Recorder.History()
			Check(t, spec, h)
			all += len(h)
			overlapped += h.overlapping()
		}
	}
	t.Logf("%d operations, %d overlapped another client's", all, overlapped)
}

// run lets each worker do ops operations.
func (s Subject[S]) run(ops int, object, window uint64) {
	var done sync.WaitGroup
	var arrived atomic.Int32
	for i, work := range s.Workers {
		done.Go(func() {
			rng := rand.New(rand.NewPCG(object<<8|uint64(i), window))
			await(&arrived, len(s.Workers))
			for range ops {
				work(rng)
			}
		})
	}
	done.Wait()
}

// await returns when n callers have arrived, to all at the same moment if they
// run: a window is much shorter than a wakeup. Those that have no CPU yet get one
// now and then.
func await(arrived *atomic.Int32, n int) {
	arrived.Add(1)
	for spins := 1; int(arrived.Load()) < n; spins++ {
		host.Pause(1)
		if spins%spinsPerYield == 0 {
			runtime.Gosched()
		}
	}
}

const spinsPerYield = 1000

// overlapping counts the events that overlap another client's. Events are in
// order of their calls.
func (h History[S]) overlapping() int {
	n := 0
	for i, e := range h {
		for j, other := range h {
			if i != j && e.Client != other.Client && e.overlaps(other) {
				n++
				break
			}
		}
	}
	return n
}
