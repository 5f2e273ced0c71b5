package gpm

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/queue"
)

const (
	// globalTick is after how many time slices the global queue goes first. Without
	// it, two Gs that respawn each other could keep the local queue busy for ever.
	globalTick = 61
	// stealRounds is how often all victims are visited. Only in the last round is
	// runnext taken.
	stealRounds = 4
	// runnextGrace is how long a thief lets a running P run its runnext itself
	// before taking it, in ns. A G is often readied just before its waker blocks.
	// The thief sleeps meanwhile, as in Go, which makes it more like 60 µs. To
	// spin for 3 µs instead is worse for two Gs that wake each other on one P: the
	// thief goes idle sooner, and each time the two pay for waking it.
	runnextGrace = 3000
)

// findRunnable looks for a G until there is one. It returns nil when the scheduler
// stops. The sources stand in Go's order; handoffp must know each.
func (mp *m) findRunnable() (gp *rt.G, inherit bool) {
	for !mp.sched.Stopping() {
		if mp.p == nil && !mp.nextP() {
			continue
		}
		if mp.sched.Halted() && !mp.obeyHalt() {
			continue
		}
		mp.runTimers(&mp.p.timers)
		if gp, inherit := mp.nearby(); gp != nil {
			return gp, inherit
		}
		if mp.netpoll() {
			continue
		}
		if gp := mp.steal(); gp != nil {
			return gp, false
		}
		if gp := mp.giveUp(); gp != nil {
			return gp, false
		}
	}
	return nil, false
}

// nearby looks where looking is cheap: the global queue when it is its turn,
// the local queue, the global queue.
func (mp *m) nearby() (gp *rt.G, inherit bool) {
	s, pp := mp.sched, mp.p
	if pp.tick%globalTick == 0 && !s.opt.NoGlobalTick && !s.runq.Empty() {
		if gp := mp.globrunqget(1); gp != nil {
			return gp, false
		}
	}
	if gp, inherit := pp.next(); gp != nil {
		return gp, inherit
	}
	if !s.runq.Empty() {
		return mp.globrunqget(maxBatch), false
	}
	return nil, false
}

// maxBatch is how many Gs a P takes at most from the global queue: half a ring.
const maxBatch = 128

// globrunqget takes the P's share of the global queue, at most limit, and
// returns the first; the others go to the local queue.
func (mp *m) globrunqget(limit int) *rt.G {
	s := mp.sched
	s.lock.Lock()
	gp := s.take(mp, limit)
	s.lock.Unlock()
	mp.tookBatch()
	return gp
}

// tookBatch is called after take, without the lock. The rest of a batch has been
// submitted to the local queue, where Ms that found the global one empty have not seen
// it. So it wakes an M. (Go has no such step.) If the M spins, resetspinning wakes one.
func (mp *m) tookBatch() {
	if !mp.p.runq.Empty() {
		mp.wakep()
	}
}

// take needs sched.lock; tookBatch comes next.
func (s *sched) take(mp *m, limit int) *rt.G {
	n := queue.BatchSize(s.runq.Len(), len(s.ps()), min(limit, 1+mp.p.runq.Room()))
	gp := s.runq.Get()
	if gp == nil {
		return nil
	}
	mp.Stats().GlobalGets++
	mp.TellGlobalGet(n)
	if n > 1 {
		batch := s.runq.GetBatch(mp.batch[:n-1])
		mp.p.runq.PutBatch(batch)
		clear(batch)
	}
	return gp
}

// steal visits the other Ps, if the M may spin. In the last round it also takes
// runnext, and fires their timers that are due, since they may be too busy to look.
func (mp *m) steal() *rt.G {
	s := mp.sched
	if s.opt.NoSteal || !mp.maySpin() {
		return nil
	}
	mp.noteCPU()
	all := s.allp.Load()
	for round := range stealRounds {
		last := round == stealRounds-1
		visit := mp.visit(all)
		for victim := visit.next(); victim != nil; victim = visit.next() {
			if last && mp.runTimers(&victim.timers) {
				if gp, _ := mp.p.next(); gp != nil {
					return gp
				}
			}
			if gp := mp.stealFrom(victim, last); gp != nil {
				return gp
			}
		}
		if s.WorldStopping() || s.Stopping() || mp.p.safePoint.Load() {
			return nil
		}
	}
	mp.Stats().StealMisses++
	return nil
}

