package gm

import "schedlab/rt"

// StopWorld implements [rt.WorldStopper]. The M that stops keeps its mcpu, and is the one that
// is left. See 'Stopping the world by waitstop'.
func (s *sched) StopWorld(_ rt.Machine, patience int64) bool {
	s.procs.setMax(1)
	s.stopped.Clear()
	if !s.procs.setWaitstop() || s.AwaitStopped(&s.stopped, patience) {
		return true
	}
	if s.procs.dropWaitstop() {
		return false
	}
	// An M has taken waitstop. The next stop must not get its signal.
	s.stopped.Sleep()
	return true
}

// StartWorld implements [rt.WorldStopper].
func (s *sched) StartWorld(_ rt.Machine, procs int) {
	s.lock.Lock()
	s.procs.setMax(procs)
	s.matchmg()
	s.lock.Unlock()
}

// subCPU subtracts 1 from mcpu, signals StopWorld if that waits for it, and returns the
// new state. Executed with and without sched.lock.
func (s *sched) subCPU() procState {
	state := s.procs.addCPU(-1)
	if state.waitstop() && s.procs.takeWaitstop() {
		s.stopped.Wakeup()
	}
	return state
}
