//go:build !sim

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/workloads"
)

// runsARound is how many runs of a cell follow one another, after one to warm up.
const runsARound = 3

// stopwatch is the bench.B of one visit to a cell: it times each run.
type stopwatch struct {
	began time.Time
	last  time.Time
	runs  []time.Duration
	units map[string]float64
}

// Loop says whether another run follows.
func (w *stopwatch) Loop() bool {
	now := time.Now()
	if w.began.IsZero() {
		w.began = now
	} else {
		w.runs = append(w.runs, now.Sub(w.last))
	}
	w.last = now
	return len(w.runs) < runsARound
}

// Elapsed returns the time of all runs.
func (w *stopwatch) Elapsed() time.Duration { return w.last.Sub(w.began) }

// ReportMetric keeps a figure.
func (w *stopwatch) ReportMetric(value float64, unit string) { w.units[unit] = value }

// least returns the time of the fastest run, in ns an operation.
func (w *stopwatch) least() float64 {
	share := float64(slices.Min(w.runs)) / float64(w.Elapsed())
	return w.units["ns/op"] * share * float64(len(w.runs))
}

// measureReal visits all cells in each of so many rounds, each in an order of its own. The time
// of a cell is that of its fastest run: other programs can only slow it down. Counters are the
// medians of the visits.
func measureReal(ctx context.Context, rounds int, out io.Writer) ([]result, error) {
	cells := realCells()
	visits := make([][]*stopwatch, len(cells))
	began := time.Now()
	for round := range rounds {
		for _, i := range rand.Perm(len(cells)) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			w, err := visit(cells[i], uint64(round+1))
			if err != nil {
				continue // the design cannot promise what the workload needs
			}
			visits[i] = append(visits[i], w)
		}
	}
	fmt.Fprintf(out, "real: %d rounds, %v\n", rounds, time.Since(began).Round(time.Second))
	return summarize(cells, visits), nil
}

func visit(c bench.Cell, seed uint64) (*stopwatch, error) {
	work, err := workloads.Find(c.Workload)
	if err != nil {
		return nil, err
	}
	row, err := all.Find(c.Design)
	if err != nil {
		return nil, err
	}
	w := &stopwatch{units: map[string]float64{}}
	p := workloads.Params{Size: workloads.Small, Procs: c.Procs, Seed: seed}
	return w, bench.Measure(w, work, row, p)
}

func summarize(cells []bench.Cell, visits [][]*stopwatch) (list []result) {
	for i, c := range cells {
		if len(visits[i]) == 0 {
			continue
		}
		r := result{Name: "real", Cell: c.String(), Counters: map[string]float64{}}
		var times, means []float64
		for _, w := range visits[i] {
			times = append(times, w.least())
			means = append(means, w.units["ns/op"])
		}
		r.Value = slices.Min(times)
		r.Counters[medianTime] = median(means)
		for _, unit := range counters {
			var v []float64
			for _, w := range visits[i] {
				v = append(v, w.units[unit])
			}
			r.Counters[unit] = median(v)
		}
		list = append(list, r)
	}
	sortResults(list)
	return list
}
