//go:build sim

package bench

import (
	"errors"
	"flag"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
	"schedlab/workloads"
)

var (
	simMachine = flag.String("sim.machine", "server64", "")
	simSize    = flag.String("sim.size", "normal", "")
)

func TestSimSpeed(t *testing.T) {
	cells, err := Cells(*workloadList, *designList, *procsList)
	require.NoError(t, err)
	for _, c := range cells {
		cfg, err := sim.Named(*simMachine)
		require.NoError(t, err)
		size, err := workloads.ParseSize(*simSize)
		require.NoError(t, err)
		start := cpu()
		r, err := Simulate(Simulation{Cell: c, Machine: cfg.With(c.Procs), Size: size, Seed: 1})
		took := cpu() - start
		if errors.Is(err, ErrNotSimulated) {
			t.Log(err)
			continue
		}
		if err != nil {
			t.Errorf("%v: %.600v", c, err)
			continue
		}
		n := &r.Whole.Counters
		fmt.Printf("%-16s %-20s %4d: %8.0f ns/op  cont %.3f  real %6.3f s  %5.1f ns/simop %5.2f simop/op %.3f switch/simop turns %.3f hash %x\n", c.Workload, c.Design, c.Procs, float64(r.Ns)/float64(r.Ops),
			float64(r.Stats.Locks.Sum().Contended)/float64(r.Ops), took.Seconds(),
			float64(took.Nanoseconds())/float64(n.Operations()), float64(n.Operations())/2/float64(r.Ops),
			float64(n.Switches)/float64(n.Operations()), float64(n.Turns)/float64(n.Operations()), r.Whole.Hash)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(0, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
