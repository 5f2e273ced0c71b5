package gpm

import (
	"schedlab/host"
	"schedlab/rt"
)

const (
	monitorDelay    = 20_000     // ns between two looks of the monitor
	monitorMaxDelay = 10_000_000 // ns, after it has found nothing to do for long
	monitorPatience = 50         // looks that find nothing before the delay doubles
	timeSlice       = 10_000_000 // ns that a G may run before it is asked to give way
)

// monitor is the state of sysmon, the thread that looks after Ps without having one.
type monitor struct {
	m
	stop host.Note // ends it
}

func (s *sched) startMonitor() {
	s.monitor.sched = s
	s.StartActor(&s.monitor.M, &s.monitor.m, func(*rt.G) { s.sysmon() })
}

// sysmon is the monitor's thread.
func (s *sched) sysmon() {
	delay, idle := int64(monitorDelay), 0
	for !s.monitor.stop.SleepFor(delay) {
		if s.longSleep() {
			delay, idle = monitorDelay, 0
			continue
		}
		now := host.Nanotime()
		if took, polled := s.retake(now), s.pollSeldom(now); took || polled {
			delay, idle = monitorDelay, 0
		} else if idle++; idle > monitorPatience {
			delay = min(2*delay, monitorMaxDelay)
		}
	}
}

// longSleep sleeps while all Ps are idle, and says whether it did.
func (s *sched) longSleep() bool {
	if s.idle.idlePs() != len(s.ps()) {
		return false
	}
	s.lock.Lock()
	if s.idle.idlePs() != len(s.ps()) || s.Stopping() {
		s.lock.Unlock()
		return false
	}
	s.idle.sysmonWaits()
	s.lock.Unlock()
	s.idle.sysmonSleep()
	return true
}

// retake looks at every P. It gives a P that is in a system call for long to another
// M, and asks a G that runs for long to give way. It says whether it took a P.
func (s *sched) retake(now int64) (took bool) {
	for _, pp := range s.ps() {
		switch pp.status.Load() {
		case pRunning:
			if s.sliceOver(pp, now) && !s.opt.NoPreempt {
				if mp := pp.m.Load(); mp != nil {
					mp.Preempt()
				}
			}
		case pSyscall:
			if s.syscallLong(pp, now) && s.retakeFrom(pp) {
				took = true
			}
		}
	}
	return took
}

// sliceOver says whether the same time slice has lasted on pp for timeSlice.
func (s *sched) sliceOver(pp *p, now int64) bool {
	if pp.marked.Load() {
		return now-pp.seen.markedAt >= timeSlice
	}
	pp.seen.markedAt = now
	pp.marked.Store(true)
	return false
}

// syscallLong says whether pp is to be taken from its M. It is if the M has been in the
// same system call since the last look, or in one after the other for a whole time
// slice. A monitor that looks seldom cannot tell these two apart.
//
// If pp has nothing to run, and another P is idle or an M spins, pp can wait for a time
// slice. It cannot wait longer, because a P in a system call keeps the monitor from its
// long sleep.
func (s *sched) syscallLong(pp *p, now int64) bool {
	if s.opt.NoRetake || s.opt.NoHandoffp {
		return false
	}
	over := s.sliceOver(pp, now)
	if tick := pp.syscalltick.Load(); tick != pp.seen.syscalltick && !over {
		pp.seen.syscalltick, pp.seen.syscallAt = tick, now
		return false
	}
	allBusy := s.idle.allBusy()
	return over || !pp.runq.Empty() || allBusy || now-pp.seen.syscallAt >= timeSlice
}

// retakeFrom takes pp from the M that is in a system call with it. While this thread
// carries the P, that M may come back and be the last to go idle. carry keeps it from
// finding the scheduler at rest.
func (s *sched) retakeFrom(pp *p) (took bool) {
	s.carry(func() {
		took = pp.status.CompareAndSwap(pSyscall, pIdle)
		if took {
			s.monitor.TellRetake(pp.id)
			s.handoffp(pp)
			s.retakes.Add(1)
		}
	})
	return took
}

// carry calls f, which may have a P or Gs in hands that no list and no queue shows.
func (s *sched) carry(f func()) {
	s.lock.Lock()
	s.idle.addCarried(1)
	s.lock.Unlock()
	f()
	s.lock.Lock()
	s.idle.addCarried(-1)
	s.checkRest()
	s.lock.Unlock()
}
