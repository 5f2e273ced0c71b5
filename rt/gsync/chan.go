package gsync

import (
	"math"
	"sync"
	"unsafe"

	"schedlab/rt"
	"schedlab/rt/rank"
)

// Chan is a channel of Gs. It means what a Go channel means. Values, waiting senders and waiting
// receivers are served first in, first out. On a nil *Chan, Send and Recv block for ever. Sending
// on a closed channel panics, and so does closing a closed or a nil one.
//
// A sender that finds a receiver waiting writes the value into the receiver's node and readies
// it. A receiver that finds a sender waiting reads the value from the sender's node. So an
// unbuffered channel copies a value twice, from sender to node and from node to receiver, and
// wakes one G a message. A buffered one copies it twice, or three times if the sender had to wait
// for room. The receiver that makes room then moves the first sender's value into the buffer,
// where no other can overtake it.
type Chan[T any] struct {
	native chan T     // for native Gs; the rest is then unused
	boxes  *sync.Pool // of *node[T], for native send cases

	hub
	buf          []T // a ring
	head, n      int // first value, number of values
	recvq, sendq waitq[T]
	free         *node[T]
}

// NewChan makes a channel with room for capacity values; 0 makes it unbuffered. It panics if
// capacity is negative or its bytes overflow an int.
func NewChan[T any](g *rt.G, capacity int) *Chan[T] {
	if capacity < 0 {
		throw("NewChan: the capacity is %d; it must be 0 (unbuffered) or more", capacity)
	}
	var v T
	if size := int(unsafe.Sizeof(v)); size > 0 && capacity > math.MaxInt/size {
		throw("NewChan: %d values of %d bytes overflow an int", capacity, size)
	}
	if g.Native() {
		boxes := &sync.Pool{New: func() any { return new(node[T]) }}
		return &Chan[T]{native: make(chan T, capacity), boxes: boxes}
	}
	c := &Chan[T]{buf: make([]T, capacity)}
	c.order = hubs.Add(1)
	c.mu.SetRankNth(rank.Chan, c.order)
	return c
}

// goChan is the channel of a native G; nil, as in Go, of a nil Chan.
func (c *Chan[T]) goChan() chan T {
	if c == nil {
		return nil
	}
	return c.native
}

// Send passes v on, and blocks until it can.
func (c *Chan[T]) Send(g *rt.G, v T) {
	if g.Native() {
		c.goChan() <- v
		return
	}
	if c == nil {
		forever(g, rt.WaitChanSend)
	}
	p := g.Parker()
	p.Enter(&c.mu)
	c.checkOpen("Send")
	to, done := c.offer(&v)
	if !done {
		c.waitToSend(p, &v)
		return
	}
	c.mu.Unlock()
	if to != nil {
		to.ready(p)
	}
}

// TrySend passes v on if that is possible at once.
func (c *Chan[T]) TrySend(g *rt.G, v T) bool {
	if g.Native() {
		select {
		case c.goChan() <- v:
			return true
		default:
			return false
		}
	}
	if c == nil {
		g.Checkpoint()
		return false
	}
	p := g.Parker()
	p.Enter(&c.mu)
	c.checkOpen("TrySend")
	to, done := c.offer(&v)
	c.mu.Unlock()
	if to != nil {
		to.ready(p)
	}
	return done
}

// checkOpen needs mu, and releases it if it panics.
func (c *Chan[T]) checkOpen(call string) {
	if c.closed {
		c.mu.Unlock()
		throw("Chan.%s: send on closed channel", call)
	}
}

// offer gives *v to the first waiting receiver, which the caller must then ready, or to the
// buffer. Needs mu. The channel is open.
func (c *Chan[T]) offer(v *T) (to *waiter, done bool) {
	if n := c.recvq.claim(); n != nil {
		n.value, n.ok = *v, true
		return &n.waiter, true
	}
	if c.n == len(c.buf) {
		return nil, false
	}
	c.push(v)
	return nil, true
}

// waitToSend needs mu, and releases it.
func (c *Chan[T]) waitToSend(p rt.Parker, v *T) {
	n := c.borrowNode(p)
	n.g, n.value = p.G(), *v
	c.sendq.put(n)
	p.ParkUnlock(rt.WaitChanSend, &c.mu)
	ok := n.ok
	c.returnNode(p, n)
	if !ok {
		throw("Chan.Send: send on closed channel")
	}
}

