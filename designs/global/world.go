package global

import "schedlab/rt"

// collect takes the free slots out of circulation while the world is to stand still, and
// tells the stopper when no other is missing. It needs idleMu. See 'Collecting all slots'.
func (s *sched) collect() {
	if !s.WorldStopping() {
		return
	}
	s.collected += s.free.Swap(0)
	if s.stopper && s.stopwait() <= 0 {
		s.stopper = false
		s.stopped.Wakeup()
	}
}

// stopwait is how many slots a stopper that has one lacks. It is -1 if the stopper has
// none, which is a deferred call that runs at Close. It needs idleMu.
func (s *sched) stopwait() int32 { return s.procs - 1 - s.collected }

// StopWorld implements [rt.WorldStopper].
func (s *sched) StopWorld(_ rt.Machine, patience int64) bool {
	s.idleMu.Lock()
	s.stopped.Clear()
	s.stopper = true
	s.collect()
	s.idleMu.Unlock()
	if s.AwaitStopped(&s.stopped, patience) {
		return true
	}
	s.idleMu.Lock()
	defer s.idleMu.Unlock()
	inTime := !s.stopper
	s.stopper = false
	return inTime
}

// StartWorld implements [rt.WorldStopper]. It wakes Ms for the Gs that were queued meanwhile,
// since no put could.
func (s *sched) StartWorld(_ rt.Machine, procs int) {
	s.idleMu.Lock()
	s.free.Add(s.collected + int32(procs) - s.procs)
	s.collected, s.procs = 0, int32(procs)
	s.idleMu.Unlock()
	for range s.runq.Len() {
		if !s.wakeOne() {
			return
		}
	}
}
