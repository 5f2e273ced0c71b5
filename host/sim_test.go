//go:build sim

package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// on runs main on a machine with so many CPUs.
func on(t *testing.T, cpus int, main func()) sim.Report {
	t.Helper()
	cfg, err := sim.Named("server64")
	require.NoError(t, err)
	r, err := sim.Run(cfg.With(cpus), main)
	require.NoError(t, err)
	return r
}

// The mutex of the real host excludes on simulated words, however many threads a CPU has, and
// counts what it costs.
func TestMutexOnSimulatedCPUs(t *testing.T) {
	const threads, each = 12, 200
	for _, cpus := range []int{1, 2, 8, 64} {
		var m CountedMutex
		sum, inside, met := 0, 0, 0
		var n Count
		on(t, cpus, func() {
			var left Int32
			left.Store(threads)
			var done Note
			for range threads {
				Go(func() {
					for range each {
						m.Lock()
						if inside++; inside != 1 {
							met++
						}
						sum++
						Work(300)
						inside--
						m.Unlock()
						Work(100)
					}
					if left.Add(-1) == 0 {
						done.Wakeup()
					}
				})
			}
			done.Sleep()
			n = m.Count()
		})
		require.Zero(t, met, "times that two threads held it, on %d CPUs", cpus)
		require.Equal(t, threads*each, sum)
		require.EqualValues(t, threads*each, n.Acquired)
		if cpus > 1 {
			require.Positive(t, n.Contended)
			require.Positive(t, n.WaitNs)
			require.Positive(t, n.Sleeps)
			require.Positive(t, n.Wakes)
		}
	}
}

func TestNoteOnSimulatedCPUs(t *testing.T) {
	for _, cpus := range []int{1, 2} {
		const rounds = 100
		var ping, pong Note
		woken := 0
		on(t, cpus, func() {
			Go(func() {
				for range rounds {
					ping.Sleep()
					ping.Clear()
					woken++
					pong.Wakeup()
				}
			})
			for range rounds {
				ping.Wakeup()
				pong.Sleep()
				pong.Clear()
			}
			start := Nanotime()
			require.False(t, ping.SleepFor(1_000_000))
			require.GreaterOrEqual(t, Nanotime()-start, int64(1_000_000))
			start = Nanotime()
			Sleep(500)
			require.GreaterOrEqual(t, Nanotime()-start, int64(500))
		})
		require.Equal(t, rounds, woken)
	}
}

func TestSimulatedTimeIsVirtual(t *testing.T) {
	on(t, 2, func() {
		start, ticks := Nanotime(), Ticks()
		Sleep(5_000_000_000)
		took := Nanotime() - start
		require.InDelta(t, 5e9, took, 1e6)
		require.InDelta(t, took, TicksToNs(ticks, OrderedTicks()), 1000)
		require.InDelta(t, Nanotime(), TicksAt(Ticks()), 1000)
		require.Equal(t, Epoch(), Epoch())
		Reserve(8)()
		require.PanicsWithValue(t, "host: Reserve: -1 threads: n must be at least 0",
			func() { Reserve(-1) })
		require.Contains(t, []int{0, 1}, CPU())
		require.Positive(t, Distance(0, 1))
	})
}
