//go:build !model && !sim

package host

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"schedlab/internal/coro"
)

var severalCPUs = runtime.NumCPU() > 1

// multicore says that to spin for what another thread does makes sense.
func multicore() bool { return severalCPUs }

var epoch = time.Now()

// Epoch returns the time at which Nanotime was 0.
func Epoch() time.Time { return epoch }

// Nanotime returns a monotonic time in nanoseconds since the process began.
func Nanotime() int64 { return int64(time.Since(epoch)) }

// Pause tells the CPU n times that the caller spins: about 40 to 140 cycles each on current
// x86, fewer on arm64. A thread pauses whenever it waits for another thread to write
// something that it has just read.
func Pause(n uint32) { pause(n) }

// Cap returns full: a capacity that matters only for speed. A host that explores
// interleavings returns small, so that overflow and wrap-around lie within its reach.
func Cap(full, small int) int { return full }

// Sleep lets the thread sleep in the kernel for at least ns nanoseconds. Linux adds up to
// 50 µs.
func Sleep(ns int64) {
	var never Note
	never.SleepFor(ns)
}

// Go starts a thread that runs f. The thread ends with f.
func Go(f func()) {
	if ranksChecked {
		f = holdingNothing(f)
	}
	go f()
}

// reserved is what all schedulers of the process have reserved.
var reserved struct {
	sync.Mutex
	threads int // that can run at once
	before  int // GOMAXPROCS when the first reservation was made
}

// Reserve makes sure that n more threads can run at the same moment, until release is
// called. A second release does nothing. Without a reservation, threads would take turns on
// too few of the runtime's Ps, 10 ms each.
//
// It raises GOMAXPROCS where needed, but no higher: every idle runtime P makes leaving a
// system call dearer. The last release restores GOMAXPROCS, which must not be changed
// otherwise in between. To raise it stops the world, so reserve before you measure.
func Reserve(n int) (release func()) {
	if n < 0 {
		panic(fmt.Sprintf("host: Reserve: %d threads: n must be at least 0", n))
	}
	setReserved(n)
	return sync.OnceFunc(func() { setReserved(-n) })
}

func setReserved(delta int) {
	reserved.Lock()
	defer reserved.Unlock()
	if reserved.threads == 0 {
		reserved.before = runtime.GOMAXPROCS(0)
	}
	reserved.threads += delta
	want := max(reserved.before, reserved.threads)
	if want != runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(want)
	}
}

// Rand is a small random source, seeded and reproducible. Executed by one thread at a time:
// every M has its own.
type Rand struct {
	pcg rand.PCG
}

// Seed sets the sequence; stream tells the Ms of one scheduler apart.
func (r *Rand) Seed(seed, stream uint64) { r.pcg.Seed(seed, stream) }

// Uint32 returns the next number.
func (r *Rand) Uint32() uint32 { return uint32(r.pcg.Uint64() >> 32) }

// Fatal ends the process: v, with its stack, is a panic of the scheduler itself, which must
// not unwind into the computation that the coroutine would continue.
func Fatal(v any, stack []byte) { coro.Fatal(v, stack) }
