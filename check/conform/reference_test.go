package conform_test

import (
	"fmt"
	"strings"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/heap"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
	"schedlab/rt/reactor"
)

// The reference design: the smallest correct scheduler, and the example to start a new one
// from. It has one lock and one queue. An M that finds nothing to do sleeps on its note until
// it is given the right to run Gs.
//
// # To start from it
//
// Copy this file to a folder designs/yours, change its package clause, and add this row to the
// table of designs/all. Take a promise out of Lacks when the design keeps it.
//
//	{Name: "yours", Doc: "what it is", Source: "its origin", New: yours.New, Lacks: yours.Lacks},
//
// # Protocol
//
// There are Procs slots, and an M needs one to run Gs. Whenever the lock is free and the world
// need not stand still,
//
//	Gs are queued => every slot is taken        (work conservation, I2)
//
// Three things could break that. Each restores it before it releases the lock:
//
//  1. A G is queued: put.
//  2. An M gives its slot back, for a system call, for want of work, or because the G that is
//     locked to it has left it: giveSlot.
//  3. The world starts again: StartWorld.
//
// Since no thread looks at anything without the lock, there is no more to prove.
//
// # The world
//
// The world stands still when the stopper has the only slot that is taken. Core.WorldStopping is
// true before StopWorld takes the lock. From then on no M takes a slot (canTake), and an M
// that has one gives it back at its next safe point.
//
// # Locked Ms
//
// If an M takes a G from the queue that is locked to another M, it hands that M the G and its
// own slot (RunLocked). If the other M has not reached AwaitLocked yet, it still has a slot of
// its own; then both go on.
//
// # Rest
//
// Nothing can happen any more when no M has a slot, no G is in a system call and the reactor
// waits. By the protocol, nothing is queued then. A G that comes out of a system call and finds
// no slot counts as being in the call until it is queued. Otherwise the last M with a slot
// could declare rest while that G is between the two.
//
// # Fairness
//
// There is one FIFO, and everything goes to its tail, so no G is overtaken: bypass 0.
type reference struct {
	rt.Core
	reactor reactor.Reactor // waits for timers and the network
	actor   machine         // the M in whose name the reactor makes and readies Gs

	lock      host.CountedMutex // guards all below
	runq      rt.GList
	free      rt.GList                      // dead Gs
	ms        []*machine                    // all Ms
	idle      queue.List[machine, *machine] // Ms that sleep; none of them has a slot
	slots     int                           // slots that are taken
	inSyscall int                           // Gs in system calls
	reacts    bool                          // the reactor does not wait
	stopper   *host.Note                    // where a stopper waits for the world to stand still
	gsMade    uint64
	wakes     uint64
}

// Lacks is what the design does not promise, and why: see [rt.Promise].
var Lacks = rt.Lacks{
	rt.Preempts: "no monitor: a G that never waits keeps its slot",
	rt.HasPs:    "slots have no names",
}

// New makes a scheduler of the design.
func New(cfg rt.Config) (rt.Scheduler, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &reference{}
	s.lock.SetRank(rank.Sched)
	s.Init(s, cfg)
	s.actor.init(s)
	s.reactor.Init(&s.Core, &s.actor.M, &s.actor, s.busy, s.resting)
	return s, nil
}

// Inject implements [rt.Impl].
func (s *reference) Inject(in rt.Injection) {
	s.lock.Lock()
	defer s.lock.Unlock()
	gp := s.gfget()
	s.InitInjected(gp, in)
	s.put(gp)
}

// Stop implements [rt.Impl].
func (s *reference) Stop() {
	s.reactor.Stop()
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, mp := range s.ms {
		mp.wake()
	}
}

// AddStats implements [rt.Impl].
func (s *reference) AddStats(st *rt.Stats) {
	st.Locks[rt.LockSched].Add(s.lock.Count())
	s.lock.Lock()
	defer s.lock.Unlock()
	st.GsMade += s.gsMade
	st.Wakes += s.wakes
	s.reactor.AddStats(st)
}

