package sim_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

// lockProgram is threads that take a lock which sleeps, in between computing, until each has had
// it often enough.
func lockProgram(threads, each int) func() {
	var word sim.Uint32
	var data sim.Line
	lock := func() {
		if word.AwaitSwap(0, 1, 20, 8) {
			return
		}
		for word.Swap(2) != 0 {
			word.Wait(2, -1)
		}
	}
	return func() {
		for range threads {
			sim.Go(func() {
				for i := range each {
					lock()
					data.Touch(2)
					sim.Work(int64(i % 50))
					if word.Swap(0) == 2 {
						word.Wake()
					}
					sim.Work(int64(i%7) * 100)
				}
			})
		}
	}
}

// The digits are the same whatever the collector and the processors beneath do.
func TestARunIsTheSameToTheDigit(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cpus := range []int{1, 2, 8, 128} {
		cfg := machine(t, "mesh128", cpus)
		first := run(t, cfg, lockProgram(12, 300))
		for _, gc := range []int{-1, 1} {
			for _, procs := range []int{1, 4} {
				debug.SetGCPercent(gc)
				runtime.GOMAXPROCS(procs)
				require.Equal(t, first, run(t, cfg, lockProgram(12, 300)))
			}
		}
		cfg.Seed++
		if cpus > 1 { // else there are no transfers
			require.NotEqual(t, first.Hash, run(t, cfg, lockProgram(12, 300)).Hash)
		}
	}
}

// shared is a variable that outlives machines.
var shared sim.Int64

// What a variable remembers of an earlier machine means nothing to the next one.
func TestAPackageVariableIsNewInEachMachine(t *testing.T) {
	shared.Store(0)
	program := func() {
		for range 4 {
			sim.Go(func() {
				for range 100 {
					shared.Add(1)
					sim.Work(100)
				}
			})
		}
	}
	cfg := machine(t, "server64", 4)
	first := run(t, cfg, program)
	run(t, machine(t, "mesh128", 128), program)
	require.Equal(t, first, run(t, cfg, program))
	require.EqualValues(t, 1200, shared.Load())
}

// An operation costs what the table says. The latency has no jitter here.
func TestWhatOperationsCost(t *testing.T) {
	cfg := machine(t, "server64", 1)
	c := &cfg.Costs
	var w sim.Uint32
	var l sim.Line
	first := func() { w.Load(); l.Touch(1) }
	for name, op := range map[string]struct {
		do   func()
		cost float64
	}{
		"load":     {func() { w.Load() }, c.Code + c.Hit},
		"store":    {func() { w.Store(1) }, c.Code + c.RMW},
		"swap":     {func() { w.Swap(1) }, c.Code + c.RMW},
		"CAS":      {func() { w.CompareAndSwap(5, 6) }, c.Code + c.RMW},
		"add":      {func() { w.Add(1) }, c.Code + c.RMW},
		"touch":    {func() { l.Touch(3) }, 3 * c.Hit},
		"read":     {func() { l.Read(3) }, 3 * c.Hit},
		"use":      {sim.Use, c.Hit},
		"pause":    {func() { sim.Pause(7) }, 7 * c.Pause},
		"work":     {func() { sim.Work(1234) }, 1234},
		"long":     {func() { sim.Work(5_000_000) }, 5e6},
		"no work":  {func() { sim.Work(-5) }, 0},
		"clock":    {func() { sim.Nanotime() }, c.Clock},
		"wake":     {func() { w.Wake() }, c.Syscall},
		"wait not": {func() { w.Wait(77, -1) }, c.Syscall},
	} {
		const times = 1000
		run(t, cfg, func() {
			first()
			op.do() // the futex's queue is used the first time
			start := sim.Nanotime()
			for range times {
				op.do()
			}
			took := float64(sim.Nanotime()-start) - c.Clock
			require.InDelta(t, op.cost*times, took, 2, name)
		})
	}
}

