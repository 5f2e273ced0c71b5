package gm

import "schedlab/rt"

// AwaitLocked implements [rt.Machine]. The M can run one G only, so it must see to it
// that other Ms run the rest. Its own G may be among the rest. See 'Locked Gs'.
func (mp *m) AwaitLocked() bool {
	s := mp.sched
	s.lock.Lock()
	mp.giveBack()
	if mp.nextg == nil {
		s.lockedm[mp.LockedG()] = mp
	}
	s.matchmg()
	return mp.nextgandunlock() != nil
}

// RunLocked implements [rt.Machine]: the M's mcpu goes with gp.
func (mp *m) RunLocked(gp *rt.G, owner rt.Machine) {
	s := mp.sched
	s.lock.Lock()
	if !s.Stopping() { // else the owner may have ended
		mp.counted = false
		s.mnextg(owner.(*m), gp)
	}
	s.lock.Unlock()
}
