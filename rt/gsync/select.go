package gsync

import "schedlab/rt"

// Case is one alternative of a [Select], made by OnSend or OnRecv. A case to receive may be used
// again and again. A case to send holds its value for one Select; a second Select with it panics.
// The zero Case is never ready.
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

// OnRecv is the case that a value is received: it goes to *v, and true to *ok. If the channel is
// closed they get zero and false. Either pointer may be nil. Of a nil channel the case is never
// ready.
func (c *Chan[T]) OnRecv(v *T, ok *bool) Case {
	if c == nil {
		return Case{}
	}
	return Case{ch: c, to: v, ok: ok}
}

// newBox is newNode for callers that do not hold mu, and for native channels too.
func (c *Chan[T]) newBox() *node[T] {
	if c.native != nil {
		return c.boxes.Get().(*node[T])
	}
	c.mu.Lock() // there is no G to count for
	n := c.newNode()
	c.mu.Unlock()
	return n
}

// Select waits until at least one of cases can go on, does one of those, each with the same
// probability, and returns its index. The same channel may be in several cases. Without a case
// that can ever be ready it blocks for ever.
//
// # Select
//
// All channels are locked together, in the order of their creation. They stay locked while the
// cases are looked at and, if none is ready, queued. To look at one channel after the other would
// not do, for two reasons. First, let one Select "send on a, receive from b" and another "receive
// from a, send on b". Each would find the other's first case while a third G can have it itself,
// and so it would have to win two claims at once, its own and the other's. Second, "no case is
// ready" would be an answer about several moments, not about one.
//
//	Select (G)                              a G that finds a node of it, under
//	                                        a channel's lock
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
// Claimed once: several Gs may find nodes of one selection, under different locks, and the CAS
// lets one of them through. Load and store would let two through, as Go did until CL 180068 of
// 2009. G itself needs no claim at 2, since no node of it is on a queue yet. Hence no Select ever
// has to win two claims, nor meets itself.
//
// Resumed once it has left: channels are unlocked at 5, before G has left its stack. But Ready
// comes after 5 on the right, which waits for 6 on the left. There is one lock for this, and not
// a Park with a commit that unlocks all, since ParkUnlock goes straight to the next G's stack.
//
// Claimed in its own time: a G that touches a selection has found it through a queued node, under
// that channel's lock. The winner goes on to touch it, up to Ready. After 8 there is no such
// node, so a selection may be used again without a generation number. In Go issue 17007 the word
// that is claimed moved while nodes were queued. Here the field claimed is set back to false before
// 3, while all channels are locked, so no claim of the last use can meet it either.
func Select(g *rt.G, cases ...Case) int {
	if g.Native() {
		return selectNative(cases, blocking)
	}
	return selectG(g, cases, blocking)
}

// SelectOrDefault is Select without waiting: it returns -1 if, at one moment, no case was ready.
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
