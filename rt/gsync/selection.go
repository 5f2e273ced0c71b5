package gsync

import (
	"cmp"
	"reflect"
	"slices"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/rank"
)

// channel is a *Chan[T] of any T, as a Select sees it. Its methods need the channel's lock, except
// self and use. None is given a pointer to a Case of the caller's, since that would put the
// arguments of every Select on the heap.
type channel interface {
	self() *hub
	// use panics if cs is to send and has been used before.
	use(cs Case)
	// ready says whether try would succeed.
	ready(cs *Case) bool
	// try does cs if it can go on. partner, if not nil, must then be readied.
	try(cs *Case) (partner *waiter, done bool)
	// enlist puts a node for cs on its queue. delist takes it off again and, if cs was the case
	// that another G did, delivers what was received.
	enlist(cs *Case, w waiter)
	delist(cs *Case, won bool)
	// refused says whether cs, which was done, found its channel closed to it.
	refused(cs *Case) bool
	// recycle frees a case's node.
	recycle(box any)

	// For native Gs; they need no lock.
	selectFew(cases [fewCases]Case, block bool) (chosen int, done bool)
	selectSome(cases [someCases]Case, block bool) (chosen int, done bool)
	reflectCase(cs Case) reflect.SelectCase
	deliverReflect(cs Case, v reflect.Value, ok bool)
}

// selection is one Select at work. See "Select" for its protocol.
type selection struct {
	// claimed says that a waiting selection has its winner. Partners: the CASes of the Gs that
	// find its nodes on different channels.
	claimed host.Bool
	winner  int        // the index of the case; written by the G that claimed
	parked  host.Mutex // held until G has left its stack

	cases []Case // a copy, with the nodes
	order []*hub // the channels, each once, as they are locked
	rand  host.Rand
	next  *selection // free list of order[0]
}

// firstHub returns the channel that is locked first, or nil if all are nil.
func firstHub(cases []Case) *hub {
	var first *hub
	for i := range cases {
		cs := &cases[i]
		if cs.ch == nil {
			continue
		}
		cs.ch.use(*cs)
		if h := cs.ch.self(); first == nil || h.order < first.order {
			first = h
		}
	}
	return first
}

// begin locks all channels of cases, home first, and takes a selection from home's free list,
// which home's lock guards.
func begin(p rt.Parker, home *hub, cases []Case) *selection {
	p.Lock(&home.mu)
	s := home.idle
	if s == nil {
		s = new(selection)
		s.parked.SetRank(rank.Selection)
		s.rand.Seed(p.G().ID(), home.order)
	} else {
		home.idle, s.next = s.next, nil
	}
	s.cases = append(s.cases, cases...)
	for i := range cases {
		if ch := cases[i].ch; ch != nil {
			s.order = append(s.order, ch.self())
		}
	}
	slices.SortFunc(s.order, func(a, b *hub) int { return cmp.Compare(a.order, b.order) })
	s.order = slices.Compact(s.order)
	s.lock(p, s.order[1:])
	return s
}

func (s *selection) lock(p rt.Parker, hubs []*hub) {
	for _, h := range hubs {
		p.Lock(&h.mu)
	}
}

func (s *selection) unlock(hubs []*hub) {
	for _, h := range hubs {
		h.mu.Unlock()
	}
}

// poll does one of the cases that can go on; -1 if there is none. partner, if not nil, must be
// readied once all is unlocked.
func (s *selection) poll() (i int, partner *waiter) {
	for {
		i := s.choose()
		if i < 0 {
			return -1, nil
		}
		cs := &s.cases[i]
		if partner, done := cs.ch.try(cs); done {
			return i, partner
		}
		// The partner was itself in a Select, and another channel has claimed it since. It is
		// off the queue now, so the loop comes to an end.
	}
}

