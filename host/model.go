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

// Mutex is a lock for scheduler state, here without an inside: to take it is one
// step, and to wait for it none. What is inside on the real host is [FutexMutex],
// which can be explored by itself; who builds on a lock that is known to be one
// need not explore it again, which costs many times the executions.
type Mutex struct{ mu explore.Mutex }

// Lock waits until it holds m.
func (m *Mutex) Lock() { m.mu.Lock() }

// LockCounted waits until it holds m, and counts an acquisition in c.
func (m *Mutex) LockCounted(c *Count) {
	m.mu.Lock()
	c.Acquired++
}

// TryLock takes m if nobody holds it and says whether it did.
func (m *Mutex) TryLock() bool { return m.mu.TryLock() }

// TryLockCounted is TryLock, and counts an acquisition in c.
func (m *Mutex) TryLockCounted(c *Count) bool {
	if !m.mu.TryLock() {
		return false
	}
	c.Acquired++
	return true
}

// Unlock releases m. It never has to call a kernel. Unlocking a free Mutex is a
// violation.
func (m *Mutex) Unlock() (woke bool) {
	m.mu.Unlock()
	return false
}

// CountedMutex is a Mutex that keeps its own Count: here only of acquisitions, since
// nothing takes time.
type CountedMutex struct {
	mu explore.Mutex
	n  Count // written under mu
}

// Lock waits until it holds m.
func (m *CountedMutex) Lock() {
	m.mu.Lock()
	m.n.Acquired++
}

// Unlock releases m. Unlocking a free CountedMutex is a violation.
func (m *CountedMutex) Unlock() { m.mu.Unlock() }

// Count returns what m has cost so far.
func (m *CountedMutex) Count() Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// Note is a one-shot event: the way to park and unpark an M. Like [Mutex] it has
// no inside; that is [FutexNote]. A second wakeup is a violation.
type Note struct{ n explore.Note }

// Clear makes a signaled Note ready for another use.
func (n *Note) Clear() { n.n.Clear() }

// Sleep waits until Wakeup has been called since the last Clear. It never calls a
// kernel.
func (n *Note) Sleep() (slept bool) {
	n.n.Sleep()
	return false
}

// SleepFor is Sleep with a limit in nanoseconds of virtual time; it says whether
// the Note was signaled.
func (n *Note) SleepFor(ns int64) (signaled bool) { return n.n.SleepFor(max(ns, 0)) }

// Wakeup signals the Note. It never calls a kernel.
func (n *Note) Wakeup() (woke bool) {
	n.n.Wakeup()
	return false
}

// futexSleep and futexWake are futex(2), for FutexMutex and FutexNote. This one
// never wakes a sleeper early, as the kernel may: a caller that did not look at
// the word again would be found out on the real host only.
func futexSleep(w *Uint32, val uint32, ns int64) { w.Wait(val, ns) }

func futexWake(w *Uint32) { w.Wake(1) }

// multicore: who spins a bounded number of times and then sleeps does here only
// the latter. To spin would add nothing but rounds: what it may find, a free
// lock, is found as well by who comes a moment later. (Nor could it be done with
// Pause, which waits until there is something new.)
const multicore = false

// Nanotime returns the virtual time in nanoseconds: see [explore.Now].
func Nanotime() int64 { return explore.Now() }

// Epoch returns the time at which Nanotime was 0: the same in all executions.
func Epoch() time.Time { return time.Unix(0, 0).UTC() }

// Pause says that the caller spins: its next step waits until something that it
// has read since the last Pause has changed. A loop that gives up after some
// rounds of Pause is not one that this host can explore.
func Pause(n uint32) { explore.Pause() }

// Cap returns small: a capacity that matters only for speed on the real host.
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

// Rand counts up from 0 or from 1, which is the explorer's choice, made at the
// first call: an M that begins with either of two victims. The seed means nothing.
// Other sequences are not explored, which errs towards a missed bug; a choice at
// every call would multiply the executions of a thief that looks for work in
// vain, by two each time.
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

// Ticks are for reports: nothing may depend on them. So they stand still and
// reading them is no step, which would cost executions.

// Ticks returns the one tick there is.
func Ticks() uint64 { return 1 }

// OrderedTicks returns the one tick there is.
func OrderedTicks() uint64 { return 1 }

// TicksToNs returns 0 for ticks that were read.
func TicksToNs(then, now uint64) int64 { return int64(now - then) }

// TicksAt returns a time at which Ticks was t.
func TicksAt(t uint64) int64 { return int64(t) }

// Fatal ends the execution: v is a fault of the scheduler itself, which must not
// unwind into whatever computation the coroutine would continue.
func Fatal(v any, stack []byte) { explore.Assert(false, "%v\n\n%s", v, stack) }
