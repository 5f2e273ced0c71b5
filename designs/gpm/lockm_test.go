package gpm

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// until waits until another thread of the test makes cond true, under sched.lock.
func (s *sched) until(cond func() bool) {
	for {
		s.lock.Lock()
		ok := cond()
		s.lock.Unlock()
		if ok {
			return
		}
		runtime.Gosched() // with Pause and one CPU the other thread would wait for a slice
	}
}

// listed says whether mp is an idle M. It needs sched.lock.
func (s *sched) listed(mp *m) (found bool) {
	for _, idle := range s.idleMs() {
		found = found || idle == mp
	}
	return found
}

// handOver lets mp, with its P, find a G that is locked to owner. The result is
// closed when mp, which then sleeps, has been woken.
func (s *sched) handOver(mp, owner *m) (woken chan bool) {
	woken = make(chan bool)
	go func() {
		mp.RunLocked(new(rt.G), owner)
		close(woken)
	}()
	s.until(func() bool { return s.listed(mp) })
	return woken
}

// await calls AwaitLocked on mp and sends its answer to the result.
func (mp *m) await() (got chan bool) {
	got = make(chan bool)
	go func() { got <- mp.AwaitLocked() }()
	return got
}

func TestALockedMThatSleepsIsHandedAP(t *testing.T) {
	s := newRig(1, 0)
	mp, owner := s.holder(s.ps()[0]), &m{sched: s}
	got := owner.await()
	s.until(func() bool { return s.idle.mlocked[owner] })

	woken := s.handOver(mp, owner)

	require.True(t, <-got)
	require.Zero(t, owner.p.id)
	require.Equal(t, []string{"running"}, statuses(s.ps()))
	require.True(t, owner.p.m.Load() == owner)
	require.True(t, owner.nextp == nil && mp.p == nil)
	require.Empty(t, s.idle.mlocked)
	require.EqualValues(t, 1, s.idle.wakes)
	mp.note.Wakeup()
	<-woken
}

// The locked G is found before its M, which has just queued it, has gone to sleep. The
// P that the M still has becomes idle.
func TestALockedMIsHandedAPBeforeItSleeps(t *testing.T) {
	s := newRig(2, 0)
	s.idle.nmspinning.Store(1) // no M is woken to look for work
	mp, owner := s.holder(s.ps()[0]), s.holder(s.ps()[1])
	woken := s.handOver(mp, owner)
	require.Zero(t, s.idle.wakes, "the owner is awake")

	require.True(t, owner.AwaitLocked())

	require.Zero(t, owner.p.id)
	require.Equal(t, []string{"running", "idle"}, statuses(s.ps()))
	require.EqualValues(t, 1, s.idle.npidle.Load())
	require.Empty(t, s.idle.mlocked)
	mp.note.Wakeup()
	<-woken
}

// A locked M that is handed a P calls ForEachP's function for it before it runs its G.
func TestALockedMIsHandedAPThatForEachPWants(t *testing.T) {
	s := newRig(1, 0)
	mp, owner := s.holder(s.ps()[0]), &m{sched: s}
	calls := 0
	s.world.fn, s.world.wait = func(int) { calls++ }, 2
	s.ps()[0].safePoint.Store(true)
	woken := s.handOver(mp, owner)

	require.True(t, owner.AwaitLocked())

	require.Equal(t, 1, calls)
	require.Equal(t, 1, s.world.wait)
	mp.note.Wakeup()
	<-woken
}

func TestALockedMThatSleepsEndsWithTheScheduler(t *testing.T) {
	s := newRig(1, 0)
	owner := &m{sched: s}
	got := owner.await()
	s.until(func() bool { return s.idle.mlocked[owner] })
	s.Stop()
	require.False(t, <-got)
	require.Empty(t, s.idle.mlocked)
}
