package gm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

// An M that gives its mcpu up between YieldTo and Yielded sees an empty queue
// and looks no further. So Yielded must look for it.
func TestYieldedFindsTheMcpuGivenUpSinceYieldTo(t *testing.T) {
	s := &sched{}
	s.procs.init(2)
	yielding, blocking, idle := &m{sched: s}, &m{sched: s}, &m{sched: s}
	require.True(t, s.procs.tryAddCPU())
	require.True(t, s.procs.tryAddCPU())
	s.idle.PutHead(idle)
	first, yielded := new(designs.G), new(designs.G)
	s.gput(first)

	require.Same(t, first, yielding.YieldTo(yielded))
	blocking.EnterSyscall(true)
	yielding.Yielded(yielded, false)

	require.Same(t, yielded, idle.nextg)
}
