package gpm

import (
	"schedlab/host"
	"schedlab/rt"
)

// stoppedWorld is the state of stopping the world. For the part that is the same in all designs
// see 'Stopping the world' in package rt. Here, to stop the world is to take all Ps but
// one's own. Each P is taken in one of four ways:
//
//	idle                by the stopper, off the list, under sched.lock
//	in a system call    by the stopper, CAS pSyscall to pStopped; or, if the call
//	                    began later, by its M, which looks at halt after it has
//	                    set pSyscall
//	running             by its M, in findRunnable
//	on its way          by the thread that carries it (handoffp), or by the M that
//	                    it goes to
//
// Each way counts once, under sched.lock and only while stopping is set. So wait is
// the number of Ps that are missing. ForEachP counts with the same words. Go issue
// 10618 is about two protocols that share a counter, but here only the one G that has
// taken the world (package rt) does either.
//
// # Entering a system call while the world stops
//
//	EnterSyscall                        StopWorld
//	1. status = pSyscall                1. haltWorld is set
//	2. barrier (atomics are             2. barrier (likewise)
//	   sequentially consistent)         3. for each P in pSyscall: CAS to
//	3. if halt is set: CAS pSyscall to     pStopped; won: count it
//	   pStopped; won: count it
//
// Proof sketch. One of the two steps 1 comes first. If it is the left one, step 3 on
// the right finds pSyscall. If it is the right one, step 3 on the left sees halt. If
// both see each other, the CAS decides.
type stoppedWorld struct {
	stopping bool      // from StopWorld to StartWorld; under sched.lock
	wait     int       // Ps that are missing; under sched.lock
	all      host.Note // wait has come to 0

	// fn of ForEachP: written before any safePoint flag is set, and read by the
	// thread that takes one back.
	fn func(p int)
}

// StopWorld implements [rt.WorldStopper].
func (s *sched) StopWorld(by rt.Machine, patience int64) bool {
	mp := by.(*m)
	s.lock.Lock()
	s.world.all.Clear()
	s.world.stopping, s.world.wait = true, len(s.ps())-1
	mp.p.status.Store(pStopped)
	for _, pp := range s.ps() {
		if pp.status.CompareAndSwap(pSyscall, pStopped) {
			s.stopP(pp)
		}
	}
	for pp := s.idle.pidleget(); pp != nil; pp = s.idle.pidleget() {
		s.stopP(pp)
	}
	done := s.world.wait == 0
	s.lock.Unlock()
	return done || s.AwaitStopped(&s.world.all, patience)
}

// stopP takes pp for the stopped world. It needs sched.lock, and stopping set.
func (s *sched) stopP(pp *p) {
	pp.status.Store(pStopped)
	pp.m.Store(nil)
	s.world.arrived()
}

// arrived counts a P that was missing. It needs sched.lock.
func (st *stoppedWorld) arrived() {
	if st.wait--; st.wait == 0 {
		st.all.Wakeup()
	}
}

// obeyHalt does what the M was stopped for. It says whether the M may go on.
func (mp *m) obeyHalt() bool {
	s := mp.sched
	if mp.p.safePoint.Load() {
		s.runSafePoint(mp.p)
	}
	if !s.WorldStopping() {
		return !s.Stopping()
	}
	s.lock.Lock()
	if !s.world.stopping || s.Stopping() {
		s.lock.Unlock() // StopWorld is about to begin, or StartWorld has
		host.Pause(1)
		return false
	}
	if mp.spinning {
		s.idle.dropSpinning(mp) // StartWorld sees to it that an M looks for work
	}
	s.stopP(mp.releasep())
	s.sleep(mp)
	return false
}

// haltInSyscall is step 3, on the left, of 'Entering a system call while the world
// stops', and the same for ForEachP.
func (mp *m) haltInSyscall(pp *p) {
	s := mp.sched
	if pp.safePoint.Load() && pp.status.CompareAndSwap(pSyscall, pRunning) {
		s.runSafePoint(pp)
		pp.status.Store(pSyscall)
	}
	s.lock.Lock()
	if s.world.stopping && pp.status.CompareAndSwap(pSyscall, pStopped) {
		s.stopP(pp)
	}
	s.lock.Unlock()
}

