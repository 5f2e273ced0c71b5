package gpm

import "schedlab/rt"

// RunLocked implements [rt.Machine]: Go's startlockedm. The other M gets this one's
// P. See 'Locked Ms' in package rt.
func (mp *m) RunLocked(gp *rt.G, owner rt.Machine) {
	s, om := mp.sched, owner.(*m)
	s.lock.Lock()
	if s.Stopping() {
		s.lock.Unlock()
		return
	}
	pp := mp.releasep()
	pp.status.Store(pIdle)
	om.nextp = pp
	asleep := s.idle.mgetLocked(om)
	s.lock.Unlock()
	if asleep {
		om.note.Wakeup()
	}
	mp.stopm()
}

// AwaitLocked implements [rt.Machine]: Go's stoplockedm.
func (mp *m) AwaitLocked() bool {
	if mp.p != nil {
		pp := mp.releasep()
		pp.m.Store(nil)
		mp.handoffp(pp)
	}
	if !mp.awaitP() {
		return false
	}
	mp.takeNextp()
	mp.sched.runSafePoint(mp.p)
	// If the world is to stop, the G halts at its next safe point. To leave it here
	// would be to queue it once more.
	mp.p.newSlice(mp)
	return true
}

// awaitP sleeps until another M hands a P over with the locked G. It returns false if
// the scheduler stops.
func (mp *m) awaitP() bool {
	s := mp.sched
	s.lock.Lock()
	if mp.nextp != nil || s.Stopping() {
		s.lock.Unlock()
		return !s.Stopping()
	}
	mp.Stats().Parks++
	mp.TellPark()
	s.idle.mputLocked(mp)
	s.checkRest()
	s.lock.Unlock()
	mp.note.Sleep()
	return mp.nextp != nil
}
