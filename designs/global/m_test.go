package global

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/queue"
)

// fake is a scheduler with n free slots and no threads. The test drives its Ms, step by
// step.
func fake(n int32) *sched {
	s := &sched{runq: &queue.Locked[rt.G, *rt.G]{}, procs: n}
	s.free.Store(n)
	s.awake = 1 // as if another M were awake, so that there is no rest
	return s
}

// newM is an M that is awake. It takes a slot if there is one.
func (s *sched) newM() *m {
	mp := &m{}
	mp.init(s)
	mp.slot = s.takeSlot()
	s.ms = append(s.ms, mp)
	s.awake++
	return mp
}

// newIdle is an M on the list of idle Ms.
func (s *sched) newIdle() *m {
	mp := &m{asleep: true}
	mp.init(s)
	s.ms = append(s.ms, mp)
	s.idle.PutHead(mp)
	return mp
}

// woken checks that mp was woken with a slot.
func woken(t *testing.T, s *sched, mp *m) {
	require.True(t, mp.slot, "the slot came with the wakeup")
	require.False(t, mp.asleep)
	require.Panics(t, func() { mp.note.Wakeup() }, "it has been woken")
}

// The submitter looked at free before the parker added to it. So the parker must see the
// G, and wakes itself.
func TestParkSeesWhatWasQueuedBeforeItsSlotWasFree(t *testing.T) {
	s := fake(1)
	mp := s.newM()
	s.runq.Put(new(rt.G))
	s.submitted()

	mp.park() // does not sleep

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load())
	woken(t, s, mp)
	require.Equal(t, 2, s.awake)
}

func TestSubmitWakesAnIdleMForAFreeSlot(t *testing.T) {
	s := fake(1)
	idle := s.newIdle()

	(&m{sched: s}).Ready(new(rt.G))

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load(), "the slot went with the wakeup")
	woken(t, s, idle)
}

func TestReadyListWakesAnMForEachGAsLongAsSlotsAreFree(t *testing.T) {
	s := fake(2)
	idle := []*m{s.newIdle(), s.newIdle(), s.newIdle()}
	var list rt.GList
	first := new(rt.G)
	list.Put(first)
	list.Put(new(rt.G))
	list.Put(new(rt.G))

	s.actor.init(s)
	s.actor.ReadyList(&list)

	require.True(t, list.Empty())
	require.Equal(t, 3, s.runq.Len())
	require.Same(t, first, s.runq.Get(), "the oldest first")
	require.Equal(t, 1, s.idle.Len())
	woken(t, s, idle[1])
	woken(t, s, idle[2])
}

func TestEnterSyscallHandsItsSlotToAnIdleM(t *testing.T) {
	s := fake(1)
	blocking, idle := s.newM(), s.newIdle()
	s.runq.Put(new(rt.G))

	blocking.EnterSyscall(rt.Blocks)

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load())
	woken(t, s, idle)
	require.False(t, blocking.ExitSyscall(), "its slot is gone")
}

// An M that takes a locked G from the queue may meet its owner at each of three points.
func TestRunLockedLeavesTheOwnerWithASlotAndAwake(t *testing.T) {
	asleep := func(s *sched) *m {
		mp := s.newIdle()
		s.idle.Get() // locked Ms sleep elsewhere
		return mp
	}
	for _, c := range []struct {
		name  string
		owner func(*sched) *m
		keeps bool // the bringer keeps its slot
	}{
		{"asleep", asleep, false},
		{"just left by its G", (*sched).newM, true},
		{"out of a system call without a slot", func(s *sched) *m {
			mp := s.newM()
			mp.slot = false
			s.free.Add(1)
			s.newM() // has taken it
			return mp
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fake(2)
			owner := c.owner(s)
			bringer := s.newM()
			require.True(t, bringer.slot)
			awake := 1
			for _, mp := range s.ms {
				if mp == owner || !mp.asleep {
					awake++
				}
			}

			bringer.RunLocked(new(rt.G), owner)

			require.True(t, owner.handed)
			require.True(t, owner.slot)
			require.False(t, owner.asleep)
			require.Equal(t, c.keeps, bringer.slot)
			require.Equal(t, awake, s.awake)
			require.True(t, owner.AwaitLocked(), "without a sleep")
			require.False(t, owner.handed)
		})
	}
}

// The G was readied before its owner had gone to sleep. So the M that readied it found no
// free slot to wake another M with.
func TestAwaitLockedGivesItsSlotToTheMThatBringsItsG(t *testing.T) {
	s := fake(1)
	owner, idle := s.newM(), s.newIdle()
	s.runq.Put(new(rt.G))
	s.submitted()
	handed := make(chan bool)
	go func() {
		idle.note.Sleep()
		idle.RunLocked(s.runq.Get(), owner)
		handed <- true
	}()

	require.True(t, owner.AwaitLocked())

	<-handed
	require.True(t, owner.slot)
	require.False(t, idle.slot)
	require.Zero(t, s.free.Load())
}
