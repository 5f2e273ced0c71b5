package gpm

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/heap"
	"schedlab/rt/queue"
)

type m struct {
	rt.M
	queue.Link[m] // in idle.midle
	sched         *sched
	p             *p // held; nil in a system call and while idle
	oldp          *p // the P it had when it entered a system call
	spinning      bool
	cpu           lastCPU // noted with the P's

	// nextp is the P to go on with. The thread that starts or wakes the M sets it
	// under sched.lock, and signals note.
	nextp *p
	note  host.Note

	batch  [maxBatch]*rt.G // on their way from the global queue
	events rt.PollEvents
}

// wake wakes the M that startm returned, if it returned one.
func (mp *m) wake() {
	if mp != nil {
		mp.note.Wakeup()
	}
}

// acquirep makes pp, which nobody holds, the M's.
func (mp *m) acquirep(pp *p) {
	mp.hold(pp)
	pp.status.Store(pRunning)
}

// hold is acquirep for a P whose status is right already.
func (mp *m) hold(pp *p) {
	mp.p = pp
	mp.SetP(pp.id)
	pp.m.Store(mp)
	mp.noteCPU()
}

// noteCPU notes where the M and its P run.
func (mp *m) noteCPU() {
	mp.cpu.note()
	mp.p.cpu.note()
}

// releasep takes the P from the M. Its next owner sets its status.
func (mp *m) releasep() *p {
	pp := mp.p
	mp.p = nil
	mp.DropP()
	return pp
}

// Newproc implements [rt.Machine].
func (mp *m) Newproc(fn func(*rt.G)) {
	gp := mp.p.gfree.Get(mp.Stats())
	mp.InitG(gp, fn)
	mp.runqputNext(gp)
	mp.wakep()
}

// Ready implements [rt.Machine].
func (mp *m) Ready(gp *rt.G) {
	mp.runqputNext(gp)
	if !mp.sched.opt.NoWakeOnReady {
		mp.wakep()
	}
}

// runqput puts gp at the tail of the local queue.
func (mp *m) runqput(gp *rt.G) { mp.p.runq.Put(gp, mp.sched) }

// runqputNext makes gp runnext.
func (mp *m) runqputNext(gp *rt.G) {
	if mp.sched.opt.NoRunnext {
		mp.runqput(gp)
		return
	}
	mp.p.runq.PutNext(gp, mp.sched)
}

// Next implements [rt.Machine]. Timers that are due go first. They must not fire
// here, so Next leaves them to Schedule.
func (mp *m) Next() *rt.G {
	if first := mp.p.timers.First(); first != 0 && first <= host.Nanotime() {
		return nil
	}
	gp, inherit := mp.nearby()
	if gp != nil {
		mp.p.slice(mp, inherit)
	}
	return gp
}

// YieldTo implements [rt.Machine]. If there is nothing else close by, the yielding
// G would be the next on the global queue, so it goes on, in a new slice. A G that
// yields holds no locks that a timer might want.
func (mp *m) YieldTo(*rt.G) *rt.G {
	mp.runTimers(&mp.p.timers)
	gp, inherit := mp.nearby()
	mp.p.slice(mp, inherit)
	return gp
}

// Yielded implements [rt.Machine].
func (mp *m) Yielded(gp *rt.G, why rt.YieldReason) {
	if mp.sched.opt.YieldToLocalTail && why == rt.YieldCalled {
		mp.runqput(gp)
	} else {
		mp.globrunqput(gp)
	}
	// The last M that spun may have stopped just before (Go issue 55160).
	mp.wakep()
}

func (mp *m) globrunqput(gp *rt.G) {
	s := mp.sched
	s.lock.Lock()
	s.runq.Put(gp)
	s.lock.Unlock()
}

// Schedule implements [rt.Machine].
func (mp *m) Schedule(dead *rt.G) *rt.G {
	if dead != nil && !mp.sched.opt.NoFreeList {
		mp.p.gfree.Put(dead)
	}
	gp, inherit := mp.findRunnable()
	if gp == nil {
		return nil
	}
	mp.p.slice(mp, inherit)
	if mp.spinning {
		mp.resetspinning()
	}
	return gp
}

// ReadyList implements [rt.Machine]: Go's injectglist. If the M has a P, it runs the
// first itself. As many as there are idle Ps go to the global queue, where the Ms that
// are started for those look first.
func (mp *m) ReadyList(list *rt.GList) {
	s := mp.sched
	if mp.p == nil {
		s.globrunqputStart(list)
		return
	}
	if mp.runqput(list.Get()); list.Empty() {
		return
	}
	var share rt.GList
	for n := s.idle.idlePs(); n > 0 && !list.Empty(); n-- {
		share.Put(list.Get())
	}
	if !share.Empty() {
		s.globrunqputStart(&share)
	}
	for gp := list.Get(); gp != nil; gp = list.Get() {
		mp.runqput(gp)
	}
	mp.wakep()
}

// globrunqputStart puts list on the global queue and starts an M for each of its Gs,
// as far as Ps are idle. If they are too few, pidlegetSpinning asks for one.
func (s *sched) globrunqputStart(list *rt.GList) {
	s.lock.Lock()
	n := list.Len()
	s.runq.Append(list)
	for ; n > 0; n-- {
		pp := s.idle.pidlegetSpinning()
		if pp == nil {
			break
		}
		mp := s.startm(pp, working)
		s.lock.Unlock()
		mp.wake()
		s.lock.Lock()
	}
	s.lock.Unlock()
}

// Timers implements [rt.Machine]. Only an M with a P starts timers.
func (mp *m) Timers() *rt.Timers { return &mp.p.timers }

// Cache implements [rt.Machine].
func (mp *m) Cache() *heap.Cache { return &mp.p.cache }
