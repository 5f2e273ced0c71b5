package global

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/heap"
	"schedlab/rt/queue"
)

type m struct {
	rt.M
	queue.Link[m] // in sched.idle
	sched         *sched
	gfree         rt.FreeList
	cache         heap.Cache

	// slot says that the M may run Gs. While the M is awake it sets slot itself, with
	// one exception: see 'Locked Ms'. Asleep it has no slot, until the thread that wakes
	// it sets this, under idleMu.
	slot   bool
	asleep bool      // in sleep; under idleMu
	handed bool      // the M is locked, its G is to be run, and it has a slot; under idleMu
	note   host.Note // signaled by the thread that clears asleep
}

func (mp *m) init(s *sched) {
	mp.sched = s
	mp.gfree.Pool = &s.gfree
	mp.cache.Init(s.Heap())
}

// Newproc implements [rt.Machine].
func (mp *m) Newproc(fn func(*rt.G)) {
	gp := mp.gfree.Get(mp.Stats())
	mp.InitG(gp, fn)
	mp.Ready(gp)
}

// Ready implements [rt.Machine].
func (mp *m) Ready(gp *rt.G) {
	mp.sched.runq.Put(gp)
	mp.sched.submitted()
}

// ReadyList implements [rt.Machine].
func (mp *m) ReadyList(list *rt.GList) {
	for gp := list.Get(); gp != nil; gp = list.Get() {
		mp.Ready(gp)
	}
}

// Next implements [rt.Machine].
func (mp *m) Next() *rt.G { return mp.sched.runq.Get() }

// YieldTo implements [rt.Machine].
func (mp *m) YieldTo(*rt.G) *rt.G { return mp.sched.runq.Get() }

// Yielded implements [rt.Machine].
func (mp *m) Yielded(gp *rt.G, _ rt.YieldReason) { mp.Ready(gp) }

// Schedule implements [rt.Machine].
func (mp *m) Schedule(dead *rt.G) *rt.G {
	if dead != nil {
		mp.gfree.Put(dead)
	}
	s := mp.sched
	for !s.Stopping() {
		if mp.slot && !s.WorldStopping() {
			if gp := s.runq.Get(); gp != nil {
				return gp
			}
		}
		mp.park()
	}
	mp.end()
	return nil
}

// park makes the M idle until it is woken with a slot, or the scheduler stops.
func (mp *m) park() {
	s := mp.sched
	s.idleMu.Lock()
	if s.Stopping() {
		s.idleMu.Unlock()
		return
	}
	s.idle.PutHead(mp)
	mp.sleep()
}

// sleep gives the M's slot back, if it has one, and sleeps until the M is woken. It needs
// idleMu, under which Stopping was false, and returns without it.
func (mp *m) sleep() {
	s := mp.sched
	mp.Stats().Parks++
	mp.TellPark()
	mp.note.Clear()
	mp.asleep = true
	s.awake--
	if mp.slot {
		mp.slot = false
		s.free.Add(1)
		s.collect()
	}
	s.atRest()
	s.idleMu.Unlock()
	if !s.runq.Empty() {
		s.wakeOne()
	}
	mp.note.Sleep()
	mp.TellWake()
	mp.NewSlice() // what was asked of the M before it slept is done
}

// giveSlot gives the M's slot back. It is the right side of 'Submit and park', without the
// sleep, and the left side of 'Collecting all slots'.
func (mp *m) giveSlot() {
	s := mp.sched
	mp.slot = false
	s.free.Add(1)
	if s.WorldStopping() {
		s.idleMu.Lock()
		s.collect()
		s.idleMu.Unlock()
	}
	if !s.runq.Empty() {
		s.wakeOne()
	}
}

// end is what an M does before it ends. A stopper may wait for its slot.
func (mp *m) end() {
	if mp.slot {
		mp.giveSlot()
	}
}

// EnterSyscall implements [rt.Machine].
func (mp *m) EnterSyscall(rt.SyscallHint) { mp.giveSlot() }

// ExitSyscall implements [rt.Machine].
func (mp *m) ExitSyscall() bool {
	mp.slot = mp.sched.takeSlot()
	return mp.slot
}

// ExitSyscallSlow implements [rt.Machine].
func (mp *m) ExitSyscallSlow(gp *rt.G) { mp.Ready(gp) }

// Timers implements [rt.Machine].
func (mp *m) Timers() *rt.Timers { return mp.sched.reactor.Timers() }

// TimerFirst implements [rt.Machine].
func (mp *m) TimerFirst(when int64) { mp.sched.reactor.TimerFirst(when) }

// Cache implements [rt.Machine].
func (mp *m) Cache() *heap.Cache { return &mp.cache }

// RunLocked implements [rt.Machine]. See 'Locked Ms' in the package comment.
func (mp *m) RunLocked(_ *rt.G, owner rt.Machine) {
	s, to := mp.sched, owner.(*m)
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	if s.Stopping() {
		return // the owner may have ended; a slot that it gets would be lost
	}
	to.handed = true
	if !to.slot {
		mp.slot, to.slot = false, true
	}
	if to.asleep {
		s.wakes++
		s.wake(to)
	}
}

// AwaitLocked implements [rt.Machine].
func (mp *m) AwaitLocked() bool {
	s := mp.sched
	s.idleMu.Lock()
	for !s.Stopping() {
		if mp.handed {
			mp.handed = false
			if !s.WorldStopping() {
				s.idleMu.Unlock()
				return true
			}
			s.runq.Put(mp.LockedG()) // until the world goes on
		}
		mp.sleep()
		s.idleMu.Lock()
	}
	s.idleMu.Unlock()
	mp.end()
	return false
}
