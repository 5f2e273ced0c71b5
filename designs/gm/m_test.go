package gm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// An M that gives its mcpu up between YieldTo and Yielded sees an empty queue and looks
// no further. So Yielded must look for that mcpu.
func TestYieldedFindsTheMcpuGivenUpSinceYieldTo(t *testing.T) {
	s, ms := fake(2, 2)
	yielding, blocking, idle := ms[0], ms[1], s.idleM()
	first, yielded := new(rt.G), new(rt.G)
	s.gput(first)

	require.Same(t, first, yielding.YieldTo(yielded))
	blocking.EnterSyscall(rt.Blocks)
	yielding.Yielded(yielded, rt.YieldCalled)

	require.Same(t, yielded, idle.nextg)
	require.Equal(t, 2, s.procs.load().mcpu())
}

func TestYieldedTakesTheLockIfYieldToHasNot(t *testing.T) {
	s, ms := fake(1, 1)
	gp := new(rt.G)
	require.Nil(t, ms[0].YieldTo(gp), "alone")
	s.lock.Lock() // is free
	s.lock.Unlock()

	ms[0].Yielded(gp, rt.YieldCalled)

	require.Equal(t, 1, s.runq.Len())
	s.lock.Lock() // is free
	s.lock.Unlock()
}

func TestAReadiedListFindsAnMForEach(t *testing.T) {
	s, ms := fake(3, 1)
	first, second := s.idleM(), s.idleM()
	var list rt.GList
	for range 3 {
		list.Put(new(rt.G))
	}

	ms[0].ReadyList(&list)

	require.NotNil(t, first.nextg)
	require.NotNil(t, second.nextg)
	require.Equal(t, 1, s.runq.Len())
}

// A scheduler that stops leaves Gs in its queue, and Gs on their way to Ms that have
// ended. An mcpu that is counted for one of these would never be given back, and a
// deferred call that stops the world would wait for it.
func TestOnceStoppedNothingIsHandedOut(t *testing.T) {
	s := open(t, 2)
	require.NoError(t, s.Run(func(*rt.G) {}))
	require.NoError(t, s.Close())
	ended, ending := s.allm[0], &m{sched: s}
	ms := len(s.allm)

	s.procs.addCPU(1)
	ending.counted = true
	ending.RunLocked(new(rt.G), ended)
	require.Nil(t, ending.Schedule(nil))
	require.Zero(t, s.procs.load().mcpu(), "RunLocked")

	s.procs.addCPU(1)
	ending.nextg = new(rt.G)
	require.Nil(t, ending.Schedule(nil))
	require.Zero(t, s.procs.load().mcpu(), "handed before the end")

	ending.Ready(new(rt.G))
	require.Zero(t, s.procs.load().mcpu(), "queued")
	require.Len(t, s.allm, ms)
}

func TestEachMHasACacheOfItsOwn(t *testing.T) {
	s := open(t, 2)
	require.NoError(t, s.Run(func(g *rt.G) {
		for range 2 {
			g.Go(func(g *rt.G) {
				g.LockM()
				g.Free(g.Alloc(100))
				s.yieldUntil(g, func() bool { return len(s.allm) > 1 })
			})
		}
	}))
	require.NotSame(t, s.allm[0].Cache(), s.allm[1].Cache())
	require.Positive(t, s.Stats().CacheBytes)
}

// Gs in the queue of a scheduler that stops must not be handed to Ms, which may have
// ended. An M that ends gives everything back.
func TestNoMHasAnMcpuWhenAllHaveEnded(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		s := open(t, procs)
		require.ErrorContains(t, s.Run(func(g *rt.G) {
			for range 20 {
				g.Go(func(g *rt.G) {
					g.LockM()
					for {
						g.Yield()
						g.Syscall(func() {})
					}
				})
				g.Go(func(g *rt.G) {
					for {
						g.Yield()
					}
				})
			}
			for range 50 {
				g.Yield()
			}
			panic("bang")
		}), "bang")
		require.NoError(t, s.Close())
		require.Zero(t, s.procs.load().mcpu())
	}
}
