//go:build sim

package bench

import (
	"errors"
	"flag"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/sim"
	"schedlab/workloads"
)

// simulated returns a small run of a cell with as many CPUs as Procs.
func simulated(t testing.TB, c Cell) Simulation {
	t.Helper()
	cfg, err := sim.Named("server64")
	require.NoError(t, err)
	return Simulation{Cell: c, Machine: cfg.With(c.Procs), Size: workloads.Small, Seed: 1}
}

// Every workload gives its answer on every design, on any number of CPUs, unless both of them
// say why not.
func TestEverythingRunsOnSimulatedCPUs(t *testing.T) {
	list := all.Names()
	if testing.Short() {
		list = []string{"gm", "global", "gpm", "native"}
	}
	ran := 0
	for _, w := range workloads.Table {
		for _, design := range list {
			for _, procs := range []int{1, 3, 16} {
				r, err := Simulate(simulated(t, Cell{w.Name, design, procs}))
				if design == "native" || w.Sockets {
					require.ErrorIs(t, err, ErrNotSimulated, "%s on %s", w.Name, design)
					continue
				}
				if err != nil {
					require.ErrorContains(t, err, "might never end", "%s on %s", w.Name, design)
					continue
				}
				ran++
				require.Positive(t, r.Ns)
				require.Positive(t, r.Ops)
				require.Positive(t, r.Count.Operations())
			}
		}
	}
	require.Greater(t, ran, 3*len(list)*len(workloads.Table)/2)
}

// A run is the same to the digit, whatever the collector and the processors beneath do.
func TestSimulationsAreTheSameToTheDigit(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, w := range workloads.Table {
		for _, design := range []string{"gm", "global", "global-lockfree", "gpm"} {
			s := simulated(t, Cell{w.Name, design, 8})
			debug.SetGCPercent(100)
			first, err := Simulate(s)
			if errors.Is(err, ErrNotSimulated) {
				continue
			}
			require.NoError(t, err)
			debug.SetGCPercent(5)
			runtime.GOMAXPROCS(4)
			second, err := Simulate(s)
			runtime.GOMAXPROCS(1)
			require.NoError(t, err)
			require.Equal(t, first.Whole, second.Whole, s.Cell)
			require.Equal(t, first.Ns, second.Ns, s.Cell)
			require.Equal(t, first.Own, second.Own, s.Cell)
			first.Stats.StopTimes, second.Stats.StopTimes = nil, nil // pointers
			require.Equal(t, first.Stats, second.Stats, s.Cell)
		}
	}
}

// The designs and the machine are what the cell says.
func TestWhatCannotBeSimulatedSaysWhy(t *testing.T) {
	s := simulated(t, Cell{"fib", "native", 2})
	_, err := Simulate(s)
	require.EqualError(t, err, "bench: design native: it does not run on a simulated machine: "+
		"Go's scheduler runs on real threads")
	s.Workload, s.Design = "net_echo", "gpm"
	_, err = Simulate(s)
	require.EqualError(t, err, "bench: workload net_echo: it does not run on a simulated machine: "+
		"it needs real sockets")
	s.Workload = "fip"
	_, err = Simulate(s)
	require.ErrorContains(t, err, "unknown workload \"fip\"; nearest: fib")
	s.Workload, s.Design = "fib", "gpn"
	_, err = Simulate(s)
	require.ErrorContains(t, err, "unknown design \"gpn\"; nearest:")
	s.Design, s.Machine.CPUs = "gpm", 0
	_, err = Simulate(s)
	require.ErrorContains(t, err, "a machine of 0 CPUs")
	s.Machine.CPUs, s.Procs = 4, 0
	_, err = Simulate(s)
	require.ErrorContains(t, err, "Config.Procs is 0")
}

var machineName = flag.String("bench.machine", "server64", "`machine` to simulate")

// BenchmarkVirtual reports the virtual time and what else an operation has cost, of one run of
// each cell on as many CPUs as it has Ps.
func BenchmarkVirtual(b *testing.B) {
	cfg, err := sim.Named(*machineName)
	require.NoError(b, err)
	for _, c := range cells {
		b.Run(c.String(), func(b *testing.B) {
			at := Simulation{Cell: c, Machine: cfg.With(c.Procs), Size: size, Seed: *seed}
			at.Machine.Seed = *seed
			for b.Loop() {
				r, err := Simulate(at)
				if err != nil {
					b.Fatal(err)
				}
				r.report(b, c.Procs)
			}
		})
	}
}

// BenchmarkSimulated is the real time that a simulated operation takes, and the virtual time of
// an operation of the workload.
func BenchmarkSimulated(b *testing.B) {
	for _, c := range cells {
		b.Run(c.String(), func(b *testing.B) {
			s := simulated(b, c)
			s.Machine, _ = sim.Named("mesh128")
			s.Machine, s.Size = s.Machine.With(c.Procs), size
			var r Simulated
			var err error
			for b.Loop() {
				if r, err = Simulate(s); errors.Is(err, ErrNotSimulated) {
					b.Skip(err)
				}
				require.NoError(b, err)
			}
			perRun := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(perRun/float64(r.Whole.Operations()), "ns/simop")
			b.ReportMetric(float64(r.Ns)/float64(r.Ops), "virtual-ns/op")
		})
	}
}
