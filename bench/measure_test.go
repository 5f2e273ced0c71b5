package bench

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"schedlab/designs/all"
	"schedlab/designs/native"
	"schedlab/rt"
	"schedlab/workloads"
)

// fakeB runs the loop `left` times, each of which takes 1 ms, and keeps what is reported.
type fakeB struct {
	left, done int
	reported   map[string]float64
}

func (b *fakeB) Loop() bool {
	if b.left == 0 {
		return false
	}
	b.left--
	b.done++
	return true
}

func (b *fakeB) Elapsed() time.Duration { return time.Duration(b.done) * time.Millisecond }

func (b *fakeB) ReportMetric(v float64, unit string) {
	if b.reported == nil {
		b.reported = map[string]float64{}
	}
	b.reported[unit] = v
}

// fakeWorkload has 10 operations in each run. The function is told the number of the run,
// from 0.
func fakeWorkload(run func(i int, s rt.Scheduler) error) workloads.Workload {
	prepare := func(workloads.Params) (*workloads.Instance, error) {
		i := -1
		return &workloads.Instance{
			Ops: 10,
			Run: func(s rt.Scheduler) error {
				i++
				return run(i, s)
			},
			Metrics: func() []workloads.Metric {
				return []workloads.Metric{{Unit: "late-ns", Value: float64(i)}}
			},
		}, nil
	}
	return workloads.Workload{Name: "fake", Prepare: prepare}
}

// fakeSched adds step to its Stats each time that these are read.
type fakeSched struct {
	rt.Scheduler
	step     rt.Stats
	sum      rt.Stats
	hist     *hdrhistogram.Histogram
	closeErr error
}

func (s *fakeSched) Stats() rt.Stats {
	s.sum.Add(&s.step)
	st := s.sum
	if s.hist != nil {
		st.ReadyToRun = hdrhistogram.Import(s.hist.Export())
	}
	return st
}

func (s *fakeSched) Close() error { return errors.Join(s.Scheduler.Close(), s.closeErr) }

func design(s *fakeSched) all.Row {
	return all.Row{Name: "fake", New: func(cfg rt.Config) (_ rt.Scheduler, err error) {
		s.Scheduler, err = native.New(cfg)
		return s, err
	}}
}

func fine(int, rt.Scheduler) error { return nil }

var params = workloads.Params{Procs: 2}

func TestMeasureDividesByOperations(t *testing.T) {
	step := rt.Stats{Executed: 1, Steals: 60, Migrated: 3, Parks: 2, Wakes: 5,
		Locks: rt.Locks{
			rt.LockSched:   {Contended: 1, WaitNs: 100, Sleeps: 10, Wakes: 20},
			rt.LockObjects: {Contended: 2, WaitNs: 200, Sleeps: 30, Wakes: 40},
		}}
	b := &fakeB{left: 3}
	require.NoError(t, Measure(b, fakeWorkload(fine), design(&fakeSched{step: step}), params))
	require.Equal(t, 1e5, b.reported["ns/op"], "3 ms for 30 operations")
	require.Equal(t, 0.1, b.reported["contended/op"])
	require.Equal(t, 10.0, b.reported["lock-wait-ns/op"])
	require.Equal(t, 107.0/30, b.reported["futex/op"])
	require.Equal(t, 2.0, b.reported["steals/op"])
	require.Equal(t, 0.1, b.reported["migrations/op"])
	require.Equal(t, 5.0/30, b.reported["wakes/op"])
	require.Contains(t, b.reported, "B/op")
	require.Contains(t, b.reported, "allocs/op")
	require.Equal(t, 3.0, b.reported["late-ns"], "the workload's own figure, of the last run")
}

func TestMeasureLeavesOutWhatADesignDoesNotCount(t *testing.T) {
	b := &fakeB{left: 1}
	require.NoError(t, Measure(b, fakeWorkload(fine), design(&fakeSched{}), params))
	require.Contains(t, b.reported, "ns/op")
	for _, m := range Metrics {
		if m.Section != timeSection && m.Section != memorySection {
			require.NotContains(t, b.reported, m.Unit)
		}
	}
}