// StartWorld implements [rt.WorldStopper]. Each P with Gs gets an M, one that sleeps or a
// new one. Otherwise its Gs would wait for the other Ps (Go commits cb945ba6ba,
// dbcfed93e7).
func (s *sched) StartWorld(by rt.Machine, procs int) {
	mp := by.(*m)
	var started []*m
	s.lock.Lock()
	s.world.stopping = false
	if procs != len(s.ps()) {
		s.procresize(mp, procs)
	}
	mp.p.status.Store(pRunning)
	ps := s.ps()
	for i := range ps {
		pp := ps[len(ps)-1-i]
		switch {
		case pp.status.Load() != pStopped: // the world did not stop in time
		case pp.runq.Empty():
			s.idle.pidleput(pp)
		default:
			pp.status.Store(pIdle)
			if next := s.startm(pp, working); next != nil {
				started = append(started, next)
			}
		}
	}
	s.lock.Unlock()
	for _, next := range started {
		next.wake()
	}
	// There may be more to do: on the global queue, and in the network.
	if s.Net().Waiters() {
		s.ask(mp)
	}
	mp.wakep()
}

// procresize makes the number of Ps procs, while the world stands still. What belongs
// to those that go is given to the M's own, which stays or becomes P 0. It needs
// sched.lock.
func (s *sched) procresize(mp *m, procs int) {
	old := s.ps()
	kept := min(procs, len(old))
	for id := len(s.everyp); id < procs; id++ {
		s.everyp = append(s.everyp, s.newP(id))
	}
	ps := s.everyp[:procs:procs]
	for _, pp := range ps[kept:] {
		pp.status.Store(pStopped)
	}
	if mp.p.id >= procs {
		mp.p.status.Store(pStopped)
		mp.acquirep(ps[0])
	}
	for id := len(old) - 1; id >= kept; id-- {
		s.bury(old[id], mp)
	}
	s.setPs(ps)
}

// bury empties pp, which is no longer one of the Ps, in favor of the P of mp.
func (s *sched) bury(pp *p, mp *m) {
	var gs gathered
	pp.runq.Drain(&gs)
	for gp := gs.last(); gp != nil; gp = gs.last() {
		s.runq.PutHead(gp) // it has waited longer than what is there
	}
	pp.timers.MoveTo(&mp.p.timers, &mp.M)
	pp.gfree.Flush()
	pp.cache.Flush()
	pp.status.Store(pDead)
	pp.m.Store(nil)
}

// gathered is the Gs that leave a ring.
type gathered []*rt.G

// PutBatch implements [queue.Overflow].
func (l *gathered) PutBatch(batch []*rt.G) { *l = append(*l, batch...) }

// last takes the last one.
func (l *gathered) last() (gp *rt.G) {
	if n := len(*l); n > 0 {
		gp, *l = (*l)[n-1], (*l)[:n-1]
	}
	return gp
}

// ForEachP implements [rt.PVisitor]. The owner of each P calls the function: this M
// for idle Ps and those in system calls, their Ms for the others.
//
// # Safe points of all Ps
//
//	ForEachP                              an M with a P, about to make it idle, to
//	                                      enter a system call, or to run a G
//	1. under sched.lock: flag every P     1. (idle: under sched.lock)
//	2. take the idle ones, and those in      (system call: set pSyscall)
//	   system calls by CAS                2. is the P flagged? take the flag back,
//	3. run fn for them, hand them off        run fn, count
//	4. wait for the others
//
// Proof sketch. A P becomes idle under the lock. If that comes before step 1 on the
// left, step 2 there finds it. If it comes after, the M sees the flag (step 2 on the
// right). For a P that enters a system call see 'Entering a system call while the world
// stops'.
func (s *sched) ForEachP(by rt.Machine, fn func(p int)) {
	mp := by.(*m)
	var mine []*p
	s.lock.Lock()
	s.world.all.Clear()
	s.world.fn = fn
	s.world.wait = len(s.ps())
	s.HaltPs()
	for _, pp := range s.ps() {
		pp.safePoint.Store(true)
	}
	for pp := s.idle.pidleget(); pp != nil; pp = s.idle.pidleget() {
		mine = append(mine, pp)
	}
	for _, pp := range s.ps() {
		if pp.status.CompareAndSwap(pSyscall, pIdle) {
			mine = append(mine, pp)
		}
	}
	s.lock.Unlock()
	s.PreemptAll()
	s.runSafePoint(mp.p)
	for _, pp := range mine {
		s.handoffp(pp) // which calls fn first
	}
	// False if the scheduler ends; then the caller does, too.
	s.AwaitStopped(&s.world.all, rt.NoLimit)
	s.ResumePs()
}

// runSafePoint calls ForEachP's function for pp, which the caller owns, unless that
// has been done.
func (s *sched) runSafePoint(pp *p) {
	if !pp.safePoint.Load() {
		return
	}
	pp.safePoint.Store(false)
	s.world.fn(pp.id)
	s.lock.Lock()
	s.world.arrived()
	s.lock.Unlock()
}
