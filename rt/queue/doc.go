// Package queue holds the run queues of every design, generic over their
// element, so that each can be checked, stressed and measured alone.
//
//	queue     who puts            who gets          synchronization
//	List      its owner           its owner         none: the caller's
//	Locked    anybody             anybody           its own lock
//	Global    under a lock        under a lock      the caller's; emptiness readable by all
//	Ring      the owner           owner and thieves atomics
//	LockFree  anybody             anybody           atomics
//
// All of them are FIFO; a Ring has one slot before its head besides (runnext).
// Elements are pointers, never nil, and a queue never looks inside one, except
// that a [List] goes through its [Link]. Nothing here allocates, but LockFree.
//
// # Moments
//
// Every operation that answers a question (Get with nil, Len, Empty, Steal)
// answers for one moment between its call and its return: it is linearizable,
// and package check/linear holds the sequential specifications. The answer can
// be out of date when the caller looks at it; "nothing there" is worth no more
// than what keeps others from putting in the meantime, or makes them tell.
package queue

// CacheLine is the distance in bytes at which two words that different
// threads write do not slow each other down. 64 on today's x86 and most arm64.
const CacheLine = 64

// Overflow takes what a [Ring] has no room for. The batch is the ring's own
// memory: it must not be kept. Executed by the ring's owner, holding no lock.
type Overflow[T any] interface {
	PutBatch(batch []*T)
}
