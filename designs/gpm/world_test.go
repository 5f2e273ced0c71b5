package gpm

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/rank"
)

// The tests of this file drive the protocols step by step. Their Ms have no threads, and
// one M at a time does something.

// newRig returns a scheduler with Ps that no M has and with idle Ms. It never comes to
// rest, because more Ms count as started.
func newRig(ps, idleMs int) *sched {
	s := &sched{idle: idle{nm: math.MaxInt}}
	s.lock.SetRank(rank.Sched)
	s.SetRanks()
	all := make([]*p, ps)
	for i := range all {
		all[i] = s.newP(i)
	}
	s.everyp = all
	s.setPs(all)
	for range idleMs {
		s.idle.midle.PutHead(&m{sched: s})
	}
	return s
}

// holder returns an M that has pp.
func (s *sched) holder(pp *p) *m {
	mp := &m{sched: s}
	mp.acquirep(pp)
	return mp
}

// makeIdle makes the Ps from number from on idle.
func (s *sched) makeIdle(from int) {
	for _, pp := range s.ps()[from:] {
		s.idle.pidleput(pp)
	}
}

// put puts n new Gs into the ring.
func (pp *p) put(n int) (gs []*rt.G) {
	for range n {
		gs = append(gs, new(rt.G))
		pp.runq.Put(gs[len(gs)-1], pp.sched)
	}
	return gs
}

// started returns the Ps that Ms, of idle, were started for, each with its M.
func started(idle []*m) map[*p]*m {
	to := map[*p]*m{}
	for _, mp := range idle {
		if mp.nextp != nil {
			to[mp.nextp] = mp
		}
	}
	return to
}

func (s *sched) idleMs() (ms []*m) {
	for mp := s.idle.midle.Get(); mp != nil; mp = s.idle.midle.Get() {
		ms = append(ms, mp)
	}
	for _, mp := range ms {
		s.idle.midle.Put(mp)
	}
	return ms
}

func statuses(ps []*p) (names []string) {
	for _, pp := range ps {
		names = append(names, pStatusNames[pp.status.Load()])
	}
	return names
}

func TestStopWorldTakesThePsThatNoMUses(t *testing.T) {
	s := newRig(4, 0)
	by, caller := s.holder(s.ps()[0]), s.holder(s.ps()[1])
	s.makeIdle(2)
	caller.EnterSyscall(rt.MayBlock)

	require.True(t, s.StopWorld(by, rt.NoLimit))

	require.Equal(t, []string{"stopped", "stopped", "stopped", "stopped"}, statuses(s.ps()))
	require.Zero(t, s.idle.npidle.Load())
	require.False(t, caller.ExitSyscall(), "the G may not go on")
	require.True(t, caller.p == nil)
}

// Every way in which an M can give up its P is counted, once.
func TestStopWorldCountsThePsThatComeLater(t *testing.T) {
	for name, giveUp := range map[string]func(s *sched, mp *m){
		"enters a system call":          func(_ *sched, mp *m) { mp.EnterSyscall(rt.MayBlock) },
		"enters a blocking system call": func(_ *sched, mp *m) { mp.EnterSyscall(rt.Blocks) },
		"is carried":                    func(s *sched, mp *m) { s.handoffp(mp.releasep()) },
		"is carried with Gs": func(s *sched, mp *m) {
			mp.p.put(1)
			s.handoffp(mp.releasep())
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(3, 1)
			by, other := s.holder(s.ps()[0]), s.holder(s.ps()[1])
			s.makeIdle(2)
			require.False(t, s.StopWorld(by, 0), "a P is in use")
			require.Equal(t, 1, s.world.wait)
			s.HaltPs() // like the world's own bit, it makes an M that enters a system call look

			require.Nil(t, other.giveUp(), "a P that the world waits for does not become idle")
			require.Equal(t, "running", pStatusNames[other.p.status.Load()])
			giveUp(s, other)

			require.Zero(t, s.world.wait)
			require.True(t, s.world.all.SleepFor(0), "the stopper was told")
			require.Equal(t, []string{"stopped", "stopped", "stopped"}, statuses(s.ps()))
			require.Empty(t, started(s.idleMs()), "no M gets a P of the stopped world")
		})
	}
}

