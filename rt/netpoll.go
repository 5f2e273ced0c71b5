package rt

import (
	"errors"
	"fmt"
	"os"

	"schedlab/host"
)

// Netpoll is what a scheduler knows of descriptors that Gs wait for. A design
// says who looks at it and when; what is the same in all is here.
//
// # Waiting for a descriptor
//
// The kernel tells of each change to readiness once (edge-triggered), and keeps
// no list of who waits; so a readiness that nobody waits for yet is noted:
//
//	a G that wants to read                    a thread that polls
//	1. try: read(2) would block               1. the kernel says: readable
//	2. lock pd                                2. lock pd
//	3. noted? take the note back, unlock,     3. a G waits? take it off pd
//	   go to 1                                   else note it
//	4. wait on pd, park, unlock               4. unlock; ready the G
//
// If the change comes before 1 there is nothing to wait for. If it comes after,
// the poller's 2 to 4 come after it: before the G's 2, and then 3 finds the
// note, or after its 4, and then the G is found. So no readiness is lost; a note
// that is stale costs one more try.
//
// # Who counts as waiting
//
// waiters goes up before a G parks and down when it runs again, both by the G
// itself. So it never falls while a G is on its way from the poller to a run
// queue, where a look at all queues would miss it (Go issue 61454).
type Netpoll struct {
	core   *Core
	poller host.Poller
	// waiters counts Gs that are parked for a descriptor, or were a moment ago.
	// Partner of the loads in Waiters: by who decides whether to poll, and by
	// the check for deadlock, at rest.
	waiters host.Int32

	ready host.Bool // poller is open: set once, for Wait and Break
	alarm alarm

	mu     host.Mutex // guards all below
	opened bool
	err    error // of the opening
	descs  map[int]*PollDesc
	tag    uint64
	byTag  map[uint64]*PollDesc
}

// MaxPollEvents is how many events one look at the kernel fetches at most.
const MaxPollEvents = 128

// PollEvents is a buffer for Wait.
type PollEvents struct {
	n   int
	buf [MaxPollEvents]host.PollEvent
}

// Waiters says whether Gs wait for descriptors, so that polling makes sense.
func (n *Netpoll) Waiters() bool { return n.waiters.Load() > 0 }

// Wait asks the kernel, and waits up to ns nanoseconds (negative: without limit)
// until there are events or Break is called. It touches nothing but events, so
// an M that is in it may count as resting. One thread at a time, but for those
// that ask with 0.
func (n *Netpoll) Wait(ns int64, events *PollEvents) (some bool) {
	switch {
	case n.ready.Load():
		events.n = n.poller.Wait(ns, events.buf[:])
	case ns != 0:
		n.alarm.wait(ns)
	}
	return events.n > 0
}

// Break ends a Wait, or lets the next one return at once.
func (n *Netpoll) Break() {
	if n.ready.Load() {
		n.poller.Break()
	}
	n.alarm.ring() // who began to wait before there was a poller
}

// alarm stands for the poller until there is a descriptor: it only sleeps.
type alarm struct {
	rung host.Bool // by ring, until the wait that it ends is over; the partner is the load in wait
	note host.Note
}

func (a *alarm) wait(ns int64) {
	if ns < 0 {
		a.note.Sleep()
	} else if !a.note.SleepFor(ns) {
		if !a.rung.Load() {
			return
		}
		a.note.Sleep() // the wakeup is on its way
	}
	a.note.Clear()
	// A ring from here on is for the next wait; one before it was for this.
	a.rung.Store(false)
}

func (a *alarm) ring() {
	if !a.rung.Swap(true) {
		a.note.Wakeup()
	}
}

// Deliver makes the Gs runnable that the events are for, and hands them to the
// design (Machine.ReadyList). g stands for the M. It returns how many those are.
func (n *Netpoll) Deliver(g *G, events *PollEvents) int {
	mp := g.m
	var list GList
	n.core.gate.Lock() // the world may stand still: see 'Looking at all Gs'
	defer n.core.gate.Unlock()
	mp.stats.Polls++
	for _, ev := range events.buf[:events.n] {
		n.mu.LockCounted(&mp.stats.Sched)
		pd := n.byTag[ev.Tag] // nil: closed since
		n.mu.Unlock()
		if pd != nil {
			pd.notify(&list, ev)
		}
	}
	events.n = 0
	count := list.Len()
	mp.Event(EventPoll, noP, count)
	mp.deliver(&list)
	return count
}