func TestMeasureCountsOnlyTheLoop(t *testing.T) {
	s := &fakeSched{hist: rt.NewLatencies().Histogram}
	w := fakeWorkload(func(i int, _ rt.Scheduler) error {
		if i == 0 {
			return s.hist.RecordValues(1_000_000, 5000) // the warm-up
		}
		return s.hist.RecordValues(100, 150)
	})
	b := &fakeB{left: 2}
	require.NoError(t, Measure(b, w, design(s), params))
	require.InDelta(t, 100, b.reported["ready-p50-ns"], 2)
	require.InDelta(t, 100, b.reported["ready-p99-ns"], 2)
	require.NotContains(t, b.reported, "ready-p99.9-ns", "300 samples are too few")
}

func TestMeasureNeverReportsATimeWithoutARightAnswer(t *testing.T) {
	wrong := errors.New("wrong answer 41, expected 42")
	failAt := func(n int) workloads.Workload {
		return fakeWorkload(func(i int, _ rt.Scheduler) error {
			if i == n {
				return wrong
			}
			return nil
		})
	}
	unprepared := workloads.Workload{
		Prepare: func(workloads.Params) (*workloads.Instance, error) { return nil, wrong },
	}
	unbegun := all.Row{New: func(rt.Config) (rt.Scheduler, error) { return nil, wrong }}
	for name, test := range map[string]struct {
		w workloads.Workload
		d all.Row
	}{
		"input cannot be prepared":   {unprepared, design(&fakeSched{})},
		"wrong in the warm-up":       {failAt(0), design(&fakeSched{})},
		"wrong in a measured run":    {failAt(2), design(&fakeSched{})},
		"the scheduler cannot end":   {failAt(-1), design(&fakeSched{closeErr: wrong})},
		"the scheduler cannot begin": {failAt(-1), unbegun},
	} {
		t.Run(name, func(t *testing.T) {
			b := &fakeB{left: 3}
			require.ErrorIs(t, Measure(b, test.w, test.d, params), wrong)
			require.Empty(t, b.reported)
		})
	}
}

// benchfmt, and so benchstat, must read all values of a metric in one unit.
func TestMetricsAreReadBackAsOneUnit(t *testing.T) {
	for _, unit := range []string{"ready-p99.9-ns", "lock-wait-ns/op", "steals/op"} {
		units := map[string]bool{}
		for _, v := range []float64{0, 1e-9, 0.5, 12345} {
			b := &fakeB{}
			report(b, v, unit)
			r := testing.BenchmarkResult{N: 1, T: 1, Extra: b.reported}
			line := fmt.Sprintf("BenchmarkX/procs=1 %v\n", r)
			in := benchfmt.NewReader(strings.NewReader(line), "")
			require.True(t, in.Scan())
			res, ok := in.Result().(*benchfmt.Result)
			require.True(t, ok, "%v", in.Result())
			last := res.Values[len(res.Values)-1]
			units[last.Unit] = true
		}
		require.Len(t, units, 1, "%s is read as %v", unit, units)
	}
}

// All workloads run on one design, and all designs run one workload. The workloads' own tests
// are for all other combinations.
func TestEveryDesignAndEveryWorkloadCanBeMeasured(t *testing.T) {
	for _, w := range workloads.Table {
		measureOnce(t, Cell{w.Name, "native", 2})
	}
	for _, d := range all.Table {
		measureOnce(t, Cell{workloads.Table[0].Name, d.Name, 2})
	}
}

// A cell that would hang is an error before it begins.
func TestAWorkloadIsNotRunOnADesignThatLacksWhatItNeeds(t *testing.T) {
	d, err := all.Find("gpm-nohandoffp")
	require.NoError(t, err)
	w := workloads.Workload{Name: "w", Needs: rt.BesideBlocking}
	err = Measure(&fakeB{left: 1}, w, d, workloads.Params{Procs: 1})
	require.ErrorContains(t, err, "workload w might never end on design gpm-nohandoffp, "+
		`which does not promise "beside BlockingSyscall"`)
}

func measureOnce(t *testing.T, c Cell) {
	t.Run(c.String(), func(t *testing.T) {
		b := &fakeB{left: 1}
		require.NoError(t, measureCell(b, c, workloads.Small))
		require.Positive(t, b.reported["ns/op"])
	})
}
