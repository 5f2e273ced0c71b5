package gm

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// parkLocked starts a G that locks its M and parks, and returns it when the M waits for
// it. ran is set when the G has been resumed.
func parkLocked(g *rt.G, s *sched, ran *bool) (locked *rt.G) {
	g.Go(func(g *rt.G) {
		g.LockM()
		g.Parker().Park(rt.WaitOther, func(gp *rt.G) bool {
			locked = gp
			return true
		})
		*ran = true
	})
	s.yieldUntil(g, func() bool { return len(s.lockedm) == 1 })
	return locked
}

// Go issue 886: a locked G was handed to its M although the world was stopping.
func TestALockedGIsNotHandedToItsMInAStoppedWorld(t *testing.T) {
	s := open(t, 2)
	ran := false
	require.NoError(t, s.Run(func(g *rt.G) {
		locked := parkLocked(g, s, &ran)
		g.StopTheWorld()
		g.Parker().Ready(locked)
		queued := look(s, func() bool { return len(s.lockedm) == 1 && s.runq.Len() == 1 })
		check(queued, "it was handed over")
		check(s.procs.load().mcpu() == 1, "it has got an mcpu")
		g.StartTheWorld()
	}))
	require.True(t, ran)
}

func TestAReadiedGGoesStraightToTheMItIsLockedTo(t *testing.T) {
	s := open(t, 2)
	ran := false
	require.NoError(t, s.Run(func(g *rt.G) {
		locked := parkLocked(g, s, &ran)
		threads, wakes := len(s.allm), s.wakes
		g.Parker().Ready(locked)
		handed := look(s, func() bool { return len(s.lockedm) == 0 && s.runq.Empty() })
		check(handed, "it was queued")
		check(len(s.allm) == threads && s.wakes == wakes+1, "other Ms were woken for it")
	}))
	require.True(t, ran)
}

// Go issue 2100: the locked M's own matchmg hands it its G, which was queued. Then the M
// must not sleep.
func TestALockedGThatYieldsAloneGoesOn(t *testing.T) {
	s := open(t, 1)
	require.NoError(t, s.Run(func(g *rt.G) {
		g.LockM()
		for range 100 {
			g.Yield()
		}
	}))
	require.Len(t, s.allm, 1)
}

// Go issue 4820: Gosched of a locked G ran it again and again.
func TestALockedGThatYieldsLetsOthersGoFirst(t *testing.T) {
	s := open(t, 1)
	require.NoError(t, s.Run(func(g *rt.G) {
		g.LockM()
		for range 100 {
			ran := 0
			for range 3 {
				g.Go(func(*rt.G) { ran++ })
			}
			g.Yield()
			check(ran == 3, "it went on before Gs that were queued")
		}
	}))
}

// A locked M that gives its mcpu back must find another M for the Gs that are queued.
func TestALockedMThatWaitsLetsOthersRun(t *testing.T) {
	s := open(t, 1)
	require.NoError(t, s.Run(func(g *rt.G) {
		g.LockM()
		ch := gsync.NewChan[int](g, 0)
		g.Go(func(g *rt.G) { ch.Send(g, 1) })
		_, _ = ch.Recv(g)
		g.Go(func(g *rt.G) { ch.Send(g, 2) })
		g.BlockingSyscall(func() {})
		_, _ = ch.Recv(g)
	}))
}

func TestALockedGKeepsItsM(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("procs=%d", procs), func(t *testing.T) {
			s := open(t, procs)
			require.NoError(t, s.Run(func(g *rt.G) {
				ring := []*gsync.Chan[int]{}
				for range 5 {
					ring = append(ring, gsync.NewChan[int](g, 0))
				}
				for i := range ring {
					g.Go(func(g *rt.G) { keepM(g, ring[i], ring[(i+1)%len(ring)], i == 0) })
				}
				for range 100 { // not locked: it runs on any M but theirs
					g.Yield()
				}
			}))
			require.Empty(t, s.lockedm)
		})
	}
}

// keepM passes something around in a ring, locked, and does all else that can take a G
// off its M.
func keepM(g *rt.G, from, to *gsync.Chan[int], first bool) {
	g.LockM()
	id := g.MID()
	for range 50 {
		if first {
			to.Send(g, 1)
		}
		_, _ = from.Recv(g)
		if !first {
			to.Send(g, 1)
		}
		check(g.MID() == id, "another M after a channel")
		g.Yield()
		check(g.MID() == id, "another M after Yield")
		g.Syscall(func() {})
		check(g.MID() == id, "another M after Syscall")
		g.Sleep(1)
		check(g.MID() == id, "another M after Sleep")
	}
	g.UnlockM()
}
