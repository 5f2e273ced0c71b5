package linear

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"schedlab/host"
)

// Plan is the size of a stress run. Many short windows find more than few long ones, since threads
// meet at the beginning of a window. They also cost less, since the checker's time grows
// exponentially with the number of operations that overlap.
type Plan struct {
	Objects int // new objects
	Windows int // windows of an object, each from the initial state
	Ops     int // operations of a worker in a window; up to 40 of all workers are cheap
}

// DefaultPlan is a plan that takes some 100 ms.
var DefaultPlan = Plan{Objects: 10, Windows: 20, Ops: 8}

// Subject is one object under stress.
type Subject[S comparable] struct {
	Recorder *Recorder[S]
	// Workers run at the same time, each on a goroutine of its own. A call does one operation or
	// a few, chosen by rng, and records them.
	Workers []func(rng *rand.Rand)
	// Settle is called when all workers are at rest. It brings the object back to the initial
	// state of the specification by recorded operations, so that the next window begins with a
	// known state. For a queue, it takes everything out.
	Settle func()
}

// Stress records histories of real threads and checks each against spec. It logs how many
// operations overlapped one of another client. If none did, only the sequential behaviour was
// tested.
//
// It errs towards missed bugs: it sees only the interleavings that happen, and on few CPUs these
// are few. What it reports is always a violation.
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
	t.Logf("%d operations, of which %d overlapped one of another client", all, overlapped)
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

// await returns when n callers have arrived, to all at the same moment. It spins, since a window is
// much shorter than a wakeup. Now and then it yields, for callers that have no CPU yet.
func await(arrived *atomic.Int32, n int) {
	arrived.Add(1)
	for spins := 1; int(arrived.Load()) < n; spins++ {
		host.Pause(1)
		if spins%spinsPerYield == 0 {
			runtime.Gosched()
		}
	}
}

// spinsPerYield is how often await spins before it yields.
const spinsPerYield = 1000

// overlapping counts the events that overlap one of another client.
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
