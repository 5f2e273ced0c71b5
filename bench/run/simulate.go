package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/sim"
	"schedlab/workloads"
)

// # Simulated machines
//
// With -machine, the cells run on simulated CPUs, as many as they have Ps. What is measured is
// then the same to the digit each time, on any host. So samples differ by their seeds alone, and
// run side by side.

const (
	simFolder  = "sim" // of the results of simulated machines
	curvesName = "curves"
	simCount   = 5

	// simWorkloads have a curve each that shows something: spawning from one G and from many,
	// fork-join, pairs, yields, one channel, one lock, and fan-out.
	simWorkloads = "fib,spawn_many_local,create_single,yield_many,ping_pong_many,fan_out_in," +
		"chan_contended,mutex_contended"
	simProcs = "1,2,4,8,16,32,64,128"
)

// simPreset returns the preset of simulated machines: that of the curves, or full, which has all
// designs and workloads.
func simPreset(full bool) (name string, p preset) {
	p = preset{size: workloads.Normal.String(), procs: simProcs}
	if full {
		p.designs = strings.Join(all.Names(), ",")
		return "full", p
	}
	names := slices.DeleteFunc(mains(all.Names()), func(n string) bool { return n == baseline })
	p.designs, p.workloads = strings.Join(names, ","), simWorkloads
	return curvesName, p
}

// checkSim returns an error if a flag has no meaning on a simulated machine.
func checkSim(given map[string]bool) error {
	switch {
	case given["benchtime"]:
		return errors.New("-benchtime is real time; on a simulated machine a sample is one run")
	case given["quick"]:
		return errors.New("-quick is a comparison of the real machine; leave out -machine")
	}
	return nil
}

// declined is a cell that a simulated machine cannot run, and why.
type declined struct {
	cell bench.Cell
	why  string
}

// simulate checks the cells against the machine, and takes those away that cannot run on it.
func (o *options) simulate() error {
	for _, c := range o.cells {
		if err := o.machine.With(c.Procs).Check(); err != nil {
			return fmt.Errorf("-procs: %w", err)
		}
	}
	o.cells = slices.DeleteFunc(slices.Clone(o.cells), func(c bench.Cell) bool {
		err := bench.Simulates(c)
		if err != nil {
			o.declined = append(o.declined, declined{c, err.Error()})
		}
		return err != nil
	})
	if len(o.cells) == 0 {
		return fmt.Errorf("there is nothing to simulate: %s", o.declined[0].why)
	}
	return nil
}

// reasons returns each reason for which cells are declined, once.
func reasons(list []declined) (whys []string) {
	for _, d := range list {
		if !slices.Contains(whys, d.why) {
			whys = append(whys, d.why)
		}
	}
	return whys
}

// simEnvironment describes a simulated machine. It tells nothing of the host, of the commit or
// of the day, since the figures depend on the source alone: the same source makes the same files.
func simEnvironment(o options) environment {
	var costs []string
	for _, p := range sim.Parameters {
		if v, err := o.machine.Costs.Get(p.Name); err == nil {
			costs = append(costs, strings.TrimSpace(fmt.Sprintf("%s=%v", p.Name, v)))
		}
	}
	return environment{
		{"machine", o.machine.Name},
		{simulatedKey, o.machine.Doc},
		{"costs", strings.Join(costs, " ")},
		{"command", o.command()},
		{"size", o.size.String()},
		{"samples", fmt.Sprintf("%d, of the seeds %d to %d",
			o.count, o.seed, o.seed+uint64(o.count)-1)},
	}
}

// simulatedKey is the key of environments that only a simulated machine has.
const simulatedKey = "simulated"

// simAnnouncement says what will be simulated, and what will not.
func simAnnouncement(o options) string {
	said := fmt.Sprintf("%d cells, %d seeds each, on the simulated machine %s, %d at a time",
		len(o.cells), o.count, o.machine.Name, workers())
	for _, why := range reasons(o.declined) {
		said += "\nleft out: " + why
	}
	return said
}

// workers is how many simulations run side by side. Each computes on one processor.
func workers() int { return runtime.NumCPU() }