// The monitor has taken a P before the stop begins, or tries after it. One of the two
// gets the P.
func TestStopWorldAgainstTheMonitor(t *testing.T) {
	for _, monitorFirst := range []bool{true, false} {
		s := newRig(2, 1)
		by, caller := s.holder(s.ps()[0]), s.holder(s.ps()[1])
		pp := caller.p
		caller.EnterSyscall(rt.MayBlock)
		if monitorFirst {
			require.True(t, pp.status.CompareAndSwap(pSyscall, pIdle))
			require.False(t, s.StopWorld(by, 0))
			s.handoffp(pp)
			require.True(t, s.world.all.SleepFor(0))
		} else {
			require.True(t, s.StopWorld(by, rt.NoLimit))
			require.False(t, s.retakeFrom(pp))
		}
		require.Zero(t, s.world.wait)
		require.EqualValues(t, pStopped, pp.status.Load())
		require.Empty(t, started(s.idleMs()))
	}
}

func TestAWorldThatDidNotStopIsStarted(t *testing.T) {
	s := newRig(3, 0)
	by, busy := s.holder(s.ps()[0]), s.holder(s.ps()[1])
	s.makeIdle(2)
	s.idle.nmspinning.Store(1) // no wakep
	require.False(t, s.StopWorld(by, 0))

	s.StartWorld(by, 3)

	require.Equal(t, []string{"running", "running", "idle"}, statuses(s.ps()))
	require.EqualValues(t, 1, s.idle.npidle.Load())
	require.True(t, busy.p != nil)
	require.False(t, s.world.stopping)
	require.False(t, s.StopWorld(by, 0))
	require.Equal(t, 1, s.world.wait, "the next stop counts anew")
}

// Go commits cb945ba6ba, dbcfed93e7: a P with Gs of its own needs an M.
func TestStartWorldGivesPsWithWorkAnM(t *testing.T) {
	s := newRig(4, 4)
	by := s.holder(s.ps()[0])
	s.makeIdle(1)
	require.True(t, s.StopWorld(by, rt.NoLimit))
	s.ps()[1].put(1)
	s.ps()[3].put(2)
	ms := s.idleMs()

	s.StartWorld(by, 4)

	to := started(ms)
	require.Len(t, to, 3)
	require.False(t, to[s.ps()[1]].spinning)
	require.False(t, to[s.ps()[3]].spinning)
	require.True(t, to[s.ps()[2]].spinning, "an M must look for other work")
	for _, mp := range to {
		require.True(t, mp.note.SleepFor(0), "woken")
	}
	require.Zero(t, s.idle.npidle.Load())
	require.EqualValues(t, 1, s.idle.nmspinning.Load())
}

// stopped returns a rig and the M that has stopped its world, with P number at. That M
// can start timers.
func stopped(t *testing.T, ps, at int) (*sched, *m) {
	s := newRig(ps, 0)
	by := &m{sched: s}
	s.StartActor(&by.M, by, func(*rt.G) {}) // gives it a g0
	by.acquirep(s.ps()[at])
	for i, pp := range s.ps() {
		if i != at {
			s.idle.pidleput(pp)
		}
	}
	require.True(t, s.StopWorld(by, rt.NoLimit))
	return s, by
}

