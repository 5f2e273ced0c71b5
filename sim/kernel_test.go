package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// Threads that outnumber the CPUs get the same share of them.
func TestThreadsShareTheCPUs(t *testing.T) {
	const threads, forNs = 5, 300_000_000
	for _, cpus := range []int{1, 2, 3} {
		cfg := machine(t, "server64", cpus)
		var rounds [threads]int64
		r := run(t, cfg, func() {
			var all group
			for i := range rounds {
				all.start(func() {
					for sim.Nanotime() < forNs {
						sim.Work(1000)
						rounds[i]++
					}
				})
			}
			all.wait()
		})
		fair := float64(forNs) * float64(cpus) / threads / 1000
		for i, n := range rounds {
			require.InEpsilon(t, fair, n, 0.1, "thread %d on %d CPUs", i, cpus)
		}
		require.Positive(t, r.Preemptions)
	}
}

// A thread that has slept gets a CPU from one that computes, at once.
func TestAWokenThreadPreempts(t *testing.T) {
	cfg := machine(t, "server64", 1)
	var late int64
	var word, over sim.Uint32
	run(t, cfg, func() {
		sim.Go(func() {
			for over.Load() == 0 {
				sim.Work(1000)
			}
		})
		for range 20 {
			start := sim.Nanotime()
			word.Wait(0, 5_000_000)
			late = max(late, sim.Nanotime()-start-5_000_000)
		}
		over.Store(1)
	})
	require.Less(t, late, int64(200_000), "ns after its time")
}

// A woken thread goes to its last CPU, or to one nearby.
func TestAWokenThreadStaysNear(t *testing.T) {
	cfg := machine(t, "epyc2x64", 128)
	var word sim.Uint32
	run(t, cfg, func() {
		for i := range 100 {
			sim.Go(func() {
				first := sim.CPU()
				sim.Work(3_000_000) // until all have begun
				word.Wait(0, int64(100_000*(i+10)))
				require.Equal(t, first, sim.CPU())
			})
		}
	})
	var door sim.Uint32
	run(t, cfg.With(16), func() {
		var moved int
		for range 8 { // CPUs 1 to 8: they fill the first cluster
			sim.Go(func() { sim.Work(50_000_000) })
		}
		sim.Go(func() { // CPU 9
			door.Wait(0, -1)
			moved = sim.CPU()
		})
		sim.Work(1_000_000)
		sim.Go(func() { sim.Work(50_000_000) }) // takes the lowest idle CPU
		sim.Work(1_000_000)
		door.Wake()
		sim.Work(1_000_000)
		require.Equal(t, 1, moved/8, "the cluster of the CPU on which it has slept")
	})
}

// Wake wakes the thread that sleeps longest, and no other.
func TestFutexWakesInOrder(t *testing.T) {
	const sleepers = 10
	var word sim.Uint32
	var order []int
	run(t, machine(t, "server64", 16), func() {
		for i := range sleepers {
			sim.Go(func() {
				sim.Work(int64(i) * 10_000)
				require.True(t, word.Wait(0, -1))
				order = append(order, i)
			})
		}
		sim.Work(1_000_000)
		for range sleepers {
			require.True(t, word.Wake())
			sim.Work(100_000)
		}
		require.False(t, word.Wake())
	})
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, order)
}

func TestFutexLooksAtTheWord(t *testing.T) {
	var word sim.Uint32
	run(t, machine(t, "server64", 1), func() {
		require.False(t, word.Wait(1, -1))
		word.Store(1)
		require.False(t, word.Wait(0, -1))
		require.False(t, word.Wait(1, 1000), "its time is up")
		require.False(t, word.Wake(), "it sleeps no longer")
	})
}

// Timers fire in the order of their times, and none before its time.
func TestTimersFireInOrder(t *testing.T) {
	const n = 50
	cfg := machine(t, "mesh128", 64)
	var fired []int64
	var word sim.Uint32
	r := run(t, cfg, func() {
		for i := range n {
			sim.Go(func() {
				ns := int64(i*7919%n)*10_000 + 2_000_000 - sim.Nanotime() // all begin before
				start := sim.Nanotime()
				require.False(t, word.Wait(0, ns))
				require.GreaterOrEqual(t, sim.Nanotime()-start, ns)
				fired = append(fired, start+ns)
			})
		}
	})
	require.IsNonDecreasing(t, fired)
	require.EqualValues(t, n, r.TimersFired)
}

// Timers that are taken back in any order leave the others as they are.
func TestTimersAreTakenBack(t *testing.T) {
	var words [40]sim.Uint32
	woken := 0
	r := run(t, machine(t, "mesh128", 64), func() {
		for i := range words {
			sim.Go(func() {
				if words[i].Wait(0, 50_000_000+int64(i*31%len(words))*1000) {
					woken++
				}
			})
		}
		sim.Work(2_000_000)
		for i := 0; i < len(words); i += 2 {
			require.True(t, words[i*17%len(words)].Wake())
		}
	})
	require.Equal(t, len(words)/2, woken)
	require.EqualValues(t, len(words)/2, r.TimersFired)
}

// An idle machine is one whose CPUs have nothing to do.
func TestIdleTimeIsCounted(t *testing.T) {
	var word sim.Uint32
	r := run(t, machine(t, "server64", 4), func() { word.Wait(0, 10_000_000) })
	require.InEpsilon(t, 4*r.Ns, r.IdleNs, 0.01)
	r = run(t, machine(t, "server64", 4), func() { sim.Work(10_000_000) })
	require.InEpsilon(t, 3*r.Ns, r.IdleNs, 0.01)
}