// deliver readies Gs, which nobody else will ready, for an M that runs none.
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

// readyAll is deliver for who goes on with something else: a G, or other timers.
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
	mp.eventAfter(EventReady, gp)
	mp.runnable(gp)
}

// PollMode: for what a G waits.
type PollMode int

const (
	PollRead PollMode = iota
	PollWrite

	numPollModes
)

func (m PollMode) String() string { return [...]string{"read", "write"}[m] }

// PollDesc is a descriptor that Gs can wait for: one that reads and one that
// writes at a time.
type PollDesc struct {
	net *Netpoll
	fd  int
	tag uint64

	mu     host.Mutex // guards all below
	closed bool
	side   [numPollModes]pollSide
}

// pollSide is one direction of a PollDesc.
type pollSide struct {
	g       *G   // waits
	noted   bool // became ready while nobody waited
	late    bool // the deadline has passed
	timer   Timer
	started bool
}

// ErrPollClosed is what Wait fails with once the descriptor is closed.
var ErrPollClosed = errors.New("the descriptor is closed")

// OpenPoll lets Gs wait for fd, which must be non-blocking. fd stays the
// caller's; after Close of the PollDesc it may be closed, not before. It fails
// for descriptors that cannot be waited for, such as those of regular files, and
// where PollSupported is false.
func (p Parker) OpenPoll(fd int) (*PollDesc, error) {
	g, mp := p.g, p.running("Parker.OpenPoll")
	n := &mp.core.net
	if err := n.open(g); err != nil {
		return nil, err
	}
	pd := &PollDesc{net: n, fd: fd}
	for mode := range numPollModes {
		pd.side[mode].timer.Fire = func(g *G, _ *Timer, seq uint64) { pd.expire(g, mode, seq) }
		pd.side[mode].timer.Wakes = func() bool { return pd.side[mode].g != nil }
	}
	g.Parker().Lock(&n.mu)
	defer n.mu.Unlock()
	if n.descs[fd] != nil {
		return nil, fmt.Errorf("rt: OpenPoll: descriptor %d is open already; share its PollDesc", fd)
	}
	n.tag++
	pd.tag = n.tag
	// In the table before the kernel can tell of it.
	n.descs[fd], n.byTag[pd.tag] = pd, pd
	if err := n.poller.Add(fd, pd.tag); err != nil {
		delete(n.descs, fd)
		delete(n.byTag, pd.tag)
		return nil, fmt.Errorf("rt: OpenPoll: descriptor %d: %w", fd, err)
	}
	return pd, nil
}

// PollSupported says whether Gs can wait for descriptors on this system.
const PollSupported = host.PollerSupported

func (n *Netpoll) open(g *G) error {
	g.Parker().Lock(&n.mu)
	defer n.mu.Unlock()
	if !n.opened {
		n.opened = true
		n.descs, n.byTag = map[int]*PollDesc{}, map[uint64]*PollDesc{}
		if n.err = n.poller.Open(); n.err == nil {
			n.ready.Store(true)
			n.core.impl.StartPoller(g)
			n.alarm.ring()
		}
	}
	return n.err
}

// close is called when all threads have ended.
func (n *Netpoll) close() {
	if n.ready.Load() {
		n.poller.Close()
		// Who still has the scheduler must not keep alive what nobody closed.
		n.descs, n.byTag = nil, nil
	}
}