// StartPoller implements [rt.Impl].
func (s *reference) StartPoller(*rt.G) { s.reactor.StartPoller() }

// DumpSched implements [rt.Impl].
func (s *reference) DumpSched(w *strings.Builder) {
	s.lock.Lock()
	defer s.lock.Unlock()
	fmt.Fprintf(w, " slots=%d/%d runqueue=%d ms=%d idlems=%d insyscall=%d freegs=%d",
		s.slots, s.Procs(), s.runq.Len(), len(s.ms), s.idle.Len(), s.inSyscall, s.free.Len())
}

// StopWorld implements [rt.WorldStopper]. The M by has a slot and keeps it.
func (s *reference) StopWorld(by rt.Machine, patience int64) bool {
	var stopped host.Note
	s.lock.Lock()
	done := s.slots <= 1 // 0 if the scheduler is closed, and by runs a deferred call
	if !done {
		s.stopper = &stopped
	}
	s.lock.Unlock()
	if done || s.AwaitStopped(&stopped, patience) {
		return true
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.stopper = nil
	return s.slots <= 1
}

// StartWorld implements [rt.WorldStopper].
func (s *reference) StartWorld(rt.Machine, int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for range s.runq.Len() {
		s.fill()
	}
}

// busy is called by the reactor before it works. While it waits it touches nothing, so the
// scheduler may be at rest.
func (s *reference) busy() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.reacts = true
}

// resting is called by the reactor before it waits.
func (s *reference) resting() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.reacts = false
	s.checkRest()
}

// The functions from here to the type machine need the lock.

// put queues gp.
func (s *reference) put(gp *rt.G) {
	s.runq.Put(gp)
	s.fill()
}

// canTake says whether there is a slot that may be taken. While Stopping there is none: an M
// that took one might end with it, and a stopper would wait for it.
func (s *reference) canTake() bool {
	return s.slots < s.Procs() && !s.WorldStopping() && !s.Stopping()
}

// fill gives a free slot, if there is one and a G is queued, to an M that has none. One slot is
// enough for each G that is queued.
func (s *reference) fill() {
	if s.runq.Empty() || !s.canTake() {
		return
	}
	s.slots++
	if mp := s.idle.Get(); mp != nil {
		s.wakes++
		mp.slot = true
		mp.wake()
		return
	}
	mp := &machine{slot: true}
	mp.init(s)
	s.ms = append(s.ms, mp)
	s.StartM(&mp.M, mp)
}

// checkRest reports that nothing can happen any more, if that is so: see 'Rest'.
func (s *reference) checkRest() {
	if s.slots == 0 && s.inSyscall == 0 && !s.reacts {
		s.AtRest()
	}
}

// gfget returns a dead G, or makes a new one.
func (s *reference) gfget() *rt.G {
	if gp := s.free.Get(); gp != nil {
		return gp
	}
	s.gsMade++
	return new(rt.G)
}

// machine is an M of the reference design.
type machine struct {
	rt.M
	queue.Link[machine] // in idle

	s     *reference
	cache heap.Cache
	note  host.Note // on which it sleeps

	// Under the lock.
	slot   bool // the M may run Gs
	asleep bool // the M sleeps on note, or is about to
	handed bool // the G that is locked to the M is to be run; the M then has a slot
}

func (mp *machine) init(s *reference) {
	mp.s = s
	mp.cache.Init(s.Heap())
}

// Newproc implements [rt.Machine].
func (mp *machine) Newproc(fn func(*rt.G)) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	gp := mp.s.gfget()
	mp.InitG(gp, fn)
	mp.s.put(gp)
}

// Ready implements [rt.Machine].
func (mp *machine) Ready(gp *rt.G) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	mp.s.put(gp)
}

