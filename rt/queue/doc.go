// Package queue holds the run queues of every design, generic over their
// element, so that each can be checked, stressed and measured alone.
//
//	queue     may put       may get            synchronization
//	List      its owner     its owner          none: the caller's
//	Locked    anybody       anybody            its own lock
//	Global    under a lock  under a lock       the caller's; any thread may call Empty
//	Ring      its owner     owner and thieves  atomics
//	LockFree  anybody       anybody            atomics
//
// All of them are FIFO; a Ring has one slot before its head besides (runnext). Put adds
// at the tail, PutHead before the head, PutNext to runnext. Elements are pointers, never
// nil, and a queue never looks inside one, except that a [List] goes through its [Link].
// Nothing here allocates, but LockFree.
//
//	list.go      List: elements chained through their own links
//	global.go    Global: a List under the lock of a scheduler
//	locked.go    Locked: a Global with a lock of its own
//	lockfree.go  LockFree: Michael and Scott's queue
//	ring.go      Ring: the owner's side, and the protocol
//	thief.go     Thief: the other side of a Ring
//
// # Moments
//
// Every operation that answers a question (Get with nil, Len, Empty, a steal) answers for
// one moment between its call and its return. It is linearizable, and package
// check/linear holds the sequential specifications. The answer can be out of date when
// the caller looks at it. "Nothing there" is worth no more than what keeps other threads
// from putting meanwhile, or makes them tell.
package queue

// CacheLine is the distance in bytes at which two words that different threads write do
// not slow each other down: 64 on today's x86 and most arm64.
const CacheLine = 64

// Overflow takes what a [Ring] has no room for. The batch is the ring's own memory and
// must not be kept. Executed by the ring's owner, which holds no lock.
type Overflow[T any] interface {
	PutBatch(batch []*T)
}
