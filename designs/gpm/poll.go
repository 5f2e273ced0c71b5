package gpm

import (
	"math"

	"schedlab/host"
	"schedlab/rt"
)

// poll is the state of waiting for timers and the network. Which thread looks at
// them, and when:
//
//   - An M looks at its P's timers before each G, and at those of the other Ps in the
//     last round of stealing.
//   - An M asks the network, without waiting, before it steals; one M does so at a
//     time. An M that starts the world asks, too.
//   - The last M to go idle while a G waits for either becomes the poller. It waits
//     in the kernel for the network, until the first timer of all Ps is due.
//   - The monitor asks if no M has for pollAfter, and starts an M for a timer that is
//     overdue.
//
// # The poller and earlier timers
//
// The poller waits until the first timer that it knows of. A timer that is
// started meanwhile and is earlier must end that.
//
//	poller, without a P                 TimerFirst(when)
//	1. under sched.lock: poll.by        1. the timer is in its set, and the
//	2. until = for ever                    set's first has been stored
//	3. barrier (atomics are             2. barrier (likewise)
//	   sequentially consistent)         3. if until is set and later than
//	4. look at the first timer of          when: Break
//	   each P; until = the earliest     4. if it is not set: wakep, so that
//	5. wait                                an M looks, and becomes the poller
//	6. under sched.lock: until = 0
//
// Proof sketch. If the timer is stored (step 1 on the right) before the look (step 4
// on the left), the poller waits no longer than until that timer. If not, until was set
// (step 2 on the left) before the right side loads it (step 3). It was set to for ever,
// or to a time that was found without this timer, so the right side calls Break. The
// wait cannot miss that, since a Break is kept until the next wait.
//
// If the poller has gone (step 6 on the left), it took an idle P, and looks at timers
// before it gives that up; or no P was idle. As long as all Ps are busy, a timer waits for its
// own P, which looks between any two Gs. If a P is idle, wakep makes an M look, and
// that M becomes the poller. It may find other work first, or a P may go idle in
// handoffp: then handoffp and the monitor see to it that an M polls. (Go issue 38860 is
// a timer that wakes no M.)
type poll struct {
	by *m // the poller; under sched.lock

	// until is when the poller will stop waiting, in terms of host.Nanotime, or
	// forever; 0 if no M waits. See above for its partners.
	until host.Int64
	// last is when a thread last asked the network: for the monitor, and for all Ms
	// that are about to ask. A time that is a little old costs one look.
	last host.Int64
	// asking says that an M is asking without waiting. It is set by CAS, so that one
	// M asks at a time.
	asking host.Bool
}

const (
	forever = math.MaxInt64
	// pollAfter is for how long no M must have asked the network for the monitor to
	// ask, in ns.
	pollAfter = 10_000_000
)

// runTimers fires the timers of a set that are due, and says whether there were
// any.
func (mp *m) runTimers(ts *rt.Timers) bool {
	if ts.First() == 0 {
		return false
	}
	now := host.Nanotime()
	if !ts.Due(now) {
		return false
	}
	fired, _ := ts.Run(mp.G0(), now)
	return fired > 0
}

// firstTimer returns when the first timer of all Ps fires; 0 without.
func (s *sched) firstTimer() (first int64) {
	for _, pp := range s.ps() {
		if at := pp.timers.First(); at != 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// wantPoll says whether a G waits for the network or a timer is started.
func (s *sched) wantPoll() bool { return s.Net().Waiters() || s.firstTimer() != 0 }

// TimerFirst implements [rt.Machine].
func (mp *m) TimerFirst(when int64) {
	if !mp.sched.wakePoller(when) {
		mp.wakep()
	}
}

// wakePoller makes the poller, if there is one, wait no longer than when.
func (s *sched) wakePoller(when int64) (exists bool) {
	until := s.poll.until.Load()
	if until > when {
		s.Net().Break()
	}
	return until != 0
}

// StartPoller implements [rt.Impl]. The next M that goes idle will poll.
func (s *sched) StartPoller(*rt.G) {}

// netpoll asks the network without waiting, and says whether it made Gs
// runnable. A poller that waits has no need of it.
func (mp *m) netpoll() bool {
	s := mp.sched
	if !s.Net().Waiters() || s.poll.until.Load() != 0 ||
		!s.poll.asking.CompareAndSwap(false, true) {
		return false
	}
	some := s.ask(mp)
	s.poll.asking.Store(false)
	return some
}

func (s *sched) ask(mp *m) bool {
	s.poll.last.Store(host.Nanotime())
	return s.Net().Wait(0, &mp.events) && s.Net().Deliver(mp.G0(), &mp.events) > 0
}

// pollOrStop is for an M that has given up its P and found no work anywhere: it
// becomes the poller, if one is needed, or sleeps.
func (mp *m) pollOrStop() {
	s := mp.sched
	s.lock.Lock()
	if s.poll.by == nil && !s.Stopping() && s.wantPoll() {
		s.poll.by = mp
		s.poll.until.Store(forever)
		s.checkRest()
		s.lock.Unlock()
		mp.poll()
		return
	}
	s.lock.Unlock()
	// The P that the M gave up may have timers that the poller does not know of.
	if first := s.firstTimer(); first != 0 {
		s.wakePoller(first)
	}
	mp.stopm()
}

// poll waits in the kernel. It returns with a P, if one is idle then. Otherwise the
// Gs that it got go to the global queue, for the Ms that have Ps. While it waits the M
// counts as one that sleeps, so it touches nothing before it has the lock.
func (mp *m) poll() {
	s := mp.sched
	wait, first := int64(rt.NoLimit), s.firstTimer()
	if first != 0 {
		s.poll.until.Store(first)
		wait = max(first-host.Nanotime(), 0)
	}
	some := s.Net().Wait(wait, &mp.events)
	s.lock.Lock()
	s.poll.by = nil
	s.poll.until.Store(0)
	pp := s.idle.pidleget()
	s.lock.Unlock()
	if pp != nil {
		mp.acquirep(pp)
	}
	if some {
		s.poll.last.Store(host.Nanotime())
		s.Net().Deliver(mp.G0(), &mp.events)
	}
	if pp == nil {
		return // all Ps are busy, and each looks at its timers
	}
	for _, other := range s.ps() {
		mp.runTimers(&other.timers)
	}
	if mp.p.runq.Empty() {
		s.idle.becomeSpinning(mp) // it may have been woken because no M looks for work
	}
}

// pollSeldom is the monitor's look: it says whether there was something to do.
func (s *sched) pollSeldom(now int64) bool {
	did := false
	if s.Net().Waiters() && s.poll.until.Load() == 0 && now-s.poll.last.Load() >= pollAfter {
		s.carry(func() { did = s.ask(&s.monitor.m) })
	}
	if first := s.firstTimer(); first != 0 && now > first &&
		s.idle.idlePs() != 0 && s.poll.until.Load() == 0 {
		s.monitor.wakep()
		did = true
	}
	return did
}
