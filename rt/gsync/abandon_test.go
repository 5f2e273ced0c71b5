package gsync_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// objects are what the abandoned Gs wait on and use again in their deferred calls.
type objects struct {
	full, empty *gsync.Chan[int]
	taken       gsync.Mutex
	rw          gsync.RWMutex
	sem         *gsync.Semaphore
	wg          gsync.WaitGroup
	condMu      gsync.Mutex
	cond        gsync.Cond
}

func newObjects(g *rt.G) *objects {
	o := &objects{
		full:  gsync.NewChan[int](g, 0),
		empty: gsync.NewChan[int](g, 0),
		sem:   gsync.NewSemaphore(g, 1),
	}
	o.cond.L = &o.condMu
	o.taken.Lock(g)
	o.rw.Lock(g)
	o.sem.Acquire(g)
	o.wg.Add(g, 1)
	return o
}

// blocks are all the ways to wait for what will not come.
var blocks = []func(o *objects, g *rt.G){
	func(o *objects, g *rt.G) { o.full.Send(g, 1) },
	func(o *objects, g *rt.G) { o.empty.Recv(g) },
	func(o *objects, g *rt.G) { gsync.Select(g, o.empty.OnRecv(nil, nil), o.full.OnSend(1)) },
	func(o *objects, g *rt.G) { o.taken.Lock(g) },
	func(o *objects, g *rt.G) { o.rw.Lock(g) },
	func(o *objects, g *rt.G) { o.rw.RLock(g) },
	func(o *objects, g *rt.G) { o.sem.Acquire(g) },
	func(o *objects, g *rt.G) { o.wg.Wait(g) },
	func(o *objects, g *rt.G) {
		o.condMu.Lock(g)
		o.cond.Wait(g)
	},
}

// ends are all the ways to let others go.
var ends = []func(o *objects, g *rt.G){
	func(o *objects, g *rt.G) { o.empty.Send(g, 1) },
	func(o *objects, g *rt.G) { o.full.Recv(g) },
	func(o *objects, g *rt.G) { gsync.Select(g, o.full.OnRecv(nil, nil), o.empty.OnSend(1)) },
	func(o *objects, g *rt.G) { o.taken.Unlock(g) },
	func(o *objects, g *rt.G) { o.rw.Unlock(g) },
	func(o *objects, g *rt.G) { o.rw.RUnlock(g) },
	func(o *objects, g *rt.G) { o.sem.Release(g) },
	func(o *objects, g *rt.G) { o.wg.Done(g) },
	func(o *objects, g *rt.G) { o.cond.Signal(g) },
	func(o *objects, g *rt.G) { o.cond.Broadcast(g) },
	func(o *objects, g *rt.G) { o.empty.Close(g) },
}

// Gs that are abandoned in every kind of wait run deferred calls of every kind, those that block
// included. None of them may hang Close or end the process, and each deferred call must be
// reached.
func TestDeferredCallsOfAbandonedGsComeToAnEnd(t *testing.T) {
	for _, design := range []string{"gm", "global", "gpm"} {
		t.Run("design="+design, func(t *testing.T) {
			s := open(t, design, 2)
			var reached, waiting atomic.Int32
			calls := slices.Concat(blocks, ends, blocks, ends, blocks) // the last is run first
			var deadlock *rt.DeadlockError
			require.ErrorAs(t, s.Run(func(g *rt.G) {
				o := newObjects(g)
				for range 3 {
					for _, block := range blocks {
						g.Go(func(g *rt.G) {
							for _, call := range calls {
								defer func() {
									reached.Add(1)
									call(o, g)
								}()
							}
							waiting.Add(1)
							block(o, g)
						})
					}
				}
			}), &deadlock)
			require.Equal(t, 3*len(blocks), deadlock.Blocked)
			require.NoError(t, s.Close()) // or it hangs in a deferred call
			require.EqualValues(t, 3*len(blocks)*len(calls), reached.Load())
		})
	}
}
