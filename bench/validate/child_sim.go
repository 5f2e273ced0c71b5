//go:build sim

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"schedlab/sim"
	"schedlab/workloads"
)

// otherMachines are further variations.
var otherMachines = []string{"xeon2x32", "epyc2x64", "mesh128", "arm80"}

// shallow is the variation in which the collapse of locks that spin is made less deep, since it
// is too deep as it is: see the published curves.
const shallow = "latencies by 4 shorter and PAUSE 40 ns"

// task is one simulation.
type task struct {
	result
	do func() (result, error)
}

// child runs the tasks of one kind whose place, modulo o.of, is o.part. Each becomes a line of out.
func child(out io.Writer, o options) error {
	var tasks []task
	switch o.child {
	case "curves":
		tasks = curveTasks(o.only, o.seeds)
	case "sensitivity":
		tasks = sensitivityTasks(o.only, o.seeds)
	case "vm2":
		tasks = vmTasks(o.seeds)
	case "beside":
		tasks = besideTasks(o.seeds)
	case "fit":
		list, err := load(o.only, realFile)
		if err != nil {
			return err
		}
		fit(out, byCell(list))
		return nil
	default:
		return fmt.Errorf("unknown kind of simulations %q; "+
			"there are curves, sensitivity, vm2 and beside", o.child)
	}
	lines := json.NewEncoder(out)
	for i, t := range tasks {
		if i%o.of != o.part {
			continue
		}
		r, err := t.do()
		r.Name, r.At, r.Cell, r.Seed = t.Name, t.At, t.Cell, t.Seed
		if err != nil {
			r.Error, _, _ = strings.Cut(err.Error(), "\n")
		}
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func curveTasks(only string, seeds int) (list []task) {
	for _, c := range curves {
		if !wanted(only, c.name) || c.runs != "" {
			continue
		}
		for _, p := range c.points {
			for seed := range uint64(seeds) {
				list = append(list, task{result{Name: c.name, At: p.at, Seed: seed},
					func() (result, error) {
						v, err := programs[c.name](p.at, seed)
						return result{Value: v}, err
					}})
			}
		}
	}
	return list
}

// shallower returns a machine on which locks that spin collapse no deeper than the published
// ones: transfers take a quarter of the time, and a PAUSE 40 ns.
func shallower(cfg sim.Config) sim.Config {
	c := &cfg.Costs
	c.Near, c.Far, c.Remote, c.Pause = c.Near/4, c.Far/4, c.Remote/4, 40
	return cfg
}

// sensitivityTasks are all cells with each parameter halved and doubled, and as it is.
func sensitivityTasks(only string, seeds int) (list []task) {
	base, err := sim.Named(sensitiveMachine)
	if err != nil {
		panic(err)
	}
	add := func(name string, cfg sim.Config) {
		if !wanted(only, name) {
			return
		}
		for _, c := range sensitiveCells() {
			list = append(list, task{result{Name: name, Cell: c.String(), Seed: cfg.Seed},
				func() (result, error) {
					v, err := cell(cfg.With(c.Procs), c, workloads.Small)
					return result{Value: v}, err
				}})
		}
	}
	for seed := range uint64(seeds) {
		cfg := base
		cfg.Seed = seed
		add(unchanged, cfg)
	}
	add(shallow, shallower(base))
	for _, name := range otherMachines {
		cfg, err := sim.Named(name)
		if err != nil {
			panic(err)
		}
		add("machine "+name, cfg)
	}
	for _, p := range sim.Parameters {
		value, _ := base.Costs.Get(p.Name)
		for _, by := range []struct {
			name string
			by   float64
		}{{"half", 0.5}, {"twice", 2}} {
			cfg := base
			if err := cfg.Costs.Set(p.Name, value*by.by); err != nil {
				continue // more than it may be
			}
			add(p.Name+", "+by.name, cfg)
		}
	}
	return list
}
