package rt

import (
	"errors"
	"fmt"
	"os"

	"schedlab/host"
	"schedlab/rt/rank"
)

// PollMode says for what a G waits.
type PollMode int

const (
	PollRead PollMode = iota
	PollWrite

	numPollModes
)

func (m PollMode) String() string { return [...]string{"read", "write"}[m] }

// PollDesc is a descriptor that Gs can wait for: one that reads and one that writes at a
// time.
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
	noted   bool // became ready while no G waited
	late    bool // the deadline has passed
	timer   Timer
	started bool
}

// ErrPollClosed is what Wait fails with once the descriptor is closed.
var ErrPollClosed = errors.New("the descriptor is closed")

// OpenPoll lets Gs wait for fd, which must be non-blocking. fd stays the caller's; after
// Close of the PollDesc it may be closed, not before. It fails for descriptors that cannot
// be waited for, such as those of regular files, and where PollSupported is false.
func (p Parker) OpenPoll(fd int) (*PollDesc, error) {
	g, mp := p.g, p.running("Parker.OpenPoll")
	n := &mp.core.net
	if err := n.open(g); err != nil {
		return nil, err
	}
	pd := &PollDesc{net: n, fd: fd}
	pd.mu.SetRank(rank.PollDesc)
	for mode := range numPollModes {
		pd.side[mode].timer.Fire = func(g *G, _ *Timer, seq uint64) { pd.expire(g, mode, seq) }
		pd.side[mode].timer.Wakes = func() bool { return pd.side[mode].g != nil }
	}
	g.Parker().lock(&n.mu, LockNetpoll)
	defer n.mu.Unlock()
	if n.descs[fd] != nil {
		return nil, fmt.Errorf("rt: OpenPoll: descriptor %d is open already; share its PollDesc",
			fd)
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

// Wait blocks g until the descriptor may be ready, which is to be tried then. It fails with
// ErrPollClosed, or with os.ErrDeadlineExceeded once the deadline of mode has passed. Only
// one G at a time may wait for each mode.
func (pd *PollDesc) Wait(g *G, mode PollMode) error {
	pd.mine(g)
	g.Parker().enter(&pd.mu, LockPollDesc)
	side := &pd.side[mode]
	if err := pd.check(side); err != nil || side.noted {
		side.noted = false
		pd.mu.Unlock()
		return err
	}
	if side.g != nil {
		pd.mu.Unlock()
		throw("PollDesc.Wait: G %d already waits to %s descriptor %d; only one may",
			side.g.id, mode, pd.fd)
	}
	side.g = g
	pd.net.waiters.Add(1)
	g.Parker().ParkUnlock(WaitIO, &pd.mu)
	pd.net.waiters.Add(-1)
	g.Parker().lock(&pd.mu, LockPollDesc)
	defer pd.mu.Unlock()
	return pd.check(side)
}

// Err returns what Wait would fail with now, or nil. It is to be asked before the first try.
func (pd *PollDesc) Err(g *G, mode PollMode) error {
	pd.mine(g)
	g.Parker().enter(&pd.mu, LockPollDesc)
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

// notify is what the kernel's event does; it adds the Gs to be readied to list. n counts the
// lock.
func (pd *PollDesc) notify(list *GList, ev host.PollEvent, n *host.Count) {
	pd.mu.LockCounted(n)
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

// NoDeadline is a time for SetDeadline that never comes.
const NoDeadline = 0

// SetDeadline lets waits for mode fail from when on, by host.Nanotime: those under way, too.
func (pd *PollDesc) SetDeadline(g *G, mode PollMode, when int64) error {
	pd.mine(g)
	g.Parker().enter(&pd.mu, LockPollDesc)
	side := &pd.side[mode]
	if pd.closed {
		pd.mu.Unlock()
		return ErrPollClosed
	}
	now := host.Nanotime()
	var list GList
	side.late = when != NoDeadline && when <= now
	if side.late {
		side.take(&list)
	}
	if when != NoDeadline && !side.late {
		side.started = true
		side.timer.Start(g, when)
	} else if side.started {
		side.timer.Stop(g)
	}
	pd.mu.Unlock()
	g.m.readyAll(&list)
	return nil
}

// expire is called when the deadline of mode has come. If a later SetDeadline took it back
// it does nothing.
func (pd *PollDesc) expire(g *G, mode PollMode, seq uint64) {
	var list GList
	g.Parker().lock(&pd.mu, LockPollDesc)
	side := &pd.side[mode]
	// seq is read under mu, under which every Start and Stop of ours happens.
	if seq == side.timer.seq && !pd.closed {
		side.late = true
		side.take(&list)
	}
	pd.mu.Unlock()
	g.m.readyAll(&list)
}

// Close ends all waits, which fail with ErrPollClosed. A second Close fails with it, too.
func (pd *PollDesc) Close(g *G) error {
	pd.mine(g)
	g.Parker().enter(&pd.mu, LockPollDesc)
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
	g.Parker().lock(&n.mu, LockNetpoll)
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
