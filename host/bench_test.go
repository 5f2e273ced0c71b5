//go:build !model && !sim

package host

import (
	"fmt"
	"testing"
)

// lockers are the two kinds of Mutex.
var lockers = []struct {
	name string
	new  func() (lock, unlock func())
}{
	{"bare", func() (lock, unlock func()) {
		var mu Mutex
		return func() { mu.Lock() }, func() { mu.Unlock() }
	}},
	{"counted", func() (lock, unlock func()) {
		var mu CountedMutex
		return mu.Lock, mu.Unlock
	}},
}

// BenchmarkMutex: one op is one Lock and Unlock by each of the threads.
func BenchmarkMutex(b *testing.B) {
	for _, l := range lockers {
		for _, n := range []int{1, 2} {
			b.Run(fmt.Sprintf("kind=%s/threads=%d", l.name, n), func(b *testing.B) {
				lock, unlock := l.new()
				defer beside(n-1, func() { lock(); unlock() })()
				for b.Loop() {
					lock()
					unlock()
				}
			})
		}
	}
}

// beside repeats f on n other threads until stop is called.
func beside(n int, f func()) (stop func()) {
	release := Reserve(n + 1)
	var stopped Bool
	done := make(chan struct{})
	for range n {
		Go(func() {
			for !stopped.Load() {
				f()
			}
			done <- struct{}{}
		})
	}
	return func() {
		stopped.Store(true)
		for range n {
			<-done
		}
		release()
	}
}

// BenchmarkNote: pingpong is a round trip of two threads that sleep in turns, which is two
// wakeups of a sleeper. early is a wakeup before the sleep.
func BenchmarkNote(b *testing.B) {
	b.Run("op=pingpong", func(b *testing.B) {
		defer Reserve(2)()
		var there, back Note
		stop := false // plain: the notes order it
		roundTrip := func() {
			there.Wakeup()
			back.Sleep()
			back.Clear()
		}
		Go(func() {
			for last := false; !last; back.Wakeup() {
				there.Sleep()
				there.Clear()
				last = stop
			}
		})
		for b.Loop() {
			roundTrip()
		}
		stop = true
		roundTrip()
	})
	b.Run("op=early", func(b *testing.B) {
		var n Note
		for b.Loop() {
			n.Wakeup()
			n.Sleep()
			n.Clear()
		}
	})
}

func BenchmarkNanotime(b *testing.B) {
	for b.Loop() {
		Nanotime()
	}
}
