//go:build !model && !sim

package host

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMutexExcludes(t *testing.T) {
	const rounds = 5_000
	for n := 1; n <= 8; n++ {
		t.Run(fmt.Sprintf("threads=%d", n), func(t *testing.T) {
			var mu Mutex
			counts := make([]Count, n)
			inside, total := 0, 0 // plain: the mutex is all that protects them
			threads(n, func(i int) {
				for range rounds {
					mu.LockCounted(&counts[i])
					inside++
					if inside != 1 {
						panic("two threads hold one Mutex")
					}
					total++
					inside--
					if mu.Unlock() {
						counts[i].Wakes++
					}
				}
			})
			var sum Count
			for _, c := range counts {
				sum.Add(c)
			}
			require.Equal(t, n*rounds, total)
			requireSane(t, sum, n*rounds)
			// Each wake answers a swap to contended. There is one before each sleep,
			// and one that gets the mutex.
			require.LessOrEqual(t, sum.Wakes, sum.Sleeps+sum.Contended)
		})
	}
}

// requireSane checks what must hold of every Count of n acquisitions.
func requireSane(t *testing.T, c Count, n int) {
	t.Helper()
	require.EqualValues(t, n, c.Acquired)
	require.LessOrEqual(t, c.Contended, c.Acquired)
	require.GreaterOrEqual(t, c.WaitNs, int64(0))
	require.GreaterOrEqual(t, c.HoldNs, int64(0))
	if c.Contended == 0 {
		require.Zero(t, c.WaitNs, "waited without contention")
		require.Zero(t, c.Sleeps, "slept without contention")
	}
}

func TestTryLockTakesOnlyAFreeMutex(t *testing.T) {
	var mu Mutex
	var c Count
	require.True(t, mu.TryLockCounted(&c))
	require.False(t, mu.TryLockCounted(&c))
	mu.Unlock()
	require.True(t, mu.TryLock())
	require.False(t, mu.Unlock())
	require.Equal(t, Count{Acquired: 1}, c)
}

func TestUnlockOfAFreeMutexPanics(t *testing.T) {
	const message = "host: Mutex.Unlock: the mutex is not locked"
	var mu Mutex
	require.PanicsWithValue(t, message, func() { mu.Unlock() })
	mu.Lock()
	mu.Unlock()
	require.PanicsWithValue(t, message, func() { mu.Unlock() })
	var counted CountedMutex
	require.PanicsWithValue(t, message, func() { counted.Unlock() })
}

func TestMutexMayBeUnlockedByAnotherThread(t *testing.T) {
	var mu Mutex
	mu.Lock()
	threads(1, func(int) { mu.Unlock() })
	require.True(t, mu.TryLock())
	mu.Unlock()
}

// The waiter is made to sleep: the holder holds on until the word says so.
func TestContendedLockCountsItsWaitAndItsSleep(t *testing.T) {
	const held = 100_000
	var mu Mutex
	var c Count
	mu.Lock()
	done := make(chan struct{})
	Go(func() {
		mu.LockCounted(&c)
		mu.Unlock()
		close(done)
	})
	await(t, "the waiter marks the word", func() bool { return mu.word.Load() == mutexContended })
	spinFor(held)
	require.True(t, mu.Unlock(), "a thread may sleep, so Unlock wakes")
	<-done
	require.EqualValues(t, 1, c.Acquired)
	require.EqualValues(t, 1, c.Contended)
	require.GreaterOrEqual(t, c.Sleeps, uint64(1))
	require.GreaterOrEqual(t, c.WaitNs, int64(held))
}

// Unlock forgets that other threads sleep, so the woken one has to remember them.
func TestEverySleeperGetsTheMutex(t *testing.T) {
	const n = 8
	var mu Mutex
	var asleep Int32
	mu.Lock()
	done := make(chan struct{})
	for range n {
		Go(func() {
			asleep.Add(1)
			mu.Lock()
			mu.Unlock()
			done <- struct{}{}
		})
	}
	await(t, "all try", func() bool {
		return asleep.Load() == n && mu.word.Load() == mutexContended
	})
	mu.Unlock()
	for range n {
		<-done
	}
	require.True(t, mu.TryLock())
	mu.Unlock()
}

func TestCountedMutexCountsExactly(t *testing.T) {
	const n, rounds = 4, 2_000
	var mu CountedMutex
	total := 0
	threads(n, func(int) {
		for i := range rounds {
			mu.Lock()
			total++
			mu.Unlock()
			if i%256 == 0 {
				mu.Count() // not an acquisition
			}
		}
	})
	require.Equal(t, n*rounds, total)
	requireSane(t, mu.Count(), n*rounds)
}

func TestCountedMutexCountsWakes(t *testing.T) {
	var mu CountedMutex
	mu.Lock()
	done := make(chan struct{})
	Go(func() {
		mu.Lock()
		mu.Unlock()
		close(done)
	})
	await(t, "the waiter marks the word", func() bool {
		return mu.mu.word.Load() == mutexContended
	})
	mu.Unlock()
	<-done
	c := mu.Count()
	require.EqualValues(t, 2, c.Acquired)
	require.EqualValues(t, 1, c.Contended)
	require.GreaterOrEqual(t, c.Wakes, uint64(1))
}

// A scheduler takes its lock twice a round, once for long: the sample must see both. The
// bounds are exact, since a long hold lasts no less than it spins, and no sampled hold is
// longer than the whole run.
func TestHoldTimeIsSampledAcrossPatterns(t *testing.T) {
	const long = 5_000
	for period := 1; period <= 4; period++ {
		for phase := range period {
			t.Run(fmt.Sprintf("period=%d/phase=%d", period, phase), func(t *testing.T) {
				var mu CountedMutex
				start := Nanotime()
				for i := range holdSample * period {
					mu.Lock()
					if i%period == phase {
						spinFor(long)
					}
					mu.Unlock()
				}
				elapsed := Nanotime() - start
				hold := mu.Count().HoldNs
				require.GreaterOrEqual(t, hold, int64(holdSample*long))
				require.LessOrEqual(t, hold, holdSample*elapsed)
			})
		}
	}
}

func TestCountAddAndSubAreInverse(t *testing.T) {
	a := Count{Acquired: 1, Contended: 2, WaitNs: 3, HoldNs: 4, Sleeps: 5, Wakes: 6}
	b := Count{Acquired: 10, Contended: 20, WaitNs: 30, HoldNs: 40, Sleeps: 50, Wakes: 60}
	sum := a
	sum.Add(b)
	require.Equal(t, Count{11, 22, 33, 44, 55, 66}, sum)
	require.Equal(t, a, sum.Sub(b))
}
