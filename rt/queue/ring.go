package queue

import "schedlab/host"

// Ring is the run queue of a P: a FIFO ring of fixed size and, before its head, one
// slot called runnext. The owner puts at the tail, and takes at the head like every
// thief. So it is not a deque. The zero Ring is empty; a Ring must not be copied.
//
// Ring's own methods are the owner's. One thread at a time executes them, and the ring
// is handed from thread to thread only by something that synchronizes. What any thread
// may do is in [Thief].
//
// # Nouns of a ring
//
//   - head and tail count all elements ever taken from and put into the ring. They
//     wrap at 2^32. An element's slot is its count modulo the size.
//   - runnext holds the element to run next, ahead of the ring. The running element
//     has just readied it, and it inherits the time slice.
//   - To grab is to copy a batch of elements and make them one's own with one CAS on
//     the head.
//   - To steal is to grab, publish in one's own ring all but one, and return that one.
//
// Source: runqput, runqget, runqgrab, runqsteal, runqdrain, runqempty of Go's runtime
// (runtime/proc.go, since 1.1; Vyukov, "Scalable Go Scheduler Design Doc", 2012).
// Deviations:
//
//   - A failed grab is answered with [Lost]. Go tries again in the queue.
//   - [Empty] from a steal holds for one moment of the call.
//   - To wait a little before taking a running P's runnext is the thief's business:
//     see [Thief.StealNext].
//   - Elements are not shuffled under -race.
//
// # Why a ring is hard
//
// The owner reuses slots, so a slow thief reads slots that no longer hold what its head
// says. Several thieves and the owner take at the same end. And elements go to and fro
// between runnext and the ring, so no single word says that there is nothing.
//
// # Rejected
//
//   - A deque, owner LIFO and thieves FIFO (Chase and Lev 2005). A G at the bottom
//     waits for ever. A batch cannot be taken with one CAS, since the owner takes at
//     the other end without one (crossbeam issue 148).
//   - A grab that copies after its CAS. The owner's next put reuses the slots meanwhile.
//   - Resetting head and tail to 0 when empty. A thief's CAS on an old head then
//     succeeds (hxcoro issue 82).
//   - Slots with an order of their own. A slow thief may read a slot while the owner
//     writes the next round's element, but then its CAS fails, and what it read is
//     thrown away. The order of the grabs that succeed comes from head and tail alone,
//     so [host.Relaxed] is enough.
//   - Clearing a slot when its element is taken. That is one more store per element,
//     and a thief may not do it, since after its CAS the slot is the owner's to write.
//     So a ring keeps at most its size of elements reachable after they were taken. A
//     run queue's elements are used again anyway.
//
// # Protocol
//
//	owner: Put                         anybody: take n from the head
//	1. load head; full if tail-head    1. load head
//	   is the size                     2. load tail; empty if equal; n at most
//	2. store the slot of tail             tail-head
//	3. store tail+1: published         3. load the n slots from head on
//	                                   4. CAS head to head+n; lost if it fails
//
//	owner: PutNext                     anybody: take runnext
//	1. swap x into runnext             1. load runnext
//	2. put what was there, if          2. CAS it to nil (owner: swap with nil,
//	   anything, at the tail              since only the owner puts there)
//
// The store of tail (step 3 of Put) pairs with its load (step 2 of a take), and carries
// the store of the slot (step 2) to its load (step 3). The CAS of head (step 4 of a
// take) pairs with the load of head (step 1 of Put). It makes the loads of the slots
// (step 3) come before the owner's next store there.
//
// # Proof sketch
//
// Each element is taken once. Let a take's CAS succeed. Then head did not move between
// its load and its CAS: to come back to the same number it would have to count 2^32
// elements in between. While head stands, two facts hold for the slots from head to
// head+n:
//
//   - They were written before tail was published past them (step 2 before step 3 of
//     Put, step 2 before step 3 of a take).
//   - Put does not write them again. Its step 1 stops it when tail would come round to
//     head, and the head that it loads is at most the true one.
//
// So what was read is what is there, and the CAS gives it to one thread.
//
// Empty is true for one moment: head is loaded before tail and never passes it, so if
// they are equal, they were equal when tail was loaded.
//
// # Two moments
//
// Some calls do their work at two moments, and between these have elements in hands,
// where no other thread sees them. They are a steal (grab, publish), a PutNext (swap,
// put at the tail), an overflow (take half, PutBatch of the sink) and a drain (runnext,
// ring).
//
// So Len and Empty err towards empty by the elements that are in hands. An idle thread
// may rely on Empty only because a thread with elements in hands is awake: it will look
// for idle threads, or run the elements. Go says of its runqempty that it never returns
// true spuriously. This is where it does: a thief takes runnext while its predecessor is
// on its way to the tail.
//
// # What a ring leaves out
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
	lines   [ringCap / slotsPerLine]host.Line // of the slots
	slots   [ringCap]host.Relaxed[T]          // the first ringSize are in use
	// batch is the owner's. What leaves the ring by PutBatch of an Overflow goes through
	// it. A local array would be put on the heap, because it is passed to an interface.
	batch [ringCap/2 + 1]*T
}

