package gpm

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
)

type m struct {
	rt.M
	queue.Link[m] // in idle.midle
	sched         *sched
	p             *p // held; nil in a system call and while idle
	oldp          *p // the P it had when it entered a system call
	spinning      bool

	// nextp is the P to go on with: set, under sched.lock, by who starts or
	// wakes the M; note tells it.
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

// hold is acquirep of a P whose status is right already.
func (mp *m) hold(pp *p) {
	mp.p = pp
	mp.SetP(pp.id)
	pp.m.Store(mp)
}

// releasep takes the P from the M. Whoever gets it sets its status.
func (mp *m) releasep() *p {
	pp := mp.p
	mp.p = nil
	mp.SetP(-1)
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

// Next implements [rt.Machine]. Timers that are due go first, which Schedule
// sees to: they must not fire here.
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

// YieldTo implements [rt.Machine]. If there is nothing else close by, the
// yielding G would be the next on the global queue: it goes on, in a new slice. A
// G that yields holds no locks that a timer might want.
func (mp *m) YieldTo(*rt.G) *rt.G {
	mp.runTimers(&mp.p.timers)
	gp, inherit := mp.nearby()
	mp.p.slice(mp, inherit)
	return gp
}

// Yielded implements [rt.Machine].
func (mp *m) Yielded(gp *rt.G, preempted bool) {
	if mp.sched.opt.YieldToLocalTail && !preempted {
		mp.runqput(gp)
	} else {
		mp.globrunqput(gp)
	}
	// Whoever spun may have stopped just before: Go issue 55160.
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

// ReadyList implements [rt.Machine]: Go's injectglist. The M runs the first
// itself, if it has a P; as many as there are idle Ps go where those look first.
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

// globrunqputStart puts list on the global queue and starts an M for each of
// them, as far as Ps are idle.
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

// Timers implements [rt.Machine]. Without a P there is nobody to start one.
func (mp *m) Timers() *rt.Timers { return &mp.p.timers }

// Cache implements [rt.Machine].
func (mp *m) Cache() *rt.Cache { return &mp.p.cache }