// Wait blocks g until the descriptor may be ready, which is to be tried then. It
// fails with ErrPollClosed, or with os.ErrDeadlineExceeded once the deadline of
// mode has passed. One G at a time for each mode.
func (pd *PollDesc) Wait(g *G, mode PollMode) error {
	pd.mine(g)
	g.Parker().Enter(&pd.mu)
	side := &pd.side[mode]
	if err := pd.check(side); err != nil || side.noted {
		side.noted = false
		pd.mu.Unlock()
		return err
	}
	if side.g != nil {
		pd.mu.Unlock()
		throw("PollDesc.Wait: G %d already waits to %s descriptor %d; only one may", side.g.id, mode, pd.fd)
	}
	side.g = g
	pd.net.waiters.Add(1)
	g.Parker().ParkUnlock(WaitIO, &pd.mu)
	pd.net.waiters.Add(-1)
	g.Parker().Lock(&pd.mu)
	defer pd.mu.Unlock()
	return pd.check(side)
}

// Err returns what Wait would fail with now, or nil: for the first try.
func (pd *PollDesc) Err(g *G, mode PollMode) error {
	pd.mine(g)
	g.Parker().Enter(&pd.mu)
	defer pd.mu.Unlock()
	return pd.check(&pd.side[mode])
}

// mine refuses the Gs of other schedulers. It is to be called without mu.
func (pd *PollDesc) mine(g *G) {
	if g.scheduled("PollDesc").core != pd.net.core {
		throw("PollDesc: descriptor %d and G %d belong to different schedulers", pd.fd, g.id)
	}
}

// check needs mu.
func (pd *PollDesc) check(side *pollSide) error {
	if pd.closed {
		return ErrPollClosed
	}
	if side.late {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// notify is what the kernel's event does; it adds the Gs to be readied to list.
func (pd *PollDesc) notify(list *GList, ev host.PollEvent) {
	pd.mu.Lock()
	for mode, ready := range [numPollModes]bool{PollRead: ev.Readable, PollWrite: ev.Writable} {
		if !ready {
			continue
		}
		side := &pd.side[mode]
		side.noted = side.g == nil
		side.take(list)
	}
	pd.mu.Unlock()
}

// take needs mu.
func (side *pollSide) take(list *GList) {
	if side.g != nil {
		list.Put(side.g)
		side.g = nil
	}
}

// SetDeadline lets waits for mode fail from when on, by host.Nanotime: those
// under way, too. 0: never.
func (pd *PollDesc) SetDeadline(g *G, mode PollMode, when int64) error {
	pd.mine(g)
	g.Parker().Enter(&pd.mu)
	side := &pd.side[mode]
	if pd.closed {
		pd.mu.Unlock()
		return ErrPollClosed
	}
	now := host.Nanotime()
	var list GList
	side.late = when != 0 && when <= now
	if side.late {
		side.take(&list)
	}
	if when != 0 && !side.late {
		side.started = true
		side.timer.Start(g, when, 0)
	} else if side.started {
		side.timer.Stop(g)
	}
	pd.mu.Unlock()
	g.m.readyAll(&list)
	return nil
}

// expire: the deadline of mode has come, if no later SetDeadline took it back.
func (pd *PollDesc) expire(g *G, mode PollMode, seq uint64) {
	var list GList
	g.Parker().Lock(&pd.mu)
	side := &pd.side[mode]
	// seq is read under mu, under which every Start and Stop of ours happens.
	if seq == side.timer.seq && !pd.closed {
		side.late = true
		side.take(&list)
	}
	pd.mu.Unlock()
	g.m.readyAll(&list)
}

// Close ends all waits, which fail with ErrPollClosed. A second one fails with
// it, too.
func (pd *PollDesc) Close(g *G) error {
	pd.mine(g)
	g.Parker().Enter(&pd.mu)
	if pd.closed {
		pd.mu.Unlock()
		return ErrPollClosed
	}
	pd.closed = true
	var list GList
	for mode := range pd.side {
		side := &pd.side[mode]
		if side.started {
			side.timer.Stop(g)
		}
		side.take(&list)
	}
	pd.mu.Unlock()
	n := pd.net
	g.Parker().Lock(&n.mu)
	err := n.poller.Remove(pd.fd)
	delete(n.descs, pd.fd)
	delete(n.byTag, pd.tag)
	n.mu.Unlock()
	g.m.readyAll(&list)
	if err != nil {
		return fmt.Errorf("rt: PollDesc.Close: descriptor %d: %w", pd.fd, err)
	}
	return nil
}
