package bench

import (
	"fmt"
	"runtime"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/perf/benchunit"

	"schedlab/designs/all"
	"schedlab/internal/histogram"
	"schedlab/rt"
	"schedlab/workloads"
)

// sampleReady: one in so many times from runnable to running is taken. That is a quarter of
// what the Go runtime takes of its own goroutines (gTrackingPeriod). Its clock is cheaper, so
// that the samples cost no design more than the baseline.
const sampleReady = 32

// B is what Measure needs of *testing.B.
type B interface {
	Loop() bool
	Elapsed() time.Duration
	ReportMetric(value float64, unit string)
}

// Measure runs the workload on a new scheduler of the design, once to warm up and then as
// often as b wants, and reports to b what an operation cost. After an error (a wrong answer, a
// scheduler that fails) it has reported nothing.
func Measure(b B, w workloads.Workload, d all.Row, p workloads.Params) error {
	c, err := measure(b, w, d, p)
	if err != nil {
		return err
	}
	c.report(b)
	return nil
}

func measure(b B, w workloads.Workload, d all.Row, p workloads.Params) (c cost, err error) {
	if err := refuses(w, d); err != nil {
		return cost{}, err
	}
	in, err := w.Prepare(p)
	if err != nil {
		return cost{}, err
	}
	s, err := d.New(rt.Config{Procs: p.Procs, Seed: p.Seed, SampleReady: sampleReady})
	if err != nil {
		return cost{}, err
	}
	// A scheduler that cannot be closed has failed, too.
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	return loop(b, in, s)
}

// refuses returns an error if w might never end on d.
func refuses(w workloads.Workload, d all.Row) error {
	if why, lacks := d.Lacks[w.Needs]; lacks {
		return fmt.Errorf("bench: workload %s might never end on design %s, "+
			"which does not promise %q: %s", w.Name, d.Name, w.Needs, why)
	}
	return nil
}

// loop measures the runs on s, which nothing else may use.
func loop(b B, in *workloads.Instance, s rt.Scheduler) (cost, error) {
	if err := in.Run(s); err != nil {
		return cost{}, fmt.Errorf("warm-up: %w", err)
	}
	runs := 0
	before := take(s)
	for b.Loop() {
		if err := in.Run(s); err != nil {
			return cost{}, fmt.Errorf("run %d: %w", runs+1, err)
		}
		runs++
	}
	c := before.until(take(s))
	c.ops = float64(runs) * float64(in.Ops)
	c.time = b.Elapsed()
	if in.Metrics != nil {
		c.own = in.Metrics()
	}
	return c, nil
}

// reading is what has been counted up to one moment.
type reading struct {
	stats  rt.Stats
	bytes  uint64
	allocs uint64
}

func take(s rt.Scheduler) reading {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return reading{stats: s.Stats(), bytes: m.TotalAlloc, allocs: m.Mallocs}
}

func (before reading) until(after reading) cost {
	return cost{
		stats:  after.stats.Sub(before.stats),
		ready:  histogram.Since(before.stats.ReadyToRun, after.stats.ReadyToRun),
		bytes:  after.bytes - before.bytes,
		allocs: after.allocs - before.allocs,
	}
}

// cost is what ops operations have cost.
type cost struct {
	ops    float64
	time   time.Duration
	bytes  uint64
	allocs uint64
	stats  rt.Stats
	ready  *hdrhistogram.Histogram
	own    []workloads.Metric

	// Of a simulated machine:
	cpuNs    float64 // virtual time of all CPUs together; 0 on a real machine
	queuedNs float64 // of that, waited for lines that were busy
}

func (c cost) report(b B) {
	for _, m := range Metrics {
		if v, ok := m.count(&c); ok {
			report(b, v, m.Unit)
		}
	}
	for _, m := range c.own {
		report(b, m.Value, m.Unit)
	}
}

// report reports v so that it can be compared, also if it is 0. benchfmt reads 5 x-ns as
// seconds, but leaves 0 x-ns as it is, as if that were another unit. So 0 is reported in
// seconds. Package testing prints seven decimals; what they cannot show counts as 0.
func report(b B, v float64, unit string) {
	if v < 1e-7 && v > -1e-7 {
		v, unit = benchunit.Tidy(0, unit)
	}
	b.ReportMetric(v, unit)
}
