//go:build model

package host

import (
	"fmt"
	"time"

	"schedlab/explore"
)

func init() { explore.Wrapper() }

// The atomics of a scheduler. Each call is a step that the explorer orders.
type (
	Bool           = explore.Bool
	Int32          = explore.Int32
	Int64          = explore.Int64
	Uint32         = explore.Uint32
	Uint64         = explore.Uint64
	Pointer[T any] = explore.Pointer[T]
)

// Stack is a coroutine; see [explore.Stack].
type Stack = explore.Stack

// Mutex is a lock for scheduler state, here without an inside: to take it is one step, and
// to wait for it none. What is inside on the real host is [FutexMutex], which can be
// explored by itself. Once that is known to be a lock, code that stands on it need not
// explore it again, which would cost many times the executions.
type Mutex struct {
	place place
	mu    explore.Mutex
}

// SetRank gives m a rank. Call it before the first use; or before each use, always with the
// same rank, if m is part of a type whose zero value is good to use.
func (m *Mutex) SetRank(r *Rank) { m.place.set(r, 0) }

// SetRankNth is SetRank for locks of which a thread takes several: in the order of nth.
func (m *Mutex) SetRankNth(r *Rank, nth uint64) { m.place.set(r, nth) }

// Lock waits until it holds m.
func (m *Mutex) Lock() {
	m.place.check("Mutex.Lock")
	m.mu.Lock()
	m.place.took()
}

// LockCounted waits until it holds m, and counts an acquisition in c.
func (m *Mutex) LockCounted(c *Count) {
	m.Lock()
	c.Acquired++
}

// TryLock takes m if it is free, and says whether it did.
func (m *Mutex) TryLock() bool {
	if !m.mu.TryLock() {
		return false
	}
	m.place.took()
	return true
}

// TryLockCounted is TryLock, and counts an acquisition in c.
func (m *Mutex) TryLockCounted(c *Count) bool {
	if !m.TryLock() {
		return false
	}
	c.Acquired++
	return true
}

// Unlock releases m. It never calls a kernel. Unlocking a free Mutex is a violation.
func (m *Mutex) Unlock() (woke bool) {
	m.place.released()
	m.mu.Unlock()
	return false
}

// CountedMutex is a Mutex that keeps its own Count: here of acquisitions only, since nothing
// takes time.
type CountedMutex struct {
	mu Mutex
	n  Count // written under mu
}

// SetRank gives m a rank: see [Mutex.SetRank].
func (m *CountedMutex) SetRank(r *Rank) { m.mu.SetRank(r) }

// Lock waits until it holds m.
func (m *CountedMutex) Lock() { m.mu.LockCounted(&m.n) }

// Unlock releases m. Unlocking a free CountedMutex is a violation.
func (m *CountedMutex) Unlock() { m.mu.Unlock() }

// Contended returns how often m was found held. Executed by its holder.
func (m *CountedMutex) Contended() uint64 { return m.n.Contended }

// Count returns what m has cost so far.
func (m *CountedMutex) Count() Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// Note is a one-shot event: the way to park and unpark an M. Like [Mutex] it has no inside,
// which is [FutexNote]. A second wakeup is a violation.
type Note struct{ n explore.Note }

// Clear makes a signaled Note ready for another use.
func (n *Note) Clear() { n.n.Clear() }

// Sleep waits until Wakeup has been called since the last Clear. It never calls a kernel.
func (n *Note) Sleep() (slept bool) {
	n.n.Sleep()
	return false
}

// SleepFor is Sleep with a limit in nanoseconds of virtual time. It says whether the Note
// was signaled.
func (n *Note) SleepFor(ns int64) (signaled bool) { return n.n.SleepFor(max(ns, 0)) }

// Wakeup signals the Note. It never calls a kernel.
func (n *Note) Wakeup() (woke bool) {
	n.n.Wakeup()
	return false
}

// futexSleep and futexWake are futex(2), for FutexMutex and FutexNote. They never end a
// sleep early, as the kernel may. So they miss a bug: a caller that does not look at the
// word again.
func futexSleep(w *Uint32, val uint32, ns int64) { w.Wait(val, ns) }

func futexWake(w *Uint32) { w.Wake(1) }

// multicore is false, so a thread that would spin a bounded number of times and then sleep
// only sleeps. To spin would add nothing but rounds: what a spinning thread may find, a
// free lock, is found as well by a thread that comes a moment later. Nor could Pause serve,
// since it waits until there is something new.
func multicore() bool { return false }

// Nanotime returns the virtual time in nanoseconds: see [explore.Now].
func Nanotime() int64 { return explore.Now() }

// Epoch returns the time at which Nanotime was 0: the same in all executions.
func Epoch() time.Time { return time.Unix(0, 0).UTC() }

// Pause says that the caller spins: its next step waits until something that it has read
// since the last Pause has changed. So this host cannot explore a loop that gives up after
// some rounds of Pause.
func Pause(n uint32) { explore.Pause() }

// Cap returns small: the capacity matters only for speed, on the real host.
func Cap(full, small int) int { return small }

// Sleep lets the thread sleep for ns nanoseconds of virtual time.
func Sleep(ns int64) { explore.Sleep(max(ns, 0)) }

// Go starts a thread that runs f.
func Go(f func()) { explore.Go(f) }

// Reserve has nothing to do: threads take steps, not CPUs.
func Reserve(n int) (release func()) {
	if n < 0 {
		panic(fmt.Sprintf("host: Reserve: %d threads: n must be at least 0", n))
	}
	return func() {}
}

// Rand counts up from 0 or from 1. Which of them is the explorer's choice, made at the first
// call: so an M begins with either of two victims. The seed means nothing. Other sequences
// are not explored, which errs towards a missed bug. A choice at every call would double
// the executions each time that a thief looks for work in vain.
type Rand struct {
	next  uint32
	begun bool
}

// Seed does nothing.
func (r *Rand) Seed(seed, stream uint64) {}

// Uint32 returns the next number.
func (r *Rand) Uint32() uint32 {
	if !r.begun {
		r.begun = true
		r.next = uint32(explore.Choose(2))
	}
	r.next++
	return r.next - 1
}

// Ticks are for reports: nothing may depend on them. So they stand still, and to read them is
// no step, which would cost executions.

// Ticks returns the one tick there is.
func Ticks() uint64 { return 1 }

// OrderedTicks returns the one tick there is.
func OrderedTicks() uint64 { return 1 }

// TicksToNs returns 0 for ticks that were read.
func TicksToNs(then, now uint64) int64 { return int64(now - then) }

// TicksAt returns a time at which Ticks was t.
func TicksAt(t uint64) int64 { return int64(t) }

// Fatal ends the execution: v is a fault of the scheduler itself, which must not unwind into
// the computation that the coroutine would continue.
func Fatal(v any, stack []byte) { explore.Assert(false, "%v\n\n%s", v, stack) }
