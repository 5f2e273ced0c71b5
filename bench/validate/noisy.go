//go:build sim

package main

import (
	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/sim"
	"schedlab/workloads"
)

// besideTasks are the cells of the known discrepancy.
func besideTasks(seeds int) (list []task) {
	for _, c := range besideCells() {
		for _, programs := range besidePrograms {
			for seed := range uint64(seeds) {
				r := result{Name: "beside", At: programs, Cell: c.String(), Seed: seed}
				list = append(list, task{r, func() (result, error) {
					return beside(programs, c, seed)
				}})
			}
		}
	}
	return list
}

// beside simulates a cell of vm2 while other programs, which always compute, want its CPUs, too.
func beside(programs int, c bench.Cell, seed uint64) (result, error) {
	work, err := workloads.Find(c.Workload)
	if err != nil {
		return result{}, err
	}
	row, err := all.Find(c.Design)
	if err != nil {
		return result{}, err
	}
	in, err := work.Prepare(workloads.Params{Size: workloads.Small, Procs: c.Procs, Seed: seed})
	if err != nil {
		return result{}, err
	}
	cfg := vm2()
	cfg.Seed = seed
	var r result
	var failure error
	_, err = sim.Run(cfg, func() {
		var over sim.Bool
		for range programs {
			sim.Go(func() {
				for !over.Load() {
					sim.Work(20_000)
				}
			})
		}
		sim.Work(1_000_000)
		r, failure = runsOf(in, row, c.Procs, seed)
		over.Store(true)
	})
	if err == nil {
		err = failure
	}
	return r, err
}

// runsOf is called by a thread of a machine. It measures ten runs after one to warm up.
func runsOf(in *workloads.Instance, row all.Row, procs int, seed uint64) (r result, err error) {
	s, err := row.New(rt.Config{Procs: procs, Seed: seed})
	if err != nil {
		return r, err
	}
	const runs = 10
	var began int64
	var before rt.Stats
	for i := range runs + 1 {
		if i == 1 {
			began, before = sim.Nanotime(), s.Stats()
		}
		if err := in.Run(s); err != nil {
			return r, err
		}
	}
	ops := float64(runs * in.Ops)
	r.Value = float64(sim.Nanotime()-began) / ops
	stats := s.Stats().Sub(before)
	r.Counters = map[string]float64{"wakes/op": float64(stats.Wakes) / ops}
	return r, s.Close()
}