func TestFewerPsLeaveEverythingBehind(t *testing.T) {
	for _, at := range []int{0, 2} { // the M's own P stays, or goes
		s, by := stopped(t, 4, at)
		old := s.ps()
		last := new(rt.G)
		s.runq.Put(last)
		next := new(rt.G)
		gone := old[1].put(2)
		old[1].runq.PutNext(next, s)
		gone = append([]*rt.G{next}, gone...)
		gone = append(gone, old[3].put(3)...)
		gone = append(gone, last)
		dead := new(rt.G)
		old[3].gfree.Put(dead)
		timers := startTimers(by, old, 1<<50, 1<<40, 1<<60, 1<<55)

		s.StartWorld(by, 1)

		require.Len(t, s.ps(), 1)
		require.Zero(t, by.p.id)
		require.True(t, by.p.m.Load() == by)
		require.Equal(t, []string{"running", "dead", "dead", "dead"}, statuses(old))
		for _, want := range gone {
			require.True(t, s.runq.Get() == want)
		}
		require.Nil(t, s.runq.Get())
		require.True(t, s.gfree.Get() == dead)
		require.EqualValues(t, 1<<40, by.p.timers.First())
		for i := range timers {
			require.True(t, timers[i].Stop(by.G0()), "is still to fire")
		}
		require.Zero(t, by.p.timers.First(), "they were all there")
		require.Zero(t, s.idle.npidle.Load())
	}
}

// startTimers starts a timer on each of ps.
func startTimers(mp *m, ps []*p, whens ...int64) []rt.Timer {
	timers, own := make([]rt.Timer, len(whens)), mp.p
	for i := range timers {
		timers[i].Fire = func(*rt.G, *rt.Timer, uint64) {}
		mp.p = ps[i]
		timers[i].Start(mp.G0(), whens[i])
	}
	mp.p = own
	return timers
}

func TestMorePsAreIdle(t *testing.T) {
	s, by := stopped(t, 2, 1)
	s.idle.nmspinning.Store(1) // no wakep

	s.StartWorld(by, 4)

	require.Equal(t, []string{"idle", "running", "idle", "idle"}, statuses(s.ps()))
	require.EqualValues(t, 3, s.idle.npidle.Load())
	for i, pp := range s.ps() {
		require.Equal(t, i, pp.id)
	}
}

// A system call begins before SetProcs takes its P away, and ends after that.
func TestASystemCallOutlivesItsP(t *testing.T) {
	s := newRig(2, 0)
	by, caller := s.holder(s.ps()[0]), s.holder(s.ps()[1])
	gone := s.ps()[1]
	caller.EnterSyscall(rt.MayBlock)
	require.True(t, s.StopWorld(by, rt.NoLimit))
	s.StartWorld(by, 1)
	require.False(t, s.retakeFrom(gone), "by a monitor that has the old list of Ps")
	require.False(t, caller.ExitSyscall())
	require.EqualValues(t, pDead, gone.status.Load())
}

// ForEachP goes to each P once, whatever the last M does with its P.
func TestForEachPGoesToEachOnce(t *testing.T) {
	for name, come := range map[string]func(s *sched, mp *m){
		"between two Gs": func(_ *sched, mp *m) { mp.obeyHalt() },
		"enters a system call": func(_ *sched, mp *m) {
			pp := mp.p
			mp.EnterSyscall(rt.MayBlock)
			if pp.status.Load() != pSyscall {
				panic("the P is not left as it was")
			}
		},
		"enters a blocking system call": func(_ *sched, mp *m) { mp.EnterSyscall(rt.Blocks) },
		"is carried":                    func(s *sched, mp *m) { s.handoffp(mp.releasep()) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newRig(4, 4)
			by, caller, busy := s.holder(s.ps()[0]), s.holder(s.ps()[1]), s.holder(s.ps()[2])
			s.makeIdle(3)
			s.idle.nmspinning.Store(1) // no M is woken to look for work
			caller.EnterSyscall(rt.MayBlock)
			var calls [4]host.Int32
			done := make(chan bool)
			go func() {
				s.ForEachP(by, func(p int) { calls[p].Add(1) })
				close(done)
			}()
			for calls[0].Load()+calls[1].Load()+calls[3].Load() != 3 {
				runtime.Gosched()
			}
			require.True(t, s.Halted())
			require.Nil(t, busy.giveUp())
			require.True(t, busy.p != nil, "a P that is waited for is not made idle")

			come(s, busy)

			<-done
			for p := range calls {
				require.EqualValues(t, 1, calls[p].Load(), "calls for P %d", p)
			}
			require.False(t, s.Halted())
			require.Zero(t, s.world.wait)
			for _, pp := range s.ps() {
				require.False(t, pp.safePoint.Load())
			}
		})
	}
}