// ringCap is the size in the real build.
const ringCap = 256

// ringSize is the size, a power of two, so that counts may wrap. It is compiled into a
// constant.
func ringSize() uint32 { return uint32(host.Cap(ringCap, 4)) }

// slotsPerLine is how many slots a cache line holds.
const slotsPerLine = 8

// load returns what is in the slot of count i.
func (r *Ring[T]) load(i uint32) *T {
	i &= ringSize() - 1
	r.lines[i/slotsPerLine].Read(1)
	return r.slots[i].Load()
}

// store is executed only by the owner.
func (r *Ring[T]) store(i uint32, x *T) {
	i &= ringSize() - 1
	r.lines[i/slotsPerLine].Touch(1)
	r.slots[i].Store(x)
}

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
	r.store(t, x)
	r.tail.Store(t + 1)
	return true
}

// spill takes half of a full ring and gives it and x to over. It returns false if the
// ring is no longer full.
func (r *Ring[T]) spill(x *T, over Overflow[T]) bool {
	h := r.head.Load()
	if r.tail.Load()-h != ringSize() {
		return false
	}
	n := ringSize() / 2
	for i := range n {
		r.batch[i] = r.load(h + i)
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

// Room returns how many elements fit in at the tail. Thieves can only make it more.
// Executed only by the owner.
func (r *Ring[T]) Room() int { return int(ringSize() - (r.tail.Load() - r.head.Load())) }

// PutBatch adds all elements of batch at the tail, in order, and publishes them at once.
// It panics if they are more than [Ring.Room]. Executed only by the owner.
func (r *Ring[T]) PutBatch(batch []*T) {
	if len(batch) > r.Room() {
		panic("queue: Ring.PutBatch: the batch is larger than Room")
	}
	t := r.tail.Load()
	for i, x := range batch {
		r.store(t+uint32(i), x)
	}
	r.tail.Store(t + uint32(len(batch)))
}

// Get takes runnext if there is one, or else the element at the head; nil if there is
// neither. The result inherit says that it was runnext, which inherits the time slice
// of the element that ran before. Executed only by the owner.
func (r *Ring[T]) Get() (x *T, inherit bool) {
	if x := r.takeNext(); x != nil {
		return x, true
	}
	for {
		h := r.head.Load()
		if r.tail.Load() == h {
			return nil, false
		}
		x := r.load(h)
		if r.head.CompareAndSwap(h, h+1) {
			return x, false
		}
		// A thief took it. The next one is at the head now.
	}
}

// takeNext is the owner's way to take runnext. The load spares an empty runnext the
// swap. What the load sees may be gone at the swap, but not replaced.
func (r *Ring[T]) takeNext() *T {
	if r.runnext.Load() == nil {
		return nil
	}
	return r.runnext.Swap(nil)
}

// Drain takes everything and gives it to to, runnext first, in batches of at most half a
// ring and one. It returns the number of elements. Executed only by the owner, or by a
// thread that has stopped the owner.
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
		r.batch[n] = r.load(h)
		n++
	}
	if n > 0 {
		r.give(to, n)
	}
	return total
}

// takeAll takes all elements of the ring, from count h up to t. It may leave them in
// their slots, because only the caller could put there.
func (r *Ring[T]) takeAll() (h, t uint32) {
	for {
		h, t = r.head.Load(), r.tail.Load()
		if h == t || r.head.CompareAndSwap(h, t) {
			return h, t
		}
	}
}

// Thief returns the side of r that any thread may use.
func (r *Ring[T]) Thief() Thief[T] { return Thief[T]{r} }

// Len returns the number of elements, runnext included; see [Thief.Len].
func (r *Ring[T]) Len() int { return Thief[T]{r}.Len() }

// Empty says whether there are no elements, runnext included; see [Thief.Empty].
func (r *Ring[T]) Empty() bool { return Thief[T]{r}.Empty() }
