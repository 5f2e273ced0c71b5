//go:build !model && !sim

package host

import "sync/atomic"

// The atomics of a scheduler. On the real host they are those of sync/atomic.
type (
	Bool           = atomic.Bool
	Int32          = atomic.Int32
	Int64          = atomic.Int64
	Uint32         = atomic.Uint32
	Uint64         = atomic.Uint64
	Pointer[T any] = atomic.Pointer[T]
)

type (
	// Mutex is a lock for scheduler state. LockCounted adds what it costs to a
	// [Count].
	Mutex = FutexMutex

	// Note is a one-shot event: the way to park and unpark an M.
	Note = FutexNote
)
