package queue

import "schedlab/host"

// Ring is the run queue of a P: a FIFO ring of fixed size and, before its head,
// one slot called runnext. The owner puts at the tail and takes at the head
// like everybody else: it is not a deque. The zero Ring is empty; a Ring must
// not be copied.
//
// Ring's own methods are the owner's: executed by one thread at a time, and
// handed from thread to thread only by something that synchronizes. What
// everybody may do is in [Thief].
//
// Nouns: head and tail count all elements ever taken from and put into the
// ring; they wrap at 2^32, and an element's slot is its count modulo the size.
// runnext holds the element to run next, ahead of the ring: what was just
// readied by the running one, and inherits its time slice. To grab is to copy a
// batch of elements and make them one's own with one CAS on the head. To steal
// is to grab, publish in one's own ring all but one, and return that one.
//
// Source: runqput, runqget, runqgrab, runqsteal, runqdrain, runqempty of Go's
// runtime (runtime/proc.go, since 1.1; Vyukov, "Scalable Go Scheduler Design Doc",
// 2012). Deviations: a failed grab is answered with [Lost] instead of tried
// again in the queue, and [Empty] from Steal holds for one moment of the call;
// waiting a little before a running P's runnext is taken is the thief's
// business, see [Thief.StealNext]; elements are not shuffled under -race.
//
// # Why it is hard
//
// The owner reuses slots, so a slow thief reads slots that no longer hold what
// its head says; several thieves and the owner take at the same end; and
// elements go to and fro between runnext and the ring, so no single word says
// that there is nothing.
//
// # Rejected
//
//   - A deque, owner LIFO and thieves FIFO (Chase and Lev 2005): a G at the
//     bottom waits for ever, and a batch cannot be taken with one CAS, since the
//     owner takes at the other end without one (crossbeam issue 148).
//   - Grab copies after its CAS: the owner's next put reuses the slots meanwhile.
//   - Resetting head and tail to 0 when empty: a thief's CAS on an old head
//     succeeds (hxcoro issue 82).
//   - Slots with an order of their own: a slow thief may read a slot while the
//     owner writes the next round's element, but its CAS then fails and what it
//     read is thrown away. The order of those that succeed comes from head and
//     tail alone, so [host.Relaxed] is enough.
//   - Clearing a slot when its element is taken: one more store per element, and a
//     thief may not do it, since after its CAS the slot is the owner's to write. So a ring keeps at most its size of elements reachable after
//     they were taken; a run queue's elements are used again anyway.
//
// # Protocol
//
//	owner: Put at the tail             anybody: take n from the head
//	1. load head; full if tail-head    1. load head
//	   is the size                     2. load tail; empty if equal; n at most
//	2. store the slot of tail             tail-head
//	3. store tail+1: published         3. load the n slots from head on
//	                                   4. CAS head to head+n; lost if it fails
//
//	owner: Put with next               anybody: take runnext
//	1. swap x into runnext             1. load runnext
//	2. put what was there, if          2. CAS it to nil (owner: swap with nil,
//	   anything, at the tail              since only the owner puts there)
//
// Tail's store pairs with load 2 and carries the slot's store to load 3. Head's
// CAS 4 pairs with load 1, and carries load 3 before the owner's next store there.
//
// # Proof sketch
//
// Each element is taken once: let a take's CAS succeed. Then head did not move
// between its load and its CAS (to come back to the same number it would have to
// count 2^32 elements in between). While head stands, the slots from head to
// head+n were written before tail was published past them (2 before 3 on the
// left, 2 before 3 on the right), and put does not write them again: step 1
// stops it when tail would come round to head, and the head it loads is at most
// the true one. So what was read is what is there, and the CAS gives it to one.
//
// Empty is true for one moment: head is loaded before tail and never passes it,
// so head equal to tail was so when tail was loaded.
//
// # Two moments
//
// Some calls do their work at two moments, and have elements in hands between
// them, where nobody sees them: a steal (grab, publish), a put with next (swap,
// put at the tail), an overflow (take half, PutBatch of the sink) and a drain
// (runnext, ring). So Len and Empty err towards empty by what somebody has in
// hands; an idle thread may rely on Empty only because whoever has elements in
// hands is awake and will look for idle threads, or run them. Go says of its
// runqempty that it never returns true spuriously; this is where it does:
// runnext is taken by a thief while its predecessor is on its way to the tail.
//
// # Leaves out
//
// Priorities; more than one runnext; LIFO.
type Ring[T any] struct {
	// The thieves' line: the owner writes it too when it takes.
	head host.Uint32
	_    [CacheLine]byte
	// The owner's line. Thieves read it, and write runnext in the last resort.
	tail    host.Uint32
	runnext host.Pointer[T]
	_       [CacheLine]byte
	slots   [ringCap]host.Relaxed[T] // the first ringSize are in use
	// batch is the owner's, for what leaves the ring by PutBatch of an Overflow.
	// It is here because passing it through an interface would put it on the heap.
	batch [ringCap/2 + 1]*T
}

// ringCap is the size in the real build.
const ringCap = 256

