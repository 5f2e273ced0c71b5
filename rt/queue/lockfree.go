package queue

import "schedlab/host"

// LockFree is an unbounded FIFO that any thread may use at any time without a lock. A
// thread that is stopped in the middle of an operation stops no other thread. Any thread
// may execute all methods. Make it with [NewLockFree].
//
// Nouns: a queue is a chain of nodes. head points to the node whose element was taken
// last, at first to a node without an element. The first element is in the node after
// that. The last node is the one without a next. tail points to it, or to one before it.
//
// Source: Michael and Scott, "Simple, Fast, and Practical Non-Blocking and Blocking
// Concurrent Queue Algorithms", PODC 1996. Two deviations, both because a garbage
// collector keeps every node that a thread can still reach:
//
//   - Theirs needs counted pointers against ABA, the reuse of a node between a thread's
//     load and its CAS. No node is used twice here.
//   - In theirs a get helps tail along, because a tail left behind head would point to
//     a freed node. Here such a tail still leads to the end of the chain, so a get need
//     not look at tail at all.
//
// Why it is hard: a put changes two words, the last node's next and tail, and other
// threads run in between. Two approaches were rejected:
//
//   - To swap tail first and link afterwards (Vyukov's MPSC queue). One put that is
//     stopped in between hides all later elements, so it is not lock-free.
//
//   - To link elements through their own [Link]. An element that is put again while a
//     slow get still reads its link is ABA, and costs an element.
//
// # Put and get
//
//	Put                                  Get
//	1. load tail, and the node's next    1. load head, and the node's next
//	2. next is there: CAS tail to it     2. no next: empty
//	   and go to 1                       3. CAS head to the next node; go to 1
//	3. CAS the node's next from nil to      if it fails
//	   the new node; go to 1 if it fails 4. the element is that node's
//	4. CAS tail to the new node; if that
//	   fails another thread did it
//
// Proof sketch. A put happens at step 3 of Put, a get at step 3 of Get.
//
//   - A node's next goes from nil to a node once and stays. So there is one chain, which
//     only grows, at its end.
//   - tail moves along the chain. So step 2 of Put gets from tail to the end, and step 3
//     appends there and nowhere else.
//   - head moves along the chain by one node at a time. So each node's element is taken
//     once and in order.
//   - Step 2 of Get answers for the moment of its load of next. That node was the last
//     then, and head, which never passes the last, was on it.
//   - A step 3 fails only because another one succeeded, and each put leaves one step 2
//     to do for others. So some thread always gets on.
//
// Its price: an allocation per put (24 bytes and their collection), one word on which
// all threads that put meet, and one for all threads that get. The element taken last
// stays reachable.
type LockFree[T any] struct {
	head host.Pointer[node[T]]
	_    [CacheLine]byte // a get writes head, a put tail
	tail host.Pointer[node[T]]
}

type node[T any] struct {
	x    *T // not written after step 3 of Put
	next host.Pointer[node[T]]
	// seq numbers the nodes of a chain, so that the length is a difference. A counter
	// would be a third word for all threads to meet on. Not written after step 3 of Put.
	seq uint64
}

// NewLockFree returns an empty queue.
func NewLockFree[T any]() *LockFree[T] {
	q, first := &LockFree[T]{}, &node[T]{}
	q.head.Store(first)
	q.tail.Store(first)
	return q
}

// last is steps 1 and 2 of Put. It returns the node that was the last of the chain at the
// moment of the load of its next.
func (q *LockFree[T]) last() *node[T] {
	for {
		tail := q.tail.Load()
		next := tail.next.Load()
		if next == nil {
			return tail
		}
		q.tail.CompareAndSwap(tail, next)
	}
}

// Put adds x at the tail.
func (q *LockFree[T]) Put(x *T) {
	added := &node[T]{x: x}
	for {
		tail := q.last()
		added.seq = tail.seq + 1
		if tail.next.CompareAndSwap(nil, added) {
			q.tail.CompareAndSwap(tail, added)
			return
		}
	}
}

// Get takes the element at the head; nil if there is none.
func (q *LockFree[T]) Get() *T {
	for {
		head := q.head.Load()
		next := head.next.Load()
		if next == nil {
			return nil
		}
		if q.head.CompareAndSwap(head, next) {
			return next.x
		}
	}
}

// Empty says whether there were no elements at one moment of the call.
func (q *LockFree[T]) Empty() bool { return q.head.Load().next.Load() == nil }

// Len returns the number of elements at one moment of the call. It begins again when
// head moves meanwhile, so it may take long beside threads that get fast.
func (q *LockFree[T]) Len() int {
	for {
		head := q.head.Load()
		last := q.last()
		// The last node was the last while head was unmoved: one moment.
		if head == q.head.Load() {
			return int(last.seq - head.seq)
		}
	}
}
