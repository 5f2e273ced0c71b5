package gm

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
	cache         heap.Cache

	// nextg is the G to run next. The thread that starts or wakes the M sets it, or the
	// M itself, under sched.lock. waitnextg, under the lock too, says that the M waits
	// for a G: then havenextg wakes it.
	nextg     *rt.G
	waitnextg bool
	havenextg host.Note

	counted bool  // in mcpu
	back    *rt.G // it came out of a system call and must be queued
	haslock bool  // the M holds sched.lock, from YieldTo to Yielded
}

// Newproc implements [rt.Machine].
func (mp *m) Newproc(fn func(*rt.G)) {
	s := mp.sched
	s.lock.Lock()
	mp.newproc(fn)
	s.lock.Unlock()
}

// newproc needs sched.lock.
func (mp *m) newproc(fn func(*rt.G)) {
	gp := mp.sched.gfget()
	mp.InitG(gp, fn)
	mp.sched.readylocked(gp)
}

// newSystemG is newproc for a G of the scheduler's own.
func (mp *m) newSystemG(fn func(*rt.G)) {
	mp.sched.AddSystem(1)
	mp.newproc(fn)
}

// Ready implements [rt.Machine].
func (mp *m) Ready(gp *rt.G) {
	s := mp.sched
	s.lock.Lock()
	s.readylocked(gp)
	s.lock.Unlock()
}

// ReadyList implements [rt.Machine].
func (mp *m) ReadyList(list *rt.GList) {
	s := mp.sched
	s.lock.Lock()
	for gp := list.Get(); gp != nil; gp = list.Get() {
		s.gput(gp)
	}
	s.matchmg()
	s.lock.Unlock()
}

// Next implements [rt.Machine]: the successor takes over the M's mcpu.
func (mp *m) Next() *rt.G {
	s := mp.sched
	s.lock.Lock()
	gp := s.gget()
	s.lock.Unlock()
	return gp
}

// YieldTo implements [rt.Machine]. As in Go 1.0, one acquisition of the lock covers the
// taking of the successor and the queuing of gp. Yielded releases it, on the same M but
// another stack.
func (mp *m) YieldTo(*rt.G) *rt.G {
	s := mp.sched
	s.lock.Lock()
	next := s.gget()
	mp.haslock = next != nil
	if next == nil {
		s.lock.Unlock()
	}
	return next
}

// Yielded implements [rt.Machine]. It must find an M for the G that it queues: YieldTo may
// have emptied the queue, and an M that gave its mcpu up since saw no gwaiting. Go 1.0's
// schedule need not, since it looks for its next G afterwards.
func (mp *m) Yielded(gp *rt.G, _ rt.YieldReason) {
	s := mp.sched
	if !mp.haslock { // there was no YieldTo, or it found no G
		s.lock.Lock()
	}
	mp.haslock = false
	s.readylocked(gp)
	s.lock.Unlock()
}

// Schedule implements [rt.Machine]: Go 1.0's schedule.
func (mp *m) Schedule(dead *rt.G) *rt.G {
	s := mp.sched
	s.lock.Lock()
	if dead != nil {
		s.gfree.PutHead(dead)
	}
	mp.giveBack()
	if mp.nextg == nil { // else it is a new M
		mp.nextg = s.gtake()
	}
	return mp.nextgandunlock()
}

// giveBack is what every M does that looks up from its Gs. It needs sched.lock.
func (mp *m) giveBack() {
	mp.uncount()
	if mp.back != nil {
		mp.sched.gput(mp.back)
		mp.back = nil
	}
}

// uncount gives the M's mcpu back, if it has one.
func (mp *m) uncount() {
	if mp.counted {
		mp.counted = false
		mp.sched.subCPU()
	}
}

// nextgandunlock returns the G that the M has been handed, and waits for one if there is
// none. It returns nil if the M is to end. It releases sched.lock.
func (mp *m) nextgandunlock() *rt.G {
	s := mp.sched
	switch {
	case s.Stopping():
		mp.take() // it will not run
		mp.uncount()
		s.lock.Unlock()
		return nil
	case mp.nextg == nil:
		mp.mput()
		s.lock.Unlock()
		mp.havenextg.Sleep()
		mp.TellWake()
	default:
		s.lock.Unlock()
	}
	return mp.take()
}

// mput makes the M wait for a G. It needs sched.lock.
func (mp *m) mput() {
	mp.Stats().Parks++
	mp.TellPark()
	mp.havenextg.Clear()
	mp.waitnextg = true
	if !mp.Locked() {
		mp.sched.idle.PutHead(mp)
	}
	mp.sched.rests()
}

// take takes the G that was handed to the M, for which mcpu has been counted. It returns
// nil if the M was woken to end.
func (mp *m) take() *rt.G {
	gp := mp.nextg
	mp.nextg = nil
	mp.counted = gp != nil
	return gp
}

// EnterSyscall implements [rt.Machine]. See 'Giving mcpu back without the lock'.
func (mp *m) EnterSyscall(rt.SyscallHint) {
	s := mp.sched
	if !s.subCPU().gwaiting() {
		return
	}
	s.lock.Lock()
	s.matchmg()
	s.lock.Unlock()
}

// ExitSyscall implements [rt.Machine].
func (mp *m) ExitSyscall() bool { return mp.sched.procs.addCPU(1).within() }

// ExitSyscallSlow implements [rt.Machine]. Schedule or AwaitLocked comes next, and does
// it all under one acquisition of the lock.
func (mp *m) ExitSyscallSlow(gp *rt.G) { mp.back = gp }

// Timers implements [rt.Machine].
func (mp *m) Timers() *rt.Timers { return &mp.sched.timers.set }

// Cache implements [rt.Machine]: caches belong to Ms, blocked or not.
func (mp *m) Cache() *heap.Cache { return &mp.cache }