// ReadyList implements [rt.Machine].
func (mp *machine) ReadyList(list *rt.GList) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	for gp := list.Get(); gp != nil; gp = list.Get() {
		mp.s.put(gp)
	}
}

// Next implements [rt.Machine].
func (mp *machine) Next() *rt.G {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	return mp.s.runq.Get()
}

// YieldTo implements [rt.Machine].
func (mp *machine) YieldTo(*rt.G) *rt.G { return mp.Next() }

// Yielded implements [rt.Machine].
func (mp *machine) Yielded(gp *rt.G, _ rt.YieldReason) { mp.Ready(gp) }

// Schedule implements [rt.Machine].
func (mp *machine) Schedule(dead *rt.G) *rt.G {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	if dead != nil {
		s.free.PutHead(dead)
	}
	for !s.Stopping() {
		if mp.slot && !s.WorldStopping() {
			if gp := s.runq.Get(); gp != nil {
				return gp
			}
		}
		mp.Stats().Parks++
		mp.giveSlot()
		s.idle.PutHead(mp)
		mp.sleep()
	}
	mp.giveSlot()
	return nil
}

// RunLocked implements [rt.Machine].
func (mp *machine) RunLocked(_ *rt.G, owner rt.Machine) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	if mp.s.Stopping() {
		return // since the owner may have ended
	}
	to := owner.(*machine)
	to.handed = true
	if !to.slot { // it sleeps, or comes from a system call
		to.slot, mp.slot = true, false
		to.wake()
	}
}

// AwaitLocked implements [rt.Machine].
func (mp *machine) AwaitLocked() bool {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	for !s.Stopping() {
		if mp.handed {
			mp.handed = false
			return true
		}
		mp.giveSlot()
		mp.sleep()
	}
	mp.giveSlot()
	return false
}

// EnterSyscall implements [rt.Machine]. Every system call gives the slot back, so one that
// blocks needs nothing more.
func (mp *machine) EnterSyscall(rt.SyscallHint) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	mp.s.inSyscall++
	mp.giveSlot()
}

// ExitSyscall implements [rt.Machine].
func (mp *machine) ExitSyscall() bool {
	s := mp.s
	s.lock.Lock()
	defer s.lock.Unlock()
	if !s.canTake() {
		return false
	}
	s.inSyscall--
	s.slots++
	mp.slot = true
	return true
}

// ExitSyscallSlow implements [rt.Machine].
func (mp *machine) ExitSyscallSlow(gp *rt.G) {
	mp.s.lock.Lock()
	defer mp.s.lock.Unlock()
	mp.s.inSyscall--
	mp.s.put(gp)
}

// Timers implements [rt.Machine].
func (mp *machine) Timers() *rt.Timers { return mp.s.reactor.Timers() }

// TimerFirst implements [rt.Machine].
func (mp *machine) TimerFirst(when int64) { mp.s.reactor.TimerFirst(when) }

// Cache implements [rt.Machine].
func (mp *machine) Cache() *heap.Cache { return &mp.cache }

// The functions from here on need the lock.

// giveSlot gives the M's slot back, if it has one.
func (mp *machine) giveSlot() {
	if !mp.slot {
		return
	}
	s := mp.s
	mp.slot = false
	s.slots--
	if s.stopper != nil && s.slots == 1 {
		s.stopper.Wakeup()
		s.stopper = nil
	}
	s.fill()
	s.checkRest()
}

// sleep releases the lock until the M is woken, because it was given a slot or has to end.
func (mp *machine) sleep() {
	mp.asleep = true
	mp.note.Clear() // no thread can signal it, since this one holds the lock
	mp.s.lock.Unlock()
	mp.note.Sleep()
	mp.s.lock.Lock()
}

// wake wakes the M if it sleeps.
func (mp *machine) wake() {
	if mp.asleep {
		mp.asleep = false
		mp.note.Wakeup()
	}
}