// A line travels as far as the CPUs are from each other.
func TestTransfersByDistance(t *testing.T) {
	for _, name := range []string{"server64", "epyc2x64", "xeon2x32"} {
		cfg, err := sim.Named(name)
		require.NoError(t, err)
		c := &cfg.Costs
		c.Jitter = 0
		latency := []float64{0, c.Near, c.Far, c.Remote}
		for _, other := range []int{1, cfg.CPUs/2 - 1, cfg.CPUs - 1} {
			var took int64
			var between int
			run(t, cfg, func() {
				var word sim.Uint32
				var left group
				word.Store(1)
				for cpu := 1; cpu <= other; cpu++ { // thread n gets CPU n
					left.start(func() {
						require.Equal(t, cpu, sim.CPU())
						if sim.CPU() == other {
							start := sim.Nanotime()
							word.Store(2)
							took = sim.Nanotime() - start
							between = sim.Distance(0, other)
						}
						sim.Work(2_000_000)
					})
				}
				left.wait()
			})
			require.InDelta(t, latency[between]+c.Code+c.RMW+c.Clock, took, 1,
				"%s: CPU 0 to %d", name, other)
		}
	}
}

func TestDistancesAreSymmetric(t *testing.T) {
	cfg := machine(t, "epyc2x64", 128)
	run(t, cfg, func() {
		require.Equal(t, 128, sim.CPUs())
		for a := range 128 {
			require.Zero(t, sim.Distance(a, a))
			require.Zero(t, sim.Distance(a, 128))
			require.Zero(t, sim.Distance(-1, a))
			for b := range 128 {
				require.Equal(t, sim.Distance(b, a), sim.Distance(a, b))
				want := 3
				switch {
				case a == b:
					want = 0
				case a/8 == b/8:
					want = 1
				case a/64 == b/64:
					want = 2
				}
				require.Equal(t, want, sim.Distance(a, b))
			}
		}
	})
	require.Zero(t, sim.Distance(0, 1), "no machine")
	require.Equal(t, -1, sim.CPU())
	require.Zero(t, sim.CPUs())
}

// A store takes the line from all that share it, wherever they are.
func TestAStoreInvalidatesAllCopies(t *testing.T) {
	for _, cpus := range []int{2, 64, 65, 128} {
		cfg := machine(t, "mesh128", cpus)
		var word, turn sim.Uint32
		r := run(t, cfg, func() {
			var all group
			for range cpus - 1 {
				all.start(func() {
					for round := range uint32(3) {
						for turn.Load() != round {
							sim.Pause(10)
						}
						require.Equal(t, round, word.Load())
						sim.Work(100_000)
					}
				})
			}
			for round := range uint32(3) {
				word.Store(round)
				turn.Store(round)
				sim.Work(100_000)
			}
			all.wait()
		})
		require.GreaterOrEqual(t, r.Transfers[0], uint64(6*(cpus-1)), "each loads both words anew")
	}
}

func TestOperationsDoNotAllocate(t *testing.T) {
	for _, cpus := range []int{1, 8, 128} {
		var word, never sim.Uint32
		var line sim.Line
		var over sim.Bool
		var allocs float64
		run(t, machine(t, "mesh128", cpus), func() {
			for range 8 {
				sim.Go(func() {
					for !over.Load() {
						word.Add(1)
						line.Touch(2)
						never.AwaitSwap(1, 2, 3, 1)
						sim.Work(100)
						word.Wait(word.Load(), 1000)
						word.Wake()
					}
				})
			}
			sim.Work(1_000_000)
			allocs = testing.AllocsPerRun(1, func() {
				for range 1000 {
					word.Add(1)
					sim.Nanotime()
				}
				never.Wait(0, 1_000_000) // the others go on
			})
			over.Store(true)
		})
		require.Zero(t, allocs, "%d CPUs", cpus)
	}
}

// BenchmarkOperation is real time for each simulated operation, by number of CPUs.
func BenchmarkOperation(b *testing.B) {
	for name, program := range map[string]func(threads, each int) func(){
		"hits": func(threads, each int) func() {
			return func() {
				for range threads {
					sim.Go(func() {
						var own sim.Uint32
						for range each {
							own.Load()
						}
					})
				}
			}
		},
		"misses": func(threads, each int) func() {
			var word sim.Uint32
			return func() {
				for range threads {
					sim.Go(func() {
						for range each {
							word.Add(1)
							sim.Work(50)
						}
					})
				}
			}
		},
		"lock": lockProgram,
	} {
		for _, cpus := range []int{1, 8, 128} {
			b.Run(fmt.Sprintf("op=%s/cpus=%d", name, cpus), func(b *testing.B) {
				cfg := machine(b, "mesh128", cpus)
				r := run(b, cfg, program(cpus, b.N/cpus+1))
				ns := float64(b.Elapsed().Nanoseconds())
				b.ReportMetric(ns/float64(r.Operations()), "ns/simop")
			})
		}
	}
}
