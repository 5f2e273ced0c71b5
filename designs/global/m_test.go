package global

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
	"schedlab/designs/queue"
)

// fake is a scheduler with n free slots and no threads: its Ms are driven by
// hand, step by step.
func fake(n int32) *sched {
	s := &sched{runq: &queue.Locked[designs.G, *designs.G]{}}
	s.free.Store(n)
	return s
}

// The submitter looked at free before the parker added to it; so the parker must
// see the G, and wakes itself.
func TestParkSeesWhatWasQueuedBeforeItsSlotWasFree(t *testing.T) {
	s := fake(0)
	mp := &m{sched: s}
	s.nm = 2 // another M is about, so that this is no rest
	s.runq.Put(new(designs.G))
	s.submitted()

	mp.park(1) // does not sleep

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load(), "the slot is the M's again")
}

func TestSubmitWakesAnIdleMForAFreeSlot(t *testing.T) {
	s := fake(1)
	idle := &m{sched: s}
	s.idle.PutHead(idle)
	s.nm = 2

	(&m{sched: s}).Ready(new(designs.G))

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load(), "the slot went with the wakeup")
	require.Panics(t, func() { idle.note.Wakeup() }, "it has been woken")
}

func TestEnterSyscallHandsItsSlotToAnIdleM(t *testing.T) {
	s := fake(0)
	idle, blocking := &m{sched: s}, &m{sched: s}
	s.idle.PutHead(idle)
	s.nm = 2
	s.runq.Put(new(designs.G))

	blocking.EnterSyscall(true)

	require.True(t, s.idle.Empty())
	require.Zero(t, s.free.Load())
	require.False(t, blocking.ExitSyscall(), "its slot is gone")
}
