//go:build sim

package host

import (
	"fmt"
	"math/rand/v2"
	"time"

	"schedlab/sim"
)

// The atomics of a scheduler: each is a cache line of a simulated machine.
type (
	Bool           = sim.Bool
	Int32          = sim.Int32
	Int64          = sim.Int64
	Uint32         = sim.Uint32
	Uint64         = sim.Uint64
	Pointer[T any] = sim.Pointer[T]
)

// What is inside of a lock and of a note is the same as on the real host.
type (
	// Mutex is a lock for scheduler state. LockCounted adds what it costs to a
	// [Count].
	Mutex = FutexMutex

	// Note is a one-shot event: the way to park and unpark an M.
	Note = FutexNote
)

// Stack is a coroutine; see [sim.Stack].
type Stack = sim.Stack

// Line stands for plain memory that moves to the CPU that uses it; see [sim.Line].
type Line = sim.Line

// Relaxed is a pointer that threads read and write without any order. It is no cache line of its
// own, since several fit in one: code that keeps many says by a [Line] which of them it uses.
type Relaxed[T any] struct{ p *T }

// Load returns a value that was stored.
func (r *Relaxed[T]) Load() *T { sim.Use(); return r.p }

// Store sets the value.
func (r *Relaxed[T]) Store(p *T) { sim.Use(); r.p = p }

// simulated says that there is a machine to be told of Work and of Lines.
const simulated = true

// Work says that the caller has computed for ns nanoseconds since its last operation of this
// package.
func Work(ns int64) { sim.Work(ns) }

// CPU returns the number, from 0, of the CPU that the caller runs on; -1 where no machine runs.
func CPU() int { return sim.CPU() }

// Distance says how far the CPUs a and b, as CPU numbers them, are from each other: greater is
// farther. It is 0 for one and the same CPU, and where no machine runs.
func Distance(a, b int) int { return sim.Distance(a, b) }

// futexSleep and futexWake are futex(2), for FutexMutex and FutexNote.
func futexSleep(w *Uint32, val uint32, ns int64) { w.Wait(val, ns) }

func futexWake(w *Uint32) { w.Wake() }

// swapWord looks at w up to tries times, and swaps old for new when it has found that. It says
// whether it did. It pauses after each try that fails.
func swapWord(w *Uint32, old, new uint32, tries int, pauses uint32) bool {
	return w.AwaitSwap(old, new, tries, pauses)
}

// multicore says that to spin for what another thread does makes sense.
func multicore() bool { return sim.CPUs() > 1 }

// Nanotime returns the virtual time in nanoseconds since the machine began.
func Nanotime() int64 { return sim.Nanotime() }

// Epoch returns the time at which Nanotime was 0: the same for all machines.
func Epoch() time.Time { return time.Unix(0, 0).UTC() }

// Pause tells the CPU n times that the caller spins.
func Pause(n uint32) { sim.Pause(n) }

// Cap returns full, as on the real host: what is simulated is that.
func Cap(full, small int) int { return full }

// Sleep lets the thread sleep in the kernel for at least ns nanoseconds.
func Sleep(ns int64) {
	var never Note
	never.SleepFor(ns)
}

// Go starts a thread that runs f. The thread ends with f.
func Go(f func()) {
	if ranksChecked {
		f = holdingNothing(f)
	}
	sim.Go(f)
}

// Reserve has nothing to do: a machine has as many CPUs as it has.
func Reserve(n int) (release func()) {
	if n < 0 {
		panic(fmt.Sprintf("host: Reserve: %d threads: n must be at least 0", n))
	}
	return func() {}
}

// Rand is a small random source, seeded and reproducible, the same as on the real host. Executed
// by one thread at a time.
type Rand struct {
	pcg rand.PCG
}

// Seed sets the sequence; stream tells the Ms of one scheduler apart.
func (r *Rand) Seed(seed, stream uint64) { r.pcg.Seed(seed, stream) }

// Uint32 returns the next number.
func (r *Rand) Uint32() uint32 { return uint32(r.pcg.Uint64() >> 32) }

// Ticks are nanoseconds, and cost half of what Nanotime does.

// Ticks returns the CPU's time, cheaply.
func Ticks() uint64 { return uint64(sim.Ticks()) }

// OrderedTicks is Ticks after everything that the caller has done and seen.
func OrderedTicks() uint64 { return uint64(sim.Ticks()) }

// TicksToNs returns the nanoseconds from one tick to another. They may be negative if the
// ticks come from different threads.
func TicksToNs(then, now uint64) int64 { return int64(now - then) }

// TicksAt returns what Nanotime was when Ticks was t.
func TicksAt(t uint64) int64 { return int64(t) }

// Fatal ends the process: v, with its stack, is a panic of the scheduler itself.
func Fatal(v any, stack []byte) { sim.Fatal(v, stack) }
