package gm

import "schedlab/rt"

// pollServer is the G that waits for all descriptors in a system call, so that other Gs
// need not. Package net had one until Go 1.0, since there was no poller in the scheduler.
// Its M, like that of the timer G, counts as one that waits while it is in the kernel.
type pollServer struct {
	// Under sched.lock.
	started bool
	waiting bool // in Netpoll.Wait, or on the way there
}

// StartPoller implements [rt.Impl]. startm makes all Ms, one after the other, so their IDs
// are places in allm.
func (s *sched) StartPoller(g *rt.G) {
	s.lock.Lock()
	s.poll.started = true
	s.allm[g.MID()].newSystemG(s.pollserver)
	s.lock.Unlock()
}

// pollserver is the poll server G.
func (s *sched) pollserver(g *rt.G) {
	events := &rt.PollEvents{}
	some := false
	wait := func() { some = s.pollwait(events) }
	for !s.Stopping() {
		g.BlockingSyscall(wait)
		if some {
			s.Net().Deliver(g, events)
		}
	}
}

func (s *sched) pollwait(events *rt.PollEvents) (some bool) {
	s.lock.Lock()
	if s.Stopping() {
		s.lock.Unlock()
		return false
	}
	s.poll.waiting = true
	s.rests()
	s.lock.Unlock()
	some = s.Net().Wait(rt.NoLimit, events)
	s.lock.Lock()
	s.poll.waiting = false
	s.resting--
	s.lock.Unlock()
	return some
}

// wake ends the wait. It needs sched.lock. The poll server does not get on without that
// lock, so the poller is still open.
func (ps *pollServer) wake(net *rt.Netpoll) {
	if ps.waiting {
		net.Break()
	}
}
