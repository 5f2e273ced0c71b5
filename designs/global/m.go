package global

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

type m struct {
	designs.M
	queue.Link[m] // in sched.idle
	sched         *sched
	gfree         designs.FreeList
	note          host.Note
}

// Newproc implements [designs.Machine].
func (mp *m) Newproc(fn func(*designs.G)) {
	gp := mp.gfree.Get(mp.Stats())
	mp.InitG(gp, fn)
	mp.Ready(gp)
}

// Ready implements [designs.Machine].
func (mp *m) Ready(gp *designs.G) {
	mp.sched.runq.Put(gp)
	mp.sched.submitted()
}

// Next implements [designs.Machine].
func (mp *m) Next() *designs.G { return mp.sched.runq.Get() }

// YieldTo implements [designs.Machine].
func (mp *m) YieldTo(*designs.G) *designs.G { return mp.sched.runq.Get() }

// Yielded implements [designs.Machine].
func (mp *m) Yielded(gp *designs.G, _ bool) { mp.Ready(gp) }

// Schedule implements [designs.Machine]. The M has a slot, unless the scheduler
// stops: park returns with one.
func (mp *m) Schedule(dead *designs.G) *designs.G {
	if dead != nil {
		mp.gfree.Put(dead)
	}
	for !mp.sched.Stopping() {
		if gp := mp.sched.runq.Get(); gp != nil {
			return gp
		}
		mp.park(1)
	}
	return nil
}

// park gives back slots (1, or 0 if the M has none) and sleeps until the M is
// given one, or the scheduler stops.
func (mp *m) park(slots int32) {
	s := mp.sched
	s.idleMu.Lock()
	if s.Stopping() {
		s.idleMu.Unlock()
		return
	}
	mp.Stats().Parks++
	mp.note.Clear()
	s.idle.PutHead(mp)
	s.free.Add(slots)
	if s.idle.Len() == s.nm && s.runq.Empty() {
		s.AtRest()
	}
	s.idleMu.Unlock()
	if !s.runq.Empty() {
		s.wakeOne()
	}
	mp.note.Sleep()
}

// EnterSyscall implements [designs.Machine]: park's handshake.
func (mp *m) EnterSyscall(bool) {
	s := mp.sched
	s.free.Add(1)
	if !s.runq.Empty() {
		s.wakeOne()
	}
}

// ExitSyscall implements [designs.Machine].
func (mp *m) ExitSyscall() bool { return mp.sched.takeSlot() }

// ExitSyscallSlow implements [designs.Machine].
func (mp *m) ExitSyscallSlow(gp *designs.G) {
	mp.Ready(gp)
	mp.park(0)
}