// choose returns one of the cases that are ready, each with the same chance.
func (s *selection) choose() int {
	chosen, ready := -1, uint32(0)
	for i := range s.cases {
		cs := &s.cases[i]
		if cs.ch == nil || !cs.ch.ready(cs) {
			continue
		}
		// The n-th displaces the one before with probability 1/n.
		if ready++; ready == 1 || s.rand.Uint32()%ready == 0 {
			chosen = i
		}
	}
	return chosen
}

// wait is steps 3 to 8 of Select in 'Select'. It returns the case that another G did.
func (s *selection) wait(p rt.Parker) int {
	s.claimed.Store(false) // no other G knows s yet
	p.Lock(&s.parked)
	for i := range s.cases {
		if cs := &s.cases[i]; cs.ch != nil {
			cs.ch.enlist(cs, waiter{g: p.G(), sel: s, i: i})
		}
	}
	s.unlock(s.order)
	p.ParkUnlock(rt.WaitSelect, &s.parked)
	s.lock(p, s.order)
	for i := range s.cases {
		if cs := &s.cases[i]; cs.ch != nil {
			cs.ch.delist(cs, i == s.winner)
		}
	}
	return s.winner
}

// end recycles all and unlocks the channels, home last: once that is unlocked, another G may have
// s.
func (s *selection) end() {
	for i := range s.cases {
		if cs := &s.cases[i]; cs.node != nil {
			cs.ch.recycle(cs.node)
		}
	}
	home := s.order[0]
	s.unlock(s.order[1:])
	clear(s.cases)
	clear(s.order)
	s.cases, s.order = s.cases[:0], s.order[:0]
	s.next, home.idle = home.idle, s
	home.mu.Unlock()
}

// claim makes case i the winner, unless there is one.
func (s *selection) claim(i int) bool {
	if !s.claimed.CompareAndSwap(false, true) {
		return false
	}
	s.winner = i
	return true
}

// awaitParked returns once the selection's G has left its stack.
func (s *selection) awaitParked(p rt.Parker) {
	p.Lock(&s.parked)
	s.parked.Unlock()
}

func (c *Chan[T]) use(cs Case) {
	if !cs.send {
		return
	}
	n := cs.node.(*node[T])
	if !n.lent {
		throw("Select: a case to send is used for a second time; " +
			"make one with OnSend for each Select")
	}
	n.lent = false
}

func (c *Chan[T]) ready(cs *Case) bool {
	if cs.send {
		return c.closed || c.n < len(c.buf) || c.recvq.waits()
	}
	return c.closed || c.n > 0 || c.sendq.waits()
}

func (c *Chan[T]) try(cs *Case) (partner *waiter, done bool) {
	if !cs.send {
		var v T
		partner, ok, done := c.take(&v)
		if done {
			c.deliver(cs, v, ok)
		}
		return partner, done
	}
	n := cs.node.(*node[T])
	if n.ok = !c.closed; !n.ok {
		return nil, true
	}
	return c.offer(&n.value)
}

func (c *Chan[T]) enlist(cs *Case, w waiter) {
	if cs.send {
		n := cs.node.(*node[T])
		n.waiter = w
		c.sendq.put(n)
		return
	}
	n := c.newNode()
	n.waiter = w
	cs.node = n
	c.recvq.put(n)
}

func (c *Chan[T]) delist(cs *Case, won bool) {
	n := cs.node.(*node[T])
	switch {
	case n.queued && cs.send:
		c.sendq.remove(n)
	case n.queued:
		c.recvq.remove(n)
	case won && !cs.send:
		c.deliver(cs, n.value, n.ok)
	}
}

func (c *Chan[T]) refused(cs *Case) bool { return cs.send && !cs.node.(*node[T]).ok }

func (c *Chan[T]) recycle(box any) {
	n := box.(*node[T])
	if c.native == nil {
		n.clear()
		c.freeNode(n)
		return
	}
	var zero T
	n.value = zero
	c.boxes.Put(n)
}

// deliver puts what was received where the case wants it.
func (c *Chan[T]) deliver(cs *Case, v T, ok bool) {
	if to := cs.to.(*T); to != nil {
		*to = v
	}
	if cs.ok != nil {
		*cs.ok = ok
	}
}
