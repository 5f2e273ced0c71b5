package global

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// stopped runs body in a G that has stopped the world. There is one slot more than the
// stopper knows of: held has it, an M that body drives.
func stopped(t *testing.T, body func(s *sched, held *m)) {
	const procs = 3
	everyVariant(t, procs, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			g.StopTheWorld()
			defer g.StartTheWorld()
			held := &m{slot: true}
			held.init(s)
			s.procs++
			s.awake++
			defer func() {
				s.collected--
				s.procs--
				s.awake--
			}()
			body(s, held)
		})
	})
}

func TestNoSlotCanBeTakenWhileTheWorldIsStopped(t *testing.T) {
	stopped(t, func(s *sched, held *m) {
		require.EqualValues(t, 2, s.collected, "all but the stopper's")
		held.giveSlot()
		require.EqualValues(t, 3, s.collected)
		require.Zero(t, s.free.Load())
		require.False(t, s.wakeOne())
		require.False(t, held.ExitSyscall())
	})
}

// First step 1 of the giver in 'Collecting all slots', then all of the stopper, which
// finds the slot itself.
func TestStopWorldCollectsWhatWasGivenBackBefore(t *testing.T) {
	stopped(t, func(s *sched, held *m) {
		s.free.Add(1)
		require.True(t, s.StopWorld(nil, 0))
	})
}

// First all of the stopper, which sleeps, then the giver, which collects and tells it.
func TestTheMThatGivesTheLastSlotBackTellsTheStopper(t *testing.T) {
	for name, give := range map[string]func(held *m) (after func()){
		"for a system call": func(held *m) func() {
			held.EnterSyscall(rt.Blocks)
			return func() {}
		},
		"to end":           func(held *m) func() { held.end(); return func() {} },
		"for want of work": parks,
	} {
		t.Run(name, func(t *testing.T) {
			stopped(t, func(s *sched, held *m) {
				done := make(chan bool)
				go func() { done <- s.StopWorld(nil, rt.NoLimit) }()
				for waiting := false; !waiting; runtime.Gosched() {
					s.idleMu.Lock()
					waiting = s.stopper
					s.idleMu.Unlock()
				}
				after := give(held)
				require.True(t, <-done)
				after()
			})
		})
	}
}

// parks lets held park, and after ends that.
func parks(held *m) (after func()) {
	parked := make(chan bool)
	go func() {
		held.park()
		parked <- true
	}()
	return func() {
		s := held.sched
		s.idleMu.Lock()
		s.wake(s.idle.Get())
		s.idleMu.Unlock()
		<-parked
	}
}

// After patience has run out no M waits for the slot any more. It is collected all the
// same, and given out when the world starts.
func TestStopWorldLosesPatience(t *testing.T) {
	stopped(t, func(s *sched, held *m) {
		require.False(t, s.StopWorld(nil, 0))
		require.False(t, s.stopper)
		held.giveSlot()
		require.Zero(t, s.stopwait())
		require.False(t, s.stopped.SleepFor(0), "no M waits for a signal")
	})
}

// A G that yields is queued at once, so no M ever comes to park for want of work.
func TestTheWorldStopsThoughTheQueueIsNeverEmpty(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var ended atomic.Bool
			for range 20 {
				g.Go(func(g *rt.G) {
					for !ended.Load() {
						g.Yield()
					}
				})
			}
			for range 20 {
				g.Yield()
				g.StopTheWorld()
				g.StartTheWorld()
			}
			ended.Store(true)
		})
	})
}

// A locked M is handed its G as the world is to stop.
func TestAHandedGIsQueuedWhileTheWorldIsStopped(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var p parked
			var mid atomic.Int64
			var ran atomic.Bool
			g.Go(func(g *rt.G) {
				g.LockM()
				mid.Store(int64(g.MID()))
				p.wait(g)
				ran.Store(true)
			})
			for p.g.Load() == nil {
				g.Yield()
			}
			g.StopTheWorld() // the owner has given its slot back and sleeps
			p.end(g)
			s.collected--
			bringer := &m{sched: s, slot: true}
			bringer.RunLocked(s.runq.Get(), s.ms[mid.Load()]) // without a reactor MIDs are indexes
			for collected := int32(0); collected == 0 && !ran.Load(); runtime.Gosched() {
				s.idleMu.Lock()
				collected = s.collected
				s.idleMu.Unlock()
			}
			require.False(t, ran.Load())
			require.False(t, s.runq.Empty(), "it is queued again")
			g.StartTheWorld()
			for !ran.Load() {
				g.Yield()
			}
		})
	})
}

// Ms may have ended, and a slot that one of them got would be missed.
func TestNoMIsWokenOnceTheSchedulerStops(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) { g.Go(func(*rt.G) {}) })
		require.NoError(t, s.Close())

		require.False(t, s.wakeOne())
		owner, bringer := &m{sched: s}, &m{sched: s, slot: true}
		bringer.RunLocked(nil, owner)
		require.False(t, owner.handed || owner.slot)
		require.True(t, bringer.slot)
		require.False(t, owner.AwaitLocked())
		bringer.park() // does not sleep
	})
}

// A giver saw that the world was to stop, but the world has been started since.
func TestCollectLeavesTheSlotsOfARunningWorld(t *testing.T) {
	s := fake(2)
	s.collect()
	require.EqualValues(t, 2, s.free.Load())
}

func TestStartWorldWakesAnMForEachG(t *testing.T) {
	s := fake(0)
	s.procs, s.collected = 4, 3
	idle := []*m{s.newIdle(), s.newIdle(), s.newIdle()}
	s.runq.Put(new(rt.G))
	s.runq.Put(new(rt.G))

	s.StartWorld(nil, 5)

	woken(t, s, idle[1])
	woken(t, s, idle[2])
	require.True(t, idle[0].asleep)
	require.EqualValues(t, 2, s.free.Load(), "of 5 slots 3 are taken")
	require.Zero(t, s.collected)

	s = fake(0)
	s.procs, s.collected = 4, 3
	s.runq.Put(new(rt.G))
	s.StartWorld(nil, 1)
	require.Zero(t, s.free.Load(), "the stopper has the only one")
}
