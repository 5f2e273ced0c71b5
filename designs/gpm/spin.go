package gpm

// wakep wakes an M to look for work, if a P is idle and no M looks already. The
// caller has just submitted work. The first look is step 3 of 'Submit and stop
// spinning', someIdleP is steps 2 to 5 of 'Needspinning', both on the left.
func (mp *m) wakep() {
	s := mp.sched
	if s.opt.EagerWake {
		mp.wakeEager()
		return
	}
	if s.idle.spinners() != 0 || !s.idle.someIdleP() || !s.idle.spinFirst() {
		return
	}
	s.lock.Lock()
	pp := s.idle.pidleget()
	if pp == nil {
		// Still under the lock: once a P can become idle, no submitter may take
		// the count for an M that will see its work. And before the request: it must
		// cover all submitters that took the count for one. (Go asks first.)
		s.idle.addSpinning(-1)
		s.idle.ask()
		s.lock.Unlock()
		return
	}
	next := s.startm(pp, spinning)
	s.lock.Unlock()
	next.wake()
}

// wakeEager is wakep of option EagerWake. It does not ask whether an M spins
// already, so each submission wakes another while a P is idle.
func (mp *m) wakeEager() {
	s := mp.sched
	if !s.idle.someIdleP() {
		return
	}
	s.lock.Lock()
	pp := s.idle.pidlegetSpinning()
	if pp == nil {
		s.lock.Unlock()
		return
	}
	s.idle.addSpinning(1)
	next := s.startm(pp, spinning)
	s.lock.Unlock()
	next.wake()
}

// maySpin makes the M spin, unless too many do, and says whether it spins.
func (mp *m) maySpin() bool {
	if mp.spinning {
		return true
	}
	s := mp.sched
	if s.tooManySpin() {
		return false
	}
	s.idle.becomeSpinning(mp)
	return true
}

// tooManySpin says whether one more M that spins would be too many: half of the busy
// Ps, or SpinnerLimit, may.
func (s *sched) tooManySpin() bool {
	spinners := s.idle.spinners()
	busy := len(s.ps()) - s.idle.idlePs()
	if limit := s.opt.SpinnerLimit; limit > 0 {
		return spinners >= limit
	}
	return 2*spinners >= busy
}

// resetspinning is for an M that spins and has found work. If it was the last that
// looked, another must look in its place, since there may be more work (Go commit
// ea0386f85f).
func (mp *m) resetspinning() {
	mp.sched.idle.dropSpinning(mp)
	mp.wakep()
}
