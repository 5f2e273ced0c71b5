package designtest_test

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

// The reference design: as little as a correct scheduler can be, and the example
// to start a new one from. One lock, one queue; an M that finds nothing sleeps on
// its note until it is given the right to run Gs.
//
// # Protocol
//
// There are Procs slots; an M needs one to run Gs. Whenever the lock is free,
//
//	Gs are queued => every slot is taken        (work conservation, I2)
//
// Three things could break that, and each restores it under the same lock: a G
// is queued (put), a slot is given back for a system call (EnterSyscall), a slot
// is given back for want of work (Schedule, which has just found the queue
// empty). Since nobody looks at anything without the lock, there is no more to
// prove.
//
// # Rest
//
// Nothing can happen any more when no M has a slot (by the above, nothing is
// queued then) and none is in a system call. A G that comes out of one and finds
// no slot counts as being in it until it is queued: or else the last M with a
// slot could declare rest while that G is between the two.
//
// # Fairness
//
// One FIFO, everything goes to its tail: bypass 0.
type reference struct {
	designs.Core

	lock      host.CountedMutex // guards all below
	runq      queue.List[designs.G, *designs.G]
	free      queue.List[designs.G, *designs.G] // dead Gs
	idle      queue.List[machine, *machine]     // Ms asleep; none of them has a slot
	slots     int                               // taken
	inSyscall int                               // Gs in system calls
	gsMade    uint64
	wakes     uint64
}

// newReference makes a reference scheduler.
func newReference(cfg designs.Config) (designs.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &reference{}
	s.Init(s, cfg)
	return s, nil
}

// Inject implements [designs.Impl].
func (s *reference) Inject(in designs.Injection) {
	s.lock.Lock()
	defer s.lock.Unlock()
	gp := s.gfget()
	s.InitInjected(gp, in)
	s.put(gp)
}

// Stop implements [designs.Impl].
func (s *reference) Stop() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for mp := s.idle.Get(); mp != nil; mp = s.idle.Get() {
		mp.note.Wakeup()
	}
}

// AddStats implements [designs.Impl].
func (s *reference) AddStats(st *designs.Stats) {
	st.Sched.Add(s.lock.Count())
	s.lock.Lock()
	defer s.lock.Unlock()
	st.GsMade += s.gsMade
	st.Wakes += s.wakes
}

// put queues gp. Needs the lock, as all below.
func (s *reference) put(gp *designs.G) {
	s.runq.Put(gp)
	s.fill()
}

// fill gives a free slot, if there is one, to an M that has none. One is enough:
// before the G that was just queued there were no others, or no free slot.
func (s *reference) fill() {
	if s.runq.Empty() || s.slots == s.Config().Procs {
		return
	}
	s.slots++
	if mp := s.idle.Get(); mp != nil {
		s.wakes++
		mp.slot = true
		mp.note.Wakeup()
		return
	}
	mp := &machine{s: s, slot: true}
	s.StartM(&mp.M, mp)
}

func (s *reference) gfget() *designs.G {
	if gp := s.free.Get(); gp != nil {
		return gp
	}
	s.gsMade++
	return new(designs.G)
}

// machine is an M of the reference design.
type machine struct {
	designs.M
	queue.Link[machine] // in idle

	s    *reference
	slot bool      // the M may run Gs; under the lock
	note host.Note // signaled by who took the M off idle
}

// Newproc implements [designs.Machine].
func (mp *machine) Newproc(fn func(*designs.G)) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	gp := mp.s.gfget()
	mp.InitG(gp, fn)
	mp.s.put(gp)
}

// Ready implements [designs.Machine].
func (mp *machine) Ready(gp *designs.G) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	mp.s.put(gp)
}

// Next implements [designs.Machine].
func (mp *machine) Next() *designs.G {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	return mp.s.runq.Get()
}

// YieldTo implements [designs.Machine].
func (mp *machine) YieldTo(*designs.G) *designs.G { return mp.Next() }

// Yielded implements [designs.Machine].
func (mp *machine) Yielded(gp *designs.G, _ bool) { mp.Ready(gp) }

// Schedule implements [designs.Machine].
func (mp *machine) Schedule(dead *designs.G) *designs.G {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	if dead != nil {
		s.free.PutHead(dead)
	}
	for !s.Stopping() {
		if mp.slot {
			if gp := s.runq.Get(); gp != nil {
				return gp
			}
			mp.slot = false
			s.slots--
			if s.slots == 0 && s.inSyscall == 0 {
				s.AtRest()
			}
		}
		mp.park()
	}
	return nil
}

// park sleeps until the M is given a slot, or has to end. Needs the lock, and
// gives it up meanwhile.
func (mp *machine) park() {
	mp.Stats().Parks++
	mp.note.Clear() // nobody can signal it: the M is not on the idle list yet
	mp.s.idle.PutHead(mp)
	mp.s.lock.Unlock()
	mp.note.Sleep()
	mp.s.lock.Lock()
}

// EnterSyscall implements [designs.Machine]: every system call gives the slot
// back, so those that block need nothing more.
func (mp *machine) EnterSyscall(bool) {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	s.inSyscall++
	mp.slot = false
	s.slots--
	s.fill()
}

// ExitSyscall implements [designs.Machine].
func (mp *machine) ExitSyscall() bool {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.slots == s.Config().Procs {
		return false
	}
	s.inSyscall--
	s.slots++
	mp.slot = true
	return true
}

// ExitSyscallSlow implements [designs.Machine].
func (mp *machine) ExitSyscallSlow(gp *designs.G) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	mp.s.inSyscall--
	mp.s.put(gp)
}