// stealFrom steals from one P, that of the M excepted. The status of the victim does
// not matter. An idle P may have Gs, too, on its way to an M that was woken for it
// (handoffp, StartWorld). lookAgain does not pass it by. If stealFrom did,
// the M would spin until the other M has come.
func (mp *m) stealFrom(victim *p, last bool) *rt.G {
	if victim == mp.p {
		return nil
	}
	limit := queue.Half
	if mp.sched.opt.StealOne {
		limit = 1
	}
	thief := victim.runq.Thief()
	gp, n, outcome := thief.StealInto(&mp.p.runq, limit)
	for outcome == queue.Lost { // another thread got something, so this ends
		gp, n, outcome = thief.StealInto(&mp.p.runq, limit)
	}
	if outcome == queue.Empty && last {
		gp, n = stealNext(victim, thief)
	}
	if gp != nil {
		mp.Stats().Steals++
		mp.Stats().Stolen += uint64(n)
		mp.TellSteal(victim.id, n)
	}
	return gp
}

// stealNext takes the victim's runnext, after the grace.
func stealNext(victim *p, thief queue.Thief[rt.G]) (*rt.G, int) {
	gp := thief.Next()
	if gp == nil {
		return nil, 0
	}
	if victim.status.Load() == pRunning {
		host.Sleep(runnextGrace)
	}
	if !thief.StealNext(gp) {
		return nil, 0
	}
	return gp, 1
}

// giveUp gives the P up, since no work was found, and sleeps until there is some. If
// a G turns up under the lock, giveUp returns it.
func (mp *m) giveUp() *rt.G {
	s := mp.sched
	s.lock.Lock()
	if s.Stopping() || s.world.stopping || mp.p.safePoint.Load() {
		s.lock.Unlock()
		return nil
	}
	if gp := s.take(mp, maxBatch); gp != nil {
		s.lock.Unlock()
		mp.tookBatch()
		return gp
	}
	s.idle.pidleput(mp.releasep())
	if !mp.spinning && s.idle.asked() {
		// Step 3, on the right, of 'Needspinning'. Nobody has taken the P meanwhile,
		// since we hold the lock.
		mp.acquirep(s.idle.pidleget())
		s.idle.becomeSpinning(mp)
		s.lock.Unlock()
		return nil
	}
	s.lock.Unlock()
	if mp.spinning {
		s.idle.dropSpinning(mp)
		if mp.lookAgain() {
			return nil
		}
	}
	mp.pollOrStop()
	return nil
}

// lookAgain is step 4, on the right, of 'Submit and stop spinning'. If any queue has
// work and a P is idle, the M takes that P and spins again.
func (mp *m) lookAgain() bool {
	s := mp.sched
	work, ps := !s.runq.Empty(), s.ps()
	for i := 0; i < len(ps) && !work && !s.opt.NoSteal; i++ {
		work = !ps[i].runq.Empty()
	}
	if !work {
		return false
	}
	s.lock.Lock()
	pp := s.idle.pidlegetSpinning()
	s.lock.Unlock()
	if pp == nil {
		return false
	}
	mp.acquirep(pp)
	s.idle.becomeSpinning(mp)
	return true
}

// stopm sleeps until the M is given a P, or the scheduler stops.
func (mp *m) stopm() {
	s := mp.sched
	s.lock.Lock()
	if s.Stopping() {
		s.lock.Unlock()
		return
	}
	s.sleep(mp)
}

// sleep puts mp, which has no P, to sleep. It needs sched.lock, and releases it.
func (s *sched) sleep(mp *m) {
	mp.Stats().Parks++
	mp.TellPark()
	s.mput(mp)
	s.lock.Unlock()
	mp.note.Sleep()
}

// nextP takes the P that the M was given, or sleeps until it is given one. It says
// whether it has one.
func (mp *m) nextP() bool {
	if mp.nextp == nil {
		mp.stopm()
	}
	if mp.nextp == nil {
		return false // woken to end
	}
	mp.takeNextp()
	return true
}

// takeNextp makes the P that the M was given its own.
func (mp *m) takeNextp() {
	mp.acquirep(mp.nextp)
	mp.nextp = nil
	mp.TellWake()
}
