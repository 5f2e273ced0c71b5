package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
)

// Netpoll is what a scheduler knows of descriptors that Gs wait for. A design says which
// thread looks at it and when; what is the same in all is here.
//
// # Waiting for a descriptor
//
// The kernel tells of each change to readiness once (edge-triggered), and keeps no list of
// those that wait. So a readiness for which no G waits yet is noted:
//
//	a G that wants to read                    a thread that polls
//	1. try: read(2) would block               1. the kernel says: readable
//	2. lock pd                                2. lock pd
//	3. noted? take the note back, unlock,     3. a G waits? take it off pd
//	   go to 1                                   else note it
//	4. wait on pd, park, unlock               4. unlock; ready the G
//
// If the change comes before the G's step 1 there is nothing to wait for. If it comes after,
// the poller's steps 2 to 4 come after it. Either they come before the G's step 2, and its
// step 3 finds the note; or they come after its step 4, and they find the G. So no readiness
// is lost. A note that is stale costs one more try.
//
// # Which Gs count as waiting
//
// waiters goes up before a G parks and down when it runs again, both by the G itself. So it
// never falls while a G is on its way from the poller to a run queue, where a look at all
// queues would miss it (Go issue 61454).
type Netpoll struct {
	core   *Core
	poller host.Poller
	// waiters counts Gs that are parked for a descriptor, or were a moment ago: see 'Which
	// Gs count as waiting'. Partner of the loads in Waiters, by Ms that decide whether to
	// poll and by the check for deadlock, at rest.
	waiters host.Int32

	isOpen host.Bool // the poller; set once. Partner of the loads in Wait and Break
	bell   bell

	mu    host.Mutex // guards all below
	tried bool       // to open the poller
	err   error      // of that
	descs map[int]*PollDesc
	tag   uint64
	byTag map[uint64]*PollDesc
}

// maxPollEvents is how many events one look at the kernel fetches at most.
const maxPollEvents = 128

// PollEvents is a buffer for Wait. It gets its memory with the first look at the kernel, since
// most Ms never look.
type PollEvents struct {
	n   int
	buf []host.PollEvent
}

// Waiters says whether Gs wait for descriptors, so that polling makes sense.
func (n *Netpoll) Waiters() bool { return n.waiters.Load() > 0 }

// Wait asks the kernel, and waits up to ns nanoseconds, which may be NoLimit, until there
// are events or Break is called. It touches nothing but events, so an M that is in it may
// count as resting. Only one thread at a time may wait; any may ask with ns 0.
func (n *Netpoll) Wait(ns int64, events *PollEvents) (some bool) {
	switch {
	case n.isOpen.Load():
		if events.buf == nil {
			events.buf = make([]host.PollEvent, maxPollEvents)
		}
		events.n = n.poller.Wait(ns, events.buf)
	case ns != 0:
		n.bell.wait(ns)
	}
	return events.n > 0
}

// Break ends a Wait, or lets the next one return at once.
func (n *Netpoll) Break() {
	if n.isOpen.Load() {
		n.poller.Break()
	}
	n.bell.ring() // for a Wait that began before there was a poller
}

// bell stands for the poller until there is a descriptor: it only sleeps.
type bell struct {
	rung host.Bool // by ring, until the wait that it ends is over; partner of the load in wait
	note host.Note
}

func (b *bell) wait(ns int64) {
	if ns == NoLimit {
		b.note.Sleep()
	} else if !b.note.SleepFor(ns) {
		if !b.rung.Load() {
			return
		}
		b.note.Sleep() // the wakeup is on its way
	}
	b.note.Clear()
	// A ring from here on is for the next wait; one before it was for this.
	b.rung.Store(false)
}

func (b *bell) ring() {
	if !b.rung.Swap(true) {
		b.note.Wakeup()
	}
}

// Deliver makes the Gs runnable that the events are for, and hands them to the design
// (Machine.ReadyList). g stands for the M. It returns how many those are.
func (n *Netpoll) Deliver(g *G, events *PollEvents) int {
	mp := g.m
	var list GList
	// The world may stand still: see 'Looking at all Gs'.
	n.core.gate.LockCounted(&mp.stats.Locks[LockGate])
	defer n.core.gate.Unlock()
	mp.stats.Polls++
	for _, ev := range events.buf[:events.n] {
		n.mu.LockCounted(&mp.stats.Locks[LockNetpoll])
		pd := n.byTag[ev.Tag] // nil: closed since
		n.mu.Unlock()
		if pd != nil {
			pd.notify(&list, ev, &mp.stats.Locks[LockPollDesc])
		}
	}
	events.n = 0
	count := list.Len()
	mp.eventOf(event.Poll, event.None, count)
	mp.deliver(&list)
	return count
}

// deliver readies Gs, which no other thread will ready, for an M that runs none.
func (mp *M) deliver(list *GList) {
	if list.Empty() || mp.core.Stopping() {
		return
	}
	for gp := list.Get(); gp != nil; gp = list.Get() {
		mp.unblock(gp)
		mp.ready.Put(gp)
	}
	mp.impl.ReadyList(&mp.ready)
}

// readyAll is deliver for an M that goes on with something else: a G, or other timers.
func (mp *M) readyAll(list *GList) {
	for gp := list.Get(); gp != nil && !mp.core.Stopping(); gp = list.Get() {
		mp.unblock(gp)
		mp.impl.Ready(gp)
	}
}

func (mp *M) unblock(gp *G) {
	gp.readied()
	mp.stats.Readied++
	mp.stats.Polled++
	mp.eventAfter(event.Ready, gp)
	mp.runnable(gp)
}

// PollSupported says whether Gs can wait for descriptors on this system.
const PollSupported = host.PollerSupported

func (n *Netpoll) open(g *G) error {
	g.Parker().lock(&n.mu, LockNetpoll)
	defer n.mu.Unlock()
	if !n.tried {
		n.tried = true
		n.descs, n.byTag = map[int]*PollDesc{}, map[uint64]*PollDesc{}
		if n.err = n.poller.Open(); n.err == nil {
			n.isOpen.Store(true)
			n.core.impl.StartPoller(g)
			n.bell.ring()
		}
	}
	return n.err
}

// close is called when all threads have ended.
func (n *Netpoll) close() {
	if n.isOpen.Load() {
		n.poller.Close()
		// A user who keeps the scheduler must not keep PollDescs alive that were never
		// closed.
		n.descs, n.byTag = nil, nil
	}
}
