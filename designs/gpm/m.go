package gpm

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

type m struct {
	designs.M
	queue.Link[m] // in sched.midle
	sched         *sched
	p             *p // held; nil in a system call and while idle
	oldp          *p // the P it had when it entered a system call
	spinning      bool

	// nextp is the P to go on with: set, under sched.lock, by who starts or
	// wakes the M; note tells it.
	nextp *p
	note  host.Note

	batch [maxBatch]*designs.G // on their way from the global queue
}

// wake wakes the M that startm returned, if it returned one.
func (mp *m) wake() {
	if mp != nil {
		mp.note.Wakeup()
	}
}

// acquirep makes pp, which nobody holds, the M's.
func (mp *m) acquirep(pp *p) {
	mp.p = pp
	pp.m.Store(mp)
	pp.status.Store(pRunning)
}

// Newproc implements [designs.Machine].
func (mp *m) Newproc(fn func(*designs.G)) {
	gp := mp.p.gfree.Get(mp.Stats())
	mp.InitG(gp, fn)
	mp.runqput(gp, !mp.sched.opt.NoRunnext)
	mp.wakep()
}

// Ready implements [designs.Machine].
func (mp *m) Ready(gp *designs.G) {
	mp.runqput(gp, !mp.sched.opt.NoRunnext)
	if !mp.sched.opt.NoWakeOnReady {
		mp.wakep()
	}
}

func (mp *m) runqput(gp *designs.G, next bool) {
	mp.p.runq.Put(gp, next, mp.sched)
}

// Next implements [designs.Machine].
func (mp *m) Next() *designs.G {
	gp, inherit := mp.nearby()
	if gp != nil {
		mp.p.slice(mp, inherit)
	}
	return gp
}

// YieldTo implements [designs.Machine]. If there is nothing else close by, the
// yielding G would be the next on the global queue: it goes on, in a new slice.
func (mp *m) YieldTo(*designs.G) *designs.G {
	gp := mp.Next()
	if gp == nil {
		mp.p.slice(mp, false)
	}
	return gp
}

// Yielded implements [designs.Machine].
func (mp *m) Yielded(gp *designs.G, preempted bool) {
	if mp.sched.opt.YieldToLocalTail && !preempted {
		mp.runqput(gp, false)
	} else {
		mp.globrunqput(gp)
	}
	// Whoever spun may have stopped just before: Go issue 55160.
	mp.wakep()
}

func (mp *m) globrunqput(gp *designs.G) {
	s := mp.sched
	s.lock.Lock()
	s.runq.Put(gp)
	s.lock.Unlock()
}

// Schedule implements [designs.Machine].
func (mp *m) Schedule(dead *designs.G) *designs.G {
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
