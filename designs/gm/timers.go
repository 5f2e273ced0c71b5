package gm

import (
	"schedlab/host"
	"schedlab/rt"
)

// timers are all timers of the scheduler. One G of the scheduler's own, the timer G, fires
// them. The first timer starts it. Between timers it sleeps in a system call.
//
// # The timer G
//
//	Start of a timer                      timer G, between timers
//	1. put it into the set                1. give mcpu back (EnterSyscall)
//	2. if it is the first: take           2. take sched.lock, read when the first
//	   sched.lock; if the timer G            timer fires; if that is to come, note
//	   sleeps until later: wake it           it in until, and sleeping
//	                                      3. release sched.lock, sleep until then
//	                                      4. take sched.lock, no longer sleeping
//	                                      5. get mcpu (ExitSyscall) or queue; fire
//
// Proof sketch. One of the two steps 2 has the lock first. If it is the Start's, the
// timer is in the set when the timer G reads it. If it is the timer G's, the Start finds
// it sleeping; or its sleep is over, and then it reads the set once more before the next.
//
// From step 2 to step 4 the M of the timer G counts as one that waits. It touches nothing
// that the core reads at rest.
type timers struct {
	set rt.Timers

	// Under sched.lock.
	started  bool
	sleeping bool  // the timer G sleeps, and no M has woken it
	until    int64 // when its sleep ends by itself, by host.Nanotime; 0: never
	waitnote host.Note
}

// TimerFirst implements [rt.Machine].
func (mp *m) TimerFirst(when int64) {
	s := mp.sched
	t := &s.timers
	s.lock.Lock()
	switch {
	case !t.started:
		t.started = true
		mp.newSystemG(s.timerproc)
	case t.until == 0 || when < t.until:
		t.wake()
	}
	s.lock.Unlock()
}

// wake wakes the timer G if it sleeps. It needs sched.lock.
func (t *timers) wake() {
	if t.sleeping {
		t.sleeping = false
		t.waitnote.Wakeup()
	}
}

// timerproc is the timer G.
func (s *sched) timerproc(g *rt.G) {
	sleep := s.timersleep
	for !s.Stopping() {
		s.timers.set.Run(g, host.Nanotime())
		g.BlockingSyscall(sleep)
	}
}

// timersleep is steps 2 to 4, on the right, of 'The timer G'.
func (s *sched) timersleep() {
	t := &s.timers
	s.lock.Lock()
	t.until = t.set.First()
	ns := t.until - host.Nanotime()
	if s.Stopping() || t.until != 0 && ns <= 0 {
		s.lock.Unlock()
		return
	}
	t.sleeping = true
	t.waitnote.Clear()
	s.rests()
	s.lock.Unlock()
	if t.until == 0 {
		t.waitnote.Sleep()
	} else {
		t.waitnote.SleepFor(ns)
	}
	s.lock.Lock()
	t.sleeping = false
	s.resting--
	s.lock.Unlock()
}