// ringSize is the size: a power of two, so that counts may wrap. It is
// compiled into a constant.
func ringSize() uint32 { return uint32(host.Cap(ringCap, 4)) }

func (r *Ring[T]) slot(i uint32) *host.Relaxed[T] { return &r.slots[i&(ringSize()-1)] }

// StartAt makes r, which is empty and not in use, count from i on: for tests that are
// to cross the wrap-around of the counts.
func (r *Ring[T]) StartAt(i uint32) {
	r.head.Store(i)
	r.tail.Store(i)
}

// Put adds x at the tail. If the ring is full, the half of it at the head and x
// go to over in one batch. Executed only by the owner.
func (r *Ring[T]) Put(x *T, over Overflow[T]) {
	for !r.putTail(x) {
		if r.spill(x, over) {
			return
		}
		// A thief made room after we looked.
	}
}

// PutNext makes x runnext. A former runnext goes to the tail, as with Put.
// Executed only by the owner.
func (r *Ring[T]) PutNext(x *T, over Overflow[T]) {
	if former := r.runnext.Swap(x); former != nil {
		r.Put(former, over)
	}
}

func (r *Ring[T]) putTail(x *T) bool {
	t := r.tail.Load()
	if t-r.head.Load() == ringSize() {
		return false
	}
	r.slot(t).Store(x)
	r.tail.Store(t + 1)
	return true
}

// spill takes half of a full ring and gives it and x to over. It reports false
// if the ring is no longer full.
func (r *Ring[T]) spill(x *T, over Overflow[T]) bool {
	h := r.head.Load()
	if r.tail.Load()-h != ringSize() {
		return false
	}
	n := ringSize() / 2
	for i := range n {
		r.batch[i] = r.slot(h + i).Load()
	}
	if !r.head.CompareAndSwap(h, h+n) {
		return false
	}
	r.batch[n] = x
	r.give(over, int(n)+1)
	return true
}

// give passes the first n elements of batch on.
func (r *Ring[T]) give(over Overflow[T], n int) {
	over.PutBatch(r.batch[:n])
	clear(r.batch[:n]) // do not keep them from the garbage collector
}

// Room returns how many elements fit in at the tail. Thieves can only make it
// more. Executed only by the owner.
func (r *Ring[T]) Room() int { return int(ringSize() - (r.tail.Load() - r.head.Load())) }

// PutBatch adds all elements of batch at the tail, in order, and publishes them
// at once. It panics if they are more than [Ring.Room]. Executed only by the
// owner.
func (r *Ring[T]) PutBatch(batch []*T) {
	if len(batch) > r.Room() {
		panic("queue: Ring.PutBatch: the batch is larger than Room")
	}
	t := r.tail.Load()
	for i, x := range batch {
		r.slot(t + uint32(i)).Store(x)
	}
	r.tail.Store(t + uint32(len(batch)))
}

// Get takes runnext if there is one, or else the element at the head; nil if
// there is neither. inherit says that it was runnext: it inherits the time
// slice of what ran before. Executed only by the owner.
func (r *Ring[T]) Get() (x *T, inherit bool) {
	if x := r.takeNext(); x != nil {
		return x, true
	}
	for {
		h := r.head.Load()
		if r.tail.Load() == h {
			return nil, false
		}
		x := r.slot(h).Load()
		if r.head.CompareAndSwap(h, h+1) {
			return x, false
		}
		// A thief took it: everything is one step further.
	}
}

// takeNext is the owner's way to take runnext. The load spares an empty runnext
// the swap; what is there after it can be gone at the swap, but not replaced.
func (r *Ring[T]) takeNext() *T {
	if r.runnext.Load() == nil {
		return nil
	}
	return r.runnext.Swap(nil)
}

// Drain takes everything and gives it to to, runnext first, in batches of at
// most half a ring and one. It returns the number of elements. Executed only by
// the owner, or by who has stopped it.
func (r *Ring[T]) Drain(to Overflow[T]) int {
	n := 0
	if x := r.takeNext(); x != nil {
		r.batch[0] = x
		n = 1
	}
	h, t := r.takeAll()
	total := n + int(t-h)
	for ; h != t; h++ {
		if n == int(ringSize()/2)+1 {
			r.give(to, n)
			n = 0
		}
		r.batch[n] = r.slot(h).Load()
		n++
	}
	if n > 0 {
		r.give(to, n)
	}
	return total
}

// takeAll takes all elements of the ring, from count h up to t. It may leave
// them in their slots, because only the caller could put there.
func (r *Ring[T]) takeAll() (h, t uint32) {
	for {
		h, t = r.head.Load(), r.tail.Load()
		if h == t || r.head.CompareAndSwap(h, t) {
			return h, t
		}
	}
}

// Thief returns the side of r that everybody may use.
func (r *Ring[T]) Thief() Thief[T] { return Thief[T]{r} }

// Len returns the number of elements, runnext included; see [Thief.Len].
func (r *Ring[T]) Len() int { return Thief[T]{r}.Len() }

// Empty says whether there are no elements, runnext included; see [Thief.Empty].
func (r *Ring[T]) Empty() bool { return Thief[T]{r}.Empty() }
