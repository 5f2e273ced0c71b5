package gsync

import (
	"schedlab/host"
	"schedlab/rt"
)

// waiter is what a G leaves behind on a channel while it waits: the part of a node that does not
// depend on the type of the values.
type waiter struct {
	g    *rt.G
	sel  *selection // the waiter is one of its cases; nil: g waits for this alone
	i    int        // index of that case
	ok   bool       // the answer: a value was passed; false: the channel was closed
	lent bool       // a send case holds the node and no Select has had it yet
}

// ready ends the wait, after the channel's lock has been released. w belongs to its G again when
// this returns.
func (w *waiter) ready(p rt.Parker) {
	if w.sel != nil {
		w.sel.awaitParked(p)
	}
	p.Ready(w.g)
}

// node is a waiter and its value: what it sends, or what it is given. A G that is blocked in a
// Select has one for each case. Nodes are recycled by their channel.
type node[T any] struct {
	waiter
	prev, next *node[T] // on a waitq; next alone on a free list
	queued     bool
	value      T
}

// clear makes n ready for another use. The value goes, so that n keeps nothing alive that it
// refers to.
func (n *node[T]) clear() {
	var zero T
	n.waiter, n.value = waiter{}, zero
}

// waitq is a FIFO of nodes. The lock of its channel guards it. It is doubly linked so that a
// Select can leave from the middle in O(1): a thousand Gs may wait on one popular channel.
type waitq[T any] struct {
	head, tail *node[T]
}

func (q *waitq[T]) put(n *node[T]) {
	n.prev, n.next, n.queued = q.tail, nil, true
	if q.tail == nil {
		q.head = n
	} else {
		q.tail.next = n
	}
	q.tail = n
}

func (q *waitq[T]) remove(n *node[T]) {
	if n.prev == nil {
		q.head = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		q.tail = n.prev
	} else {
		n.next.prev = n.prev
	}
	n.prev, n.next, n.queued = nil, nil, false
}

// claim takes the first waiter that can still be had; nil if there is none. The caller must answer
// it and ready it.
func (q *waitq[T]) claim() *node[T] {
	for n := q.head; n != nil; n = q.head {
		q.remove(n)
		if n.sel == nil || n.sel.claim(n.i) {
			return n
		}
	}
	return nil
}

// waits says whether a waiter can be had, at this moment: another channel may claim its G before
// claim does.
func (q *waitq[T]) waits() bool {
	for q.head != nil && q.head.sel != nil && q.head.sel.claimed.Load() {
		q.remove(q.head)
	}
	return q.head != nil
}

// claimAll takes all waiters that can be had. Their answer is that the channel is closed.
func (q *waitq[T]) claimAll(to *waitq[T]) {
	for n := q.claim(); n != nil; n = q.claim() {
		n.ok = false
		to.put(n)
	}
}

// hub is the part of a channel that does not depend on the type of its values.
type hub struct {
	mu     host.Mutex
	closed bool
	order  uint64     // place in the order in which a Select locks
	idle   *selection // free list
}

func (h *hub) self() *hub { return h }

// hubs counts channels. Creation gives the order, and not the address, so that a run that is
// repeated step by step takes its locks in the same order.
var hubs host.Uint64
