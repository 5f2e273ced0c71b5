package gpm

import "schedlab/rt"

// wakep wakes an M to look for work, if a P is idle and nobody looks already.
// The caller has just submitted work: see 'Submit and stop spinning', and for
// the first lines 'Needspinning', both in the package comment.
func (mp *m) wakep() {
	s := mp.sched
	if s.opt.EagerWake {
		mp.wakeEager()
		return
	}
	if s.nmspinning.Load() != 0 || !s.someIdleP() {
		return
	}
	if !s.nmspinning.CompareAndSwap(0, 1) {
		return
	}
	s.lock.Lock()
	pp := s.pidlegetSpinning()
	if pp == nil {
		// Under the lock: once a P can become idle, nobody may take us for a
		// spinner that will see his work.
		mp.addSpinning(-1)
		s.lock.Unlock()
		return
	}
	next := s.startm(pp, true)
	s.lock.Unlock()
	next.wake()
}

// someIdleP says whether a P is idle. If none is, whoever makes one idle next
// has been asked to look for work first.
func (s *sched) someIdleP() bool {
	if s.npidle.Load() != 0 {
		return true
	}
	if !s.needspinning.Load() {
		s.needspinning.Store(true)
	}
	return s.npidle.Load() != 0
}

// wakeEager is wakep of option EagerWake: it does not ask whether an M spins
// already, so each submission wakes another while a P is idle.
func (mp *m) wakeEager() {
	s := mp.sched
	if !s.someIdleP() {
		return
	}
	s.lock.Lock()
	pp := s.pidlegetSpinning()
	if pp == nil {
		s.lock.Unlock()
		return
	}
	mp.addSpinning(1)
	next := s.startm(pp, true)
	s.lock.Unlock()
	next.wake()
}

// maySpin says whether the M may look for work to steal, and makes it spin.
func (mp *m) maySpin() bool {
	if mp.spinning {
		return true
	}
	s := mp.sched
	spinning := int(s.nmspinning.Load())
	busy := len(s.ps()) - int(s.npidle.Load())
	if limit := s.opt.SpinnerLimit; limit > 0 && spinning >= limit || limit == 0 && 2*spinning >= busy {
		return false
	}
	mp.becomeSpinning()
	return true
}

// becomeSpinning: the M is about to look at all queues, which is what those who
// set needspinning asked for.
func (mp *m) becomeSpinning() {
	mp.spinning = true
	mp.addSpinning(1)
	mp.sched.needspinning.Store(false)
}

func (mp *m) dropSpinning() {
	mp.spinning = false
	mp.addSpinning(-1)
}

// resetspinning: the M has found work. If it was the last that looked, another
// must look in its place, since there may be more (Go commit ea0386f85f).
func (mp *m) resetspinning() {
	mp.dropSpinning()
	mp.wakep()
}

// addSpinning adds n to nmspinning, which must not become negative.
func (mp *m) addSpinning(n int32) {
	if mp.sched.nmspinning.Add(n) < 0 {
		panic(rt.Broken("gpm: addSpinning: nmspinning is negative"))
	}
}

// victims enumerates Ps in random order without a table of permutations: from
// any start, a step coprime to their number meets each exactly once.
type victims struct {
	sequential bool // from the M's own P upwards
	n          uint32
	steps      []uint32
}

func newVictims(n int, sequential bool) victims {
	v := victims{sequential: sequential, n: uint32(n)}
	for step := uint32(1); step <= v.n; step++ {
		if gcd(step, v.n) == 1 {
			v.steps = append(v.steps, step)
		}
	}
	return v
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// begin returns where to start and by how much to go on, modulo n.
func (v victims) begin(mp *m) (at, step int) {
	if v.sequential {
		return mp.p.id, 1
	}
	r := mp.Rand.Uint32()
	return int(r % v.n), int(v.steps[r/v.n%uint32(len(v.steps))])
}
