package queue

import "schedlab/host"

// Global is a [List] under a lock that is not its own. Any thread may see without the
// lock whether it is empty. It is the global run queue of a scheduler whose one lock
// guards other things too (idle Ms and Ps). The zero Global is empty. A method is
// executed with that lock held, unless it says otherwise.
//
// Source: sched.runq of Go's runtime (globrunqput, globrunqgetbatch).
//
// Emptiness is a word of its own for a reason. A scheduler looks at this queue on every
// 61st tick and whenever it has nothing else to run. It must not take the lock to find
// the queue empty, and to read the list itself would be a race.
//
//	Put, Get, ...                       Empty
//	1. have the lock                    1. load some
//	2. change the list
//	3. if it has become empty, or is so
//	   no longer: store that in some
//	4. release the lock
//
// Proof sketch. Let every change happen at its step 3, or at its step 2 if there is
// nothing to store. Critical sections do not overlap. So the stores come in the order of
// the states of the list, and a load between two of them reads what holds just then.
//
// In which direction it errs: in none at that moment, in both a moment later.
//
//   - Empty means that every element whose Put had reached step 3 has been taken. It
//     says nothing about a Put on its way there. So an idle thread that finds the queue
//     empty may go to sleep only if a thread that puts looks for sleepers afterwards.
//   - Not empty means that to take the lock is worth a try, not that it will succeed.
//
// Deviation from Go: Go reads the list's own counter in a race, which its memory model
// does not cover. An atomic counter would be stored at every change, which was a
// twentieth of the price of a yield. Emptiness changes seldom.
type Global[T any, PT Linked[T]] struct {
	list List[T, PT] // under the caller's lock
	some host.Bool   // list is not empty: stored under the lock, for loads without
}

// publish is step 3 of a change, on the left above. Its partner is the load in Empty.
func (q *Global[T, PT]) publish() {
	if some := !q.list.Empty(); some != q.some.Load() {
		q.some.Store(some)
	}
}

// Len returns the number of elements.
func (q *Global[T, PT]) Len() int { return q.list.Len() }

// Empty says whether there are no elements. Executed by any thread, without the lock.
func (q *Global[T, PT]) Empty() bool { return !q.some.Load() }

// Put adds x at the tail.
func (q *Global[T, PT]) Put(x *T) {
	q.list.Put(x)
	q.publish()
}

// PutHead adds x before the head. It is for an element that ought to be next, such as
// one whose P was taken away.
func (q *Global[T, PT]) PutHead(x *T) {
	q.list.PutHead(x)
	q.publish()
}

// PutBatch adds all elements of batch at the tail, in order.
func (q *Global[T, PT]) PutBatch(batch []*T) {
	q.list.PutBatch(batch)
	q.publish()
}

// Append moves all elements of other to the tail, in O(1). A batch that was linked
// before the lock was taken keeps the critical section short.
func (q *Global[T, PT]) Append(other *List[T, PT]) {
	q.list.Append(other)
	q.publish()
}

// Get takes the element at the head; nil if there is none.
func (q *Global[T, PT]) Get() *T {
	x := q.list.Get()
	if x != nil {
		q.publish()
	}
	return x
}

// GetBatch takes as many elements as fit into buf from the head. It returns the part of
// buf that it filled. A P that takes its share of the queue calls
//
//	q.GetBatch(buf[:BatchSize(q.Len(), procs, len(buf))])
func (q *Global[T, PT]) GetBatch(buf []*T) []*T {
	batch := q.list.GetBatch(buf)
	if len(batch) > 0 {
		q.publish()
	}
	return batch
}

// BatchSize is how many of size elements one of procs Ps takes at once from a global
// queue: its share, at least one, at most max. (Go's max is half of a ring, so that the
// batch fits.) procs and max are at least 1.
func BatchSize(size, procs, max int) int {
	return min(size, size/procs+1, max)
}
