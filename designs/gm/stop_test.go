package gm

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/conform"
	"schedlab/rt"
)

func TestStoppingAWorldOfOneTakesNoWait(t *testing.T) {
	s, ms := fake(4, 1)
	require.True(t, s.StopWorld(ms[0], rt.NoLimit))
	require.Equal(t, "mcpu 1 of 1, gwaiting false, waitstop false", s.procs.load().String())
	s.StartWorld(ms[0], 3)
	require.Equal(t, "mcpu 1 of 3, gwaiting false, waitstop false", s.procs.load().String())
}

// The M that brings mcpu down signals, in whatever way it does that. Only one M signals.
func TestTheLastToGiveItsMcpuBackSignalsTheStopper(t *testing.T) {
	ways := map[string]func(mp *m){
		"EnterSyscall": func(mp *m) { mp.EnterSyscall(rt.MayBlock) },
		"Schedule":     func(mp *m) { mp.Schedule(nil) },
		"AwaitLocked":  func(mp *m) { mp.AwaitLocked() },
		"refused ExitSyscall": func(mp *m) {
			require.False(t, mp.ExitSyscall())
			mp.EnterSyscall(rt.MayBlock) // as it was: the next is the last
			require.False(t, mp.ExitSyscall())
			mp.ExitSyscallSlow(new(rt.G))
			mp.sched.procs.addCPU(-1)
			mp.Schedule(nil)
		},
	}
	for name, giveBack := range ways {
		t.Run(name, func(t *testing.T) {
			conform.Watch(t)
			s, ms := fake(3, 3)
			stopped := make(chan bool)
			go func() { stopped <- s.StopWorld(ms[0], rt.NoLimit) }()
			s.await(func() bool { return s.procs.load().waitstop() })
			ms[1].EnterSyscall(rt.MayBlock)
			require.True(t, s.procs.load().waitstop(), "2 of 1")

			go giveBack(ms[2]) // may park

			require.True(t, <-stopped)
			require.False(t, s.procs.load().waitstop())
			s.Stop()
		})
	}
}

func TestAWorldThatDoesNotStopCanBeStartedAgain(t *testing.T) {
	s, ms := fake(2, 2)
	require.False(t, s.StopWorld(ms[0], 0), "the other M runs on")
	require.Equal(t, "mcpu 2 of 1, gwaiting false, waitstop false", s.procs.load().String())
	s.StartWorld(ms[0], 2)
	ms[1].EnterSyscall(rt.MayBlock) // does not signal
	require.True(t, s.StopWorld(ms[0], 0))
}

// If the signal is on its way when patience ends, the world has stopped, and the next
// stop must not get the signal. (In some runs it comes before patience ends.)
func TestAStopThatIsTakenWaitsForItsSignal(t *testing.T) {
	for range 20 {
		s, ms := fake(2, 2)
		stopped := make(chan bool, 1)
		go func() { stopped <- s.StopWorld(ms[0], 0) }()
		for !s.procs.load().waitstop() && len(stopped) == 0 {
			runtime.Gosched()
		}
		s.procs.addCPU(-1)
		if !s.procs.takeWaitstop() {
			require.False(t, <-stopped, "StopWorld was faster")
			continue
		}
		for range 20_000 { // until patience is over, and longer
			require.Empty(t, stopped)
			runtime.Gosched()
		}
		s.stopped.Wakeup()
		require.True(t, <-stopped)
	}
}

func TestNothingIsHandedOutInAStoppedWorld(t *testing.T) {
	s, ms := fake(2, 1)
	idle := s.idleM()
	s.StopWorld(ms[0], rt.NoLimit)

	ms[0].Ready(new(rt.G)) // go on, later
	var list rt.GList
	list.Put(new(rt.G))
	ms[0].ReadyList(&list)

	require.Nil(t, idle.nextg)
	require.Equal(t, "mcpu 1 of 1, gwaiting true, waitstop false", s.procs.load().String())
	require.False(t, (&m{sched: s}).ExitSyscall())
	s.procs.addCPU(-1)

	s.StartWorld(ms[0], 2)
	require.NotNil(t, idle.nextg)
	require.Equal(t, 1, s.runq.Len())
}

// inside counts Gs that are between two safe points, and the most there were.
type inside struct{ now, most, visits atomic.Int64 }

func (in *inside) visit() {
	now := in.now.Add(1)
	for most := in.most.Load(); now > most; most = in.most.Load() {
		if in.most.CompareAndSwap(most, now) {
			break
		}
	}
	in.visits.Add(1)
	for range 50 {
		_ = in.now.Load()
	}
	in.now.Add(-1)
}

// crowd starts Gs of all kinds that visit until over is set.
func crowd(g *rt.G, in *inside, over *atomic.Bool) {
	for _, pause := range []func(g *rt.G){
		(*rt.G).Yield,
		(*rt.G).Yield,
		func(g *rt.G) {
			for range 20 { // a safe point only for a G that is asked
				g.Checkpoint()
				in.visit()
			}
			g.Yield()
		},
		func(g *rt.G) { g.Syscall(func() {}) },
		func(g *rt.G) { g.Sleep(1000) },
		func(g *rt.G) { g.Go(func(*rt.G) { in.visit() }); g.Yield() },
		func(g *rt.G) { g.LockM(); g.Yield(); in.visit(); g.UnlockM() },
	} {
		g.Go(func(g *rt.G) {
			for !over.Load() {
				in.visit()
				pause(g)
			}
		})
	}
}

func TestNoGRunsInAStoppedWorld(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("procs=%d", procs), func(t *testing.T) {
			s := open(t, procs)
			var in inside
			var over atomic.Bool
			require.NoError(t, s.Run(func(g *rt.G) {
				crowd(g, &in, &over)
				for range 50 {
					g.StopTheWorld()
					visits := in.visits.Load()
					check(in.now.Load() == 0, "a G is between two safe points")
					g.Go(func(*rt.G) { in.visit() })
					for range 1000 {
						check(in.visits.Load() == visits, "a G has run")
					}
					g.StartTheWorld()
					g.Yield()
				}
				over.Store(true)
			}))
			require.EqualValues(t, 50, s.Stats().Stops)
		})
	}
}

func TestSetProcsHoldsUnderLoad(t *testing.T) {
	s := open(t, 2)
	var in inside
	var over atomic.Bool
	require.NoError(t, s.Run(func(g *rt.G) {
		crowd(g, &in, &over)
		now := 2
		for i := range 40 {
			n := []int{1, 4, 3, 2, 8}[i%5]
			before, err := g.SetProcs(n)
			check(err == nil && before == now, "SetProcs: wrong answer")
			check(s.procs.load().mcpumax() == n, "mcpumax is not what was set")
			now = n
			in.most.Store(0) // nobody was inside while the world stood still
			for range 5 {
				g.Yield()
			}
			check(in.most.Load() <= int64(n), "more Gs run than may")
		}
		over.Store(true)
	}))
	require.NoError(t, s.Close())
	require.Equal(t, "mcpu 0 of 8, gwaiting false, waitstop false", s.procs.load().String())
}

// Gs that were queued when few might run must run when more may.
func TestMoreProcsRunWhatIsQueued(t *testing.T) {
	s := open(t, 1)
	require.NoError(t, s.Run(func(g *rt.G) {
		var met atomic.Int32
		for range 3 {
			g.Go(func(g *rt.G) {
				met.Add(1)
				for met.Load() < 3 { // without a safe point
				}
			})
		}
		_, err := g.SetProcs(4)
		check(err == nil, "SetProcs")
		for met.Load() < 3 {
		}
	}))
}
