package gsync

import (
	"math"
	"sync"
	"unsafe"

	"schedlab/rt"
	"schedlab/rt/rank"
)

// Chan is a channel of Gs. It means what a Go channel means: FIFO for values,
// for waiting senders and for waiting receivers; on a nil *Chan, Send and Recv
// block for ever; sending on a closed channel and closing a closed or nil one
// panic.
//
// A sender that finds a receiver waiting writes the value into the receiver's
// node and readies it; a receiver that finds a sender waiting reads the value
// from the sender's node. So an unbuffered channel copies a value twice, from
// sender to node and from node to receiver, and wakes one G a message. A
// buffered one copies it twice, and a third time if the sender had to wait for
// room: the receiver that makes room moves the value of the first sender into
// the buffer, whence nobody can overtake it.
type Chan[T any] struct {
	native chan T     // for native Gs; the rest is then unused
	boxes  *sync.Pool // of *node[T], for native send cases

	hub
	buf          []T // a ring
	head, n      int // first value, number of values
	recvq, sendq waitq[T]
	free         *node[T]
}

// NewChan makes a channel with room for capacity values; 0 makes it unbuffered.
// It panics if capacity is negative or its bytes cannot be counted.
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
	g.Enter(&c.mu)
	c.checkOpen("Send")
	to, done := c.offer(&v)
	if !done {
		c.waitToSend(g, &v)
		return
	}
	c.mu.Unlock()
	if to != nil {
		to.ready(g)
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
	g.Enter(&c.mu)
	c.checkOpen("TrySend")
	to, done := c.offer(&v)
	c.mu.Unlock()
	if to != nil {
		to.ready(g)
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

// offer gives *v to the first waiting receiver, which the caller must then
// ready, or to the buffer. Needs mu. The channel is open.
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
func (c *Chan[T]) waitToSend(g *rt.G, v *T) {
	n := c.borrowNode(g)
	n.g, n.value = g, *v
	c.sendq.put(n)
	g.ParkUnlock(rt.WaitChanSend, &c.mu)
	ok := n.ok
	c.returnNode(g, n)
	if !ok {
		throw("Chan.Send: send on closed channel")
	}
}

// Recv returns the next value, and blocks until there is one. ok is false, and
// v zero, if the channel is closed and empty.
func (c *Chan[T]) Recv(g *rt.G) (v T, ok bool) {
	if g.Native() {
		v, ok = <-c.goChan()
		return
	}
	if c == nil {
		forever(g, rt.WaitChanReceive)
	}
	g.Enter(&c.mu)
	from, ok, done := c.take(&v)
	if !done {
		return c.waitToRecv(g)
	}
	c.mu.Unlock()
	if from != nil {
		from.ready(g)
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
	g.Enter(&c.mu)
	from, ok, done := c.take(&v)
	c.mu.Unlock()
	if from != nil {
		from.ready(g)
	}
	return v, ok, done
}

// take sets *v to the next value: from the buffer, or from the first waiting
// sender, which the caller must then ready. Needs mu.
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
func (c *Chan[T]) waitToRecv(g *rt.G) (v T, ok bool) {
	n := c.borrowNode(g)
	n.g = g
	c.recvq.put(n)
	g.ParkUnlock(rt.WaitChanReceive, &c.mu)
	v, ok = n.value, n.ok
	c.returnNode(g, n)
	return v, ok
}

// Close says that nothing will be sent any more. All who wait to receive get
// ok = false; all who wait to send panic.
func (c *Chan[T]) Close(g *rt.G) {
	if g.Native() {
		close(c.goChan())
		return
	}
	if c == nil {
		throw("Chan.Close: close of nil channel")
	}
	g.Enter(&c.mu)
	if c.closed {
		c.mu.Unlock()
		throw("Chan.Close: close of closed channel")
	}
	c.closed = true
	var all waitq[T]
	c.recvq.claimAll(&all, false)
	c.sendq.claimAll(&all, false)
	c.mu.Unlock()
	for n := all.head; n != nil; n = all.head {
		all.remove(n) // before it is its G's again
		n.ready(g)
	}
}

// Len returns how many values are in the buffer at this moment. Anybody may
// call it, even who is not a G.
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

// borrowNode is newNode, but looks first into the M's scratch slot: a G that
// returns its node there need not take mu again only for that, which would be a
// tenth of a round trip between two Gs. Needs mu.
func (c *Chan[T]) borrowNode(g *rt.G) *node[T] {
	slot := g.Scratch()
	if n, ok := (*slot).(*node[T]); ok {
		*slot = nil
		return n
	}
	return c.newNode()
}

// returnNode ends what borrowNode began, without mu.
func (c *Chan[T]) returnNode(g *rt.G, n *node[T]) {
	if slot := g.Scratch(); *slot == nil {
		n.clear()
		*slot = n
		return
	}
	c.mu.LockCounted(g.Count())
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

// freeNode needs mu.
func (c *Chan[T]) freeNode(n *node[T]) {
	n.clear()
	n.next, c.free = c.free, n
}
