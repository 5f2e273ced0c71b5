package gsync

import "schedlab/rt"

// Case is one alternative of a [Select], made by OnSend or OnRecv. A case to
// receive may be used again and again; one to send holds its value for one
// Select, and a second one panics. The zero Case is never ready.
type Case struct {
	ch   channel // nil: a nil channel
	send bool
	to   any   // to receive: *T, where to put the value, or nil
	ok   *bool // to receive: where to put whether there was one, or nil
	node any   // *node[T]: a send case's value; a receive case's while it waits
}

// OnSend is the case that v is sent. Of a nil channel it is never ready.
func (c *Chan[T]) OnSend(v T) Case {
	if c == nil {
		return Case{}
	}
	n := c.newBox()
	n.value, n.lent = v, true
	return Case{ch: c, send: true, node: n}
}

// OnRecv is the case that a value is received: it goes to *v, and to *ok that
// it is none because the channel is closed. Either pointer may be nil. Of a nil
// channel the case is never ready.
func (c *Chan[T]) OnRecv(v *T, ok *bool) Case {
	if c == nil {
		return Case{}
	}
	return Case{ch: c, to: v, ok: ok}
}

// newBox is newNode without the lock, and for native channels too.
func (c *Chan[T]) newBox() *node[T] {
	if c.native != nil {
		return c.boxes.Get().(*node[T])
	}
	c.mu.Lock() // no G to count for
	n := c.newNode()
	c.mu.Unlock()
	return n
}

// Select waits until at least one of cases can go on, does one of those, each
// with the same probability, and returns its index. The same channel may be in
// several cases. Without a case that can ever be ready it blocks for ever.
//
// # Select
//
// All channels are locked together, in the order of their creation, and stay so
// while the cases are looked at and, if none is ready, queued. Looking at one
// after the other would not do. Two selects, one with "send on a, receive from
// b" and one with "receive from a, send on b", would each find the other's
// first case while it is itself to be had by a third; it would have to win two
// claims at once, its own and the other's. And "no case is ready" would be an
// answer about several moments, not one.
//
//	Select (G)                              who finds a node of it, under a
//	                                        channel's lock
//	1. lock all channels
//	2. a case is ready: do it, unlock,      1. take the node off the queue
//	   done                                 2. claim: CAS claimed from false to
//	3. lock parked                             true; lost: try the next node
//	4. put a node on each channel           3. put or take the value, and say
//	5. unlock all channels                     which case it was
//	6. ParkUnlock: leave the stack, then    4. unlock the channel
//	   unlock parked                        5. lock and unlock parked
//	7. lock all channels                    6. Ready(G)
//	8. take off the nodes that are left,
//	   recycle nodes and selection
//	9. unlock all channels
//
// Claimed once: of all who find nodes of one selection, under different locks,
// the CAS lets one through (B07: with load and store, two). G itself needs no
// claim at 2, since no node of it is on a queue yet; hence no select ever has to
// win two, nor meets itself.
//
// Resumed once it has left: channels are unlocked at 5, before G has left its
// stack, but Ready comes after 5 on the right, which waits for 6 on the left
// (B06). One lock for this, and not Park with a commit that unlocks all, since
// ParkUnlock goes straight to the next G's stack.
//
// Claimed in its own time: whoever touches a selection has found it through a
// queued node, under that channel's lock; the winner, up to Ready. After 8 there
// is no such node, so a selection may be used again without a generation number
// (B31). At 4 claimed is set back to false while all channels are locked, so
// that no claim of the last use can meet it either.
func Select(g *rt.G, cases ...Case) int {
	if g.Native() {
		return selectNative(cases, blocking)
	}
	return selectG(g, cases, blocking)
}

// SelectOrDefault is Select without waiting: it returns -1 if, at one moment,
// no case was ready.
func SelectOrDefault(g *rt.G, cases ...Case) int {
	if g.Native() {
		return selectNative(cases, polling)
	}
	return selectG(g, cases, polling)
}

// What a Select does while no case is ready.
const (
	blocking = true
	polling  = false
)

func selectG(g *rt.G, cases []Case, block bool) int {
	g.Checkpoint()
	home := firstHub(cases)
	if home == nil {
		if block {
			forever(g, rt.WaitSelect)
		}
		return -1
	}
	p := g.Parker()
	s := begin(p, home, cases)
	i, partner := s.poll()
	if i < 0 && block {
		i = s.wait(p)
	}
	refused := i >= 0 && s.cases[i].ch.refused(&s.cases[i])
	s.end()
	if partner != nil {
		partner.ready(p)
	}
	if refused {
		throw("Select: send on closed channel")
	}
	return i
}
