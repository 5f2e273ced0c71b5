package gpm

import "schedlab/rt"

// EnterSyscall implements [rt.Machine]. See 'System calls'.
func (mp *m) EnterSyscall(hint rt.SyscallHint) {
	s, pp := mp.sched, mp.p
	mp.oldp = mp.releasep()
	pp.syscalltick.Add(1)
	pp.m.Store(nil)
	if hint == rt.MayBlock || s.opt.NoHandoffp {
		pp.status.Store(pSyscall)
		if s.Halted() {
			mp.haltInSyscall(pp)
		}
		return
	}
	mp.handoffp(pp)
}

// ExitSyscall implements [rt.Machine].
func (mp *m) ExitSyscall() bool {
	s, pp := mp.sched, mp.oldp
	mp.oldp = nil
	if pp.status.CompareAndSwap(pSyscall, pRunning) {
		mp.hold(pp)
		return true
	}
	s.lock.Lock()
	pp = s.idle.pidleget()
	s.lock.Unlock()
	if pp == nil {
		return false
	}
	mp.acquirep(pp)
	pp.newSlice(mp) // not to inherit the slice that the P had last
	return true
}

// ExitSyscallSlow implements [rt.Machine].
func (mp *m) ExitSyscallSlow(gp *rt.G) {
	s := mp.sched
	s.lock.Lock()
	s.runq.Put(gp)
	// A P may have become idle since ExitSyscall looked. No other M knows of gp, so
	// this one must take the P.
	pp := s.idle.pidleget()
	s.lock.Unlock()
	if pp != nil {
		mp.acquirep(pp)
	}
}

// handoffp hands pp off, which the M has released.
func (mp *m) handoffp(pp *p) {
	pp.status.Store(pIdle)
	mp.Stats().Handoffs++
	mp.TellHandoff(pp.id)
	mp.sched.handoffp(pp)
}

// handoffp gives pp, which no M holds, to another M if there is work for one, and
// otherwise makes it idle. It must see all work that findRunnable would find (Go
// issues 5216, 13645).
func (s *sched) handoffp(pp *p) {
	s.lock.Lock()
	for pp.safePoint.Load() {
		s.lock.Unlock()
		s.runSafePoint(pp)
		s.lock.Lock()
	}
	var mp *m
	switch {
	case s.world.stopping:
		s.stopP(pp)
	case !pp.runq.Empty() || !s.runq.Empty():
		mp = s.startm(pp, working)
	case s.poll.by == nil && s.wantPoll():
		// An M must wait for the network and timers, as the last M that goes idle
		// would (Go issue 13645).
		mp = s.startm(pp, working)
	case s.idle.allBusy() && s.idle.spinFirst():
		// All other Ps are busy and no M looks for work: this one shall.
		s.idle.answer()
		mp = s.startm(pp, spinning)
	default:
		s.idle.pidleput(pp)
		if s.idle.asked() {
			// See 'Needspinning'. This, too, makes a P idle without having spun.
			s.idle.answer()
			s.idle.addSpinning(1)
			mp = s.startm(s.idle.pidleget(), spinning)
		}
	}
	s.lock.Unlock()
	mp.wake()
	if first := pp.timers.First(); first != 0 {
		s.wakePoller(first)
	}
}
