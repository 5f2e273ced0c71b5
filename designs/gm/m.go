package gm

import (
	"schedlab/designs"
	"schedlab/designs/queue"
	"schedlab/host"
)

type m struct {
	designs.M
	queue.Link[m] // in sched.idle
	sched         *sched

	// nextg is the G to run next: set, under sched.lock, by who starts or wakes
	// the M; havenextg tells it.
	nextg     *designs.G
	havenextg host.Note

	counted bool       // in mcpu
	back    *designs.G // came out of a system call and must be queued
}

// Newproc implements [designs.Machine].
func (mp *m) Newproc(fn func(*designs.G)) {
	s := mp.sched
	s.lock.Lock()
	gp := s.gfget()
	mp.InitG(gp, fn)
	s.readylocked(gp)
	s.lock.Unlock()
}

// Ready implements [designs.Machine].
func (mp *m) Ready(gp *designs.G) {
	s := mp.sched
	s.lock.Lock()
	s.readylocked(gp)
	s.lock.Unlock()
}

// Next implements [designs.Machine]: the successor takes over the M's mcpu.
func (mp *m) Next() *designs.G {
	s := mp.sched
	s.lock.Lock()
	gp := s.gget()
	s.lock.Unlock()
	return gp
}

// YieldTo implements [designs.Machine]. One acquisition of the lock covers the
// taking of the successor and the queuing of gp, as in Go 1.0: it is released in
// Yielded, by the same M on another stack.
func (mp *m) YieldTo(*designs.G) *designs.G {
	s := mp.sched
	s.lock.Lock()
	next := s.gget()
	if next == nil {
		s.lock.Unlock()
	}
	return next
}

// Yielded implements [designs.Machine]. It must find Ms for what it queues, as
// Go 1.0's schedule need not, which looks for its next G afterwards: YieldTo may
// have emptied the queue, and an M that gave its mcpu up since saw no gwaiting.
func (mp *m) Yielded(gp *designs.G, _ bool) {
	s := mp.sched
	s.readylocked(gp)
	s.lock.Unlock()
}

// Schedule implements [designs.Machine]: Go 1.0's schedule and nextgandunlock.
func (mp *m) Schedule(dead *designs.G) *designs.G {
	s := mp.sched
	s.lock.Lock()
	if dead != nil {
		s.gfree.PutHead(dead)
	}
	if mp.counted {
		s.procs.addCPU(-1)
		mp.counted = false
	}
	if mp.back != nil {
		s.gput(mp.back)
		mp.back = nil
	}
	if s.Stopping() {
		s.lock.Unlock()
		return nil
	}
	switch {
	case mp.nextg != nil: // a new M
	case !s.runq.Empty() && s.procs.tryAddCPU():
		mp.nextg = s.gget()
	default:
		mp.Stats().Parks++
		s.mput(mp)
		s.lock.Unlock()
		mp.havenextg.Sleep()
		return mp.take()
	}
	s.lock.Unlock()
	return mp.take()
}

// take returns the G that was handed to the M; nil if it was woken to end.
func (mp *m) take() *designs.G {
	gp := mp.nextg
	mp.nextg = nil
	mp.counted = gp != nil
	return gp
}

// EnterSyscall implements [designs.Machine]: see "giving mcpu back" in the
// package comment.
func (mp *m) EnterSyscall(bool) {
	s := mp.sched
	if !s.procs.addCPU(-1).gwaiting() {
		return
	}
	s.lock.Lock()
	s.matchmg()
	s.lock.Unlock()
}

// ExitSyscall implements [designs.Machine].
func (mp *m) ExitSyscall() bool {
	state := mp.sched.procs.addCPU(1)
	return state.mcpu() <= state.mcpumax()
}

// ExitSyscallSlow implements [designs.Machine]. Schedule, which comes next,
// does it all under one acquisition of the lock.
func (mp *m) ExitSyscallSlow(gp *designs.G) { mp.back = gp }
