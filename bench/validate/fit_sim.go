//go:build sim

package main

import (
	"fmt"
	"io"
	"math"

	"schedlab/bench"
	"schedlab/sim"
	"schedlab/workloads"
)

// sampledOnceIn is what package bench gives its schedulers as SampleReady.
const sampledOnceIn = 32

// simulateReal simulates a cell of the real host as that is measured.
func simulateReal(cfg sim.Config, c bench.Cell) (result, error) {
	const runs = 3
	r, err := bench.Simulate(bench.Simulation{
		Cell: c, Machine: cfg.With(2), Size: workloads.Small, Seed: cfg.Seed + 1, Runs: runs,
		SampleReady: sampledOnceIn,
	})
	if err != nil {
		return result{}, err
	}
	ops := float64(r.Ops)
	locks := r.Stats.Locks.Sum()
	per := func(n uint64) float64 { return float64(n) / ops }
	return result{Value: float64(r.Ns) / ops, Counters: map[string]float64{
		"contended/op":  per(locks.Contended),
		"futex/op":      per(locks.Sleeps + locks.Wakes + r.Stats.Parks + r.Stats.Wakes),
		"steals/op":     per(r.Stats.Steals),
		"wakes/op":      per(r.Stats.Wakes),
		"migrations/op": per(r.Stats.Migrated),
	}}, nil
}

func vm2() sim.Config {
	cfg, err := sim.Named("vm2")
	if err != nil {
		panic(err)
	}
	return cfg
}

func vmTasks(seeds int) (list []task) {
	for _, c := range realCells() {
		for seed := range uint64(seeds) {
			cfg := vm2()
			cfg.Seed = seed
			list = append(list, task{result{Name: "vm2", Cell: c.String(), Seed: seed},
				func() (result, error) { return simulateReal(cfg, c) }})
		}
	}
	return list
}

// fit looks for the parameters of vm2 with which the cells of the fitted workloads come closest
// to the real ones. It changes one parameter after the other by a factor, as long as that helps,
// and begins again with a smaller factor. The error is the mean distance of the logarithms,
// which a few cells that are far off do not rule.
func fit(out io.Writer, real map[string][]result) {
	cfg := vm2()
	best := distance(cfg, real)
	fmt.Fprintf(out, "begins at %.4f\n", best)
	for _, by := range []float64{1.5, 1.2} {
		for _, name := range fitOrder {
			for _, factor := range []float64{by, 1 / by} {
				for moved := 0; moved < 4; moved++ {
					next := cfg
					v, _ := next.Costs.Get(name)
					if next.Costs.Set(name, v*factor) != nil {
						break
					}
					if name == "near" {
						next.Costs.Far, next.Costs.Remote = next.Costs.Near, next.Costs.Near
					}
					d := distance(next, real)
					if d >= best {
						break
					}
					cfg, best = next, d
					fmt.Fprintf(out, "%s %.3g: %.4f\n", name, v*factor, best)
				}
			}
		}
	}
}

// fitOrder are the parameters that are fitted. The others are measured, or matter little on two
// CPUs.
var fitOrder = []string{
	"code", "stack-switch", "wake-latency", "near", "rmw", "hit", "futex-wake", "futex-sleep",
	"syscall", "follow", "stack-make",
}

func distance(cfg sim.Config, real map[string][]result) float64 {
	sum, n := 0.0, 0
	for _, c := range realCells() {
		a := real[c.String()]
		if !fitted(c.Workload) || len(a) == 0 {
			continue
		}
		r, err := simulateReal(cfg, c)
		if err != nil {
			continue
		}
		sum += math.Abs(math.Log(r.Value / timeOf(a)))
		n++
	}
	return sum / float64(n)
}
