//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
	"schedlab/host"
	"schedlab/rt"
)

// event is something that happens once, and that one G waits for. It is the smallest use
// of park and ready.
//
//	wait                                happen
//	1. leave the stack (Park)           1. store happened
//	2. commit: store the waiter         2. take the waiter; ready it if there is one
//	3. load happened: if it has, take
//	   the waiter; if it was still
//	   there, do not wait
type event struct {
	happened host.Bool
	waiter   host.Pointer[rt.G]
}

func (e *event) wait(g *rt.G) {
	g.Parker().Park(rt.WaitSemaphore, func(gp *rt.G) bool {
		e.waiter.Store(gp)
		return !e.happened.Load() || e.waiter.Swap(nil) == nil
	})
}

func (e *event) happen(g *rt.G) {
	e.happened.Store(true)
	if gp := e.waiter.Swap(nil); gp != nil {
		g.Parker().Ready(gp)
	}
}

func parkAndReady(procs int) func() {
	return func() {
		schedule(procs, func(g *rt.G) {
			var e event
			told := false
			g.Go(func(g *rt.G) {
				told = true
				e.happen(g)
			})
			e.wait(g)
			explore.Assert(told, "the wait ended before what it waited for")
		})
	}
}

func TestParkAndReady(t *testing.T) {
	t.Run("one P", func(t *testing.T) { verify(t, 28, parkAndReady(1)) })
	t.Run("two Ps", func(t *testing.T) { verify(t, 955, parkAndReady(2), explore.Preemptions(3)) })
}
