package queue

import (
	"schedlab/host"
	"schedlab/rt/rank"
)

// Locked is a [Global] with its own lock: the queue that any thread may use at any time,
// and the reference for queues without a lock. Any thread may execute all methods. The
// zero Locked is empty.
//
// To look at an empty Locked does not take the lock (see Global). So idle threads do not
// stand in the way of a thread that brings work.
type Locked[T any, PT Linked[T]] struct {
	mu host.CountedMutex
	q  Global[T, PT] // under mu
}

func (l *Locked[T, PT]) lock() {
	l.mu.SetRank(rank.Queue) // the zero Locked is good to use
	l.mu.Lock()
}

// Len returns the number of elements at one moment of the call.
func (l *Locked[T, PT]) Len() int {
	l.lock()
	defer l.mu.Unlock()
	return l.q.Len()
}

// Empty says whether there were no elements at one moment of the call.
func (l *Locked[T, PT]) Empty() bool { return l.q.Empty() }

// Count returns what the lock has cost so far.
func (l *Locked[T, PT]) Count() host.Count { return l.mu.Count() }

// Put adds x at the tail.
func (l *Locked[T, PT]) Put(x *T) {
	l.lock()
	l.q.Put(x)
	l.mu.Unlock()
}

// PutHead adds x before the head.
func (l *Locked[T, PT]) PutHead(x *T) {
	l.lock()
	l.q.PutHead(x)
	l.mu.Unlock()
}

// PutBatch adds all elements of batch at the tail, in order and with nothing between
// them. It makes a Locked an [Overflow].
func (l *Locked[T, PT]) PutBatch(batch []*T) {
	l.lock()
	l.q.PutBatch(batch)
	l.mu.Unlock()
}

// Append moves all elements of other, which the caller owns, to the tail with nothing
// between them.
func (l *Locked[T, PT]) Append(other *List[T, PT]) {
	l.lock()
	l.q.Append(other)
	l.mu.Unlock()
}

// Get takes the element at the head; nil if there is none.
func (l *Locked[T, PT]) Get() *T {
	if l.Empty() {
		return nil
	}
	l.lock()
	x := l.q.Get()
	l.mu.Unlock()
	return x
}

// GetBatch takes as many elements as fit into buf from the head. It returns the part of
// buf that it filled.
func (l *Locked[T, PT]) GetBatch(buf []*T) []*T {
	if l.Empty() {
		return buf[:0]
	}
	l.lock()
	batch := l.q.GetBatch(buf)
	l.mu.Unlock()
	return batch
}
