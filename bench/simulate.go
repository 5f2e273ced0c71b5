//go:build sim

package bench

import (
	"fmt"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/sim"
	"schedlab/workloads"
)

// Simulation is a benchmark on a simulated machine.
type Simulation struct {
	Cell // its Procs are those of the scheduler; as a rule as many as the machine has CPUs

	Machine sim.Config
	Size    workloads.Size
	Seed    uint64 // of the scheduler and of the input; that of the machine is in its Config
	Runs    int    // that are measured, after one to warm up; 0 is one
	// SampleReady is that of rt.Config. What a sample costs is part of the virtual time.
	SampleReady int
}

// Simulated is what came of a Simulation: of the runs that are measured, but for Whole.
type Simulated struct {
	Ops   int // operations of the workload
	Ns    int64
	Stats rt.Stats
	Count sim.Counters
	Own   []workloads.Metric // of the last run
	Whole sim.Report         // from the start of the machine to its end
}

// Simulate runs a workload on a design on a machine. The answers are verified.
func Simulate(s Simulation) (Simulated, error) {
	w, err := workloads.Find(s.Workload)
	if err != nil {
		return Simulated{}, err
	}
	d, err := all.Find(s.Design)
	if err != nil {
		return Simulated{}, err
	}
	if err := simulates(w, d); err != nil {
		return Simulated{}, err
	}
	in, err := w.Prepare(workloads.Params{Size: s.Size, Procs: s.Procs, Seed: s.Seed})
	if err != nil {
		return Simulated{}, err
	}
	var r Simulated
	var failure error
	r.Whole, err = sim.Run(s.Machine, func() { failure = s.run(d, in, &r) })
	if err == nil {
		err = failure
	}
	if in.Metrics != nil && err == nil {
		r.Own = in.Metrics()
	}
	return r, err
}

// run is the first thread of the machine.
func (s *Simulation) run(d all.Row, in *workloads.Instance, r *Simulated) error {
	sched, err := d.New(rt.Config{Procs: s.Procs, Seed: s.Seed, SampleReady: s.SampleReady})
	if err != nil {
		return err
	}
	if err = s.measure(sched, in, r); err != nil {
		_ = sched.Close() // the first error counts
		return err
	}
	return sched.Close()
}

func (s *Simulation) measure(sched rt.Scheduler, in *workloads.Instance, r *Simulated) error {
	if err := in.Run(sched); err != nil {
		return fmt.Errorf("warm-up: %w", err)
	}
	stats, count, began := sched.Stats(), sim.Count(), sim.Nanotime()
	runs := max(s.Runs, 1)
	for i := range runs {
		if err := in.Run(sched); err != nil {
			return fmt.Errorf("run %d: %w", i+1, err)
		}
	}
	r.Ns = sim.Nanotime() - began
	r.Ops = runs * in.Ops
	r.Count = sim.Count().Sub(count)
	r.Stats = sched.Stats().Sub(stats)
	return nil
}
