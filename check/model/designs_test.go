//go:build model

package model_test

import (
	"testing"

	"schedlab/designs/all"
	"schedlab/explore"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// handOver: two Gs meet at a channel that holds nothing, on a scheduler of two Ps.
func handOver(design string) func() {
	return func() {
		s, err := all.New(design, rt.Config{Procs: 2})
		explore.Assert(err == nil, "New: %v", err)
		run(s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) { c.Send(g, 42) })
			v, ok := c.Recv(g)
			explore.Assert(v == 42 && ok, "received %v, %v", v, ok)
		})
		closeDown(s)
	}
}

// TestDesigns is a first look at every design that schedules for itself. TestGlobal and
// TestProtocols look closer.
func TestDesigns(t *testing.T) {
	for _, c := range []struct {
		design      string
		preemptions int
		executions  uint64
	}{{"gm", unbounded, 20}, {"global", 3, 1069}, {"global-lockfree", 3, 1257}, {"gpm", 1, 264}} {
		t.Run(c.design, func(t *testing.T) {
			verify(t, c.executions, handOver(c.design), bound(c.preemptions))
		})
	}
}