// Recv returns the next value, and blocks until there is one. ok is false, and v zero, if the
// channel is closed and empty.
func (c *Chan[T]) Recv(g *rt.G) (v T, ok bool) {
	if g.Native() {
		v, ok = <-c.goChan()
		return
	}
	if c == nil {
		forever(g, rt.WaitChanReceive)
	}
	p := g.Parker()
	p.Enter(&c.mu)
	from, ok, done := c.take(&v)
	if !done {
		return c.waitToRecv(p)
	}
	c.mu.Unlock()
	if from != nil {
		from.ready(p)
	}
	return v, ok
}

// TryRecv returns what Recv would, if that would not block; else done is false.
func (c *Chan[T]) TryRecv(g *rt.G) (v T, ok, done bool) {
	if g.Native() {
		select {
		case v, ok = <-c.goChan():
			return v, ok, true
		default:
			return v, false, false
		}
	}
	if c == nil {
		g.Checkpoint()
		return v, false, false
	}
	p := g.Parker()
	p.Enter(&c.mu)
	from, ok, done := c.take(&v)
	c.mu.Unlock()
	if from != nil {
		from.ready(p)
	}
	return v, ok, done
}

// take sets *v to the next value: from the buffer, or from the first waiting sender, which the
// caller must then ready. Needs mu.
func (c *Chan[T]) take(v *T) (from *waiter, ok, done bool) {
	if c.n > 0 {
		c.pop(v)
		if n := c.sendq.claim(); n != nil {
			c.push(&n.value)
			n.ok = true
			from = &n.waiter
		}
		return from, true, true
	}
	if n := c.sendq.claim(); n != nil {
		*v, n.ok = n.value, true
		return &n.waiter, true, true
	}
	return nil, false, c.closed
}

// waitToRecv needs mu, and releases it.
func (c *Chan[T]) waitToRecv(p rt.Parker) (v T, ok bool) {
	n := c.borrowNode(p)
	n.g = p.G()
	c.recvq.put(n)
	p.ParkUnlock(rt.WaitChanReceive, &c.mu)
	v, ok = n.value, n.ok
	c.returnNode(p, n)
	return v, ok
}

// Close says that nothing will be sent any more. All Gs that wait to receive get ok = false; all
// that wait to send panic.
func (c *Chan[T]) Close(g *rt.G) {
	if g.Native() {
		close(c.goChan())
		return
	}
	if c == nil {
		throw("Chan.Close: close of nil channel")
	}
	p := g.Parker()
	p.Enter(&c.mu)
	if c.closed {
		c.mu.Unlock()
		throw("Chan.Close: close of closed channel")
	}
	c.closed = true
	var all waitq[T]
	c.recvq.claimAll(&all)
	c.sendq.claimAll(&all)
	c.mu.Unlock()
	for n := all.head; n != nil; n = all.head {
		all.remove(n) // before it is its G's again
		n.ready(p)
	}
}

// Len returns how many values are in the buffer at this moment. It need not be called by a G.
func (c *Chan[T]) Len() int {
	if c == nil || c.native != nil {
		return len(c.goChan())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// Cap returns how many values the buffer has room for.
func (c *Chan[T]) Cap() int {
	if c == nil || c.native != nil {
		return cap(c.goChan())
	}
	return len(c.buf)
}

// push puts *v at the end of the buffer, which has room.
func (c *Chan[T]) push(v *T) {
	i := c.head + c.n
	if i >= len(c.buf) {
		i -= len(c.buf)
	}
	c.buf[i] = *v
	c.n++
}

// pop takes the first value of the buffer, which is not empty.
func (c *Chan[T]) pop(v *T) {
	var zero T
	*v, c.buf[c.head] = c.buf[c.head], zero
	c.n--
	if c.head++; c.head == len(c.buf) {
		c.head = 0
	}
}

// borrowNode is newNode, but looks first into the M's scratch slot. A G that returns its node
// there need not lock mu again only for that, which would be a tenth of a round trip between two
// Gs. Needs mu.
func (c *Chan[T]) borrowNode(p rt.Parker) *node[T] {
	found := p.TakeScratch()
	if n, ok := found.(*node[T]); ok {
		return n
	}
	if found != nil { // a node of another type
		p.PutScratch(found)
	}
	return c.newNode()
}

// returnNode ends what borrowNode began, without mu.
func (c *Chan[T]) returnNode(p rt.Parker, n *node[T]) {
	n.clear()
	if p.PutScratch(n) {
		return
	}
	p.Lock(&c.mu)
	c.freeNode(n)
	c.mu.Unlock()
}

// newNode needs mu.
func (c *Chan[T]) newNode() *node[T] {
	n := c.free
	if n == nil {
		return new(node[T])
	}
	c.free, n.next = n.next, nil
	return n
}

// freeNode takes n, which is clear. Needs mu.
func (c *Chan[T]) freeNode(n *node[T]) {
	n.next, c.free = c.free, n
}
