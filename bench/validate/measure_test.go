//go:build !sim

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

func TestVisitTimesEachRun(t *testing.T) {
	w, err := visit(bench.Cell{Workload: "fib", Design: "gpm", Procs: 1}, 1)
	require.NoError(t, err)
	require.Len(t, w.runs, runsARound)
	require.Positive(t, w.least())
	require.LessOrEqual(t, w.least(), w.units["ns/op"])
}

func TestTheFastestRunCounts(t *testing.T) {
	c := bench.Cell{Workload: "fib", Design: "gpm", Procs: 1}
	began := time.Now()
	visits := []*stopwatch{
		{
			began: began, last: began.Add(60), runs: []time.Duration{10, 20, 30},
			units: map[string]float64{"ns/op": 2, "wakes/op": 5},
		},
		{
			began: began, last: began.Add(30), runs: []time.Duration{10, 10, 10},
			units: map[string]float64{"ns/op": 3, "wakes/op": 1},
		},
	}
	list := summarize([]bench.Cell{c}, [][]*stopwatch{visits})
	require.Len(t, list, 1)
	require.InDelta(t, 1, list[0].Value, 1e-9, "10 of 60 ns, at 2 ns an operation")
	require.InDelta(t, 3, list[0].Counters["wakes/op"], 1e-9, "the median")
	require.InDelta(t, 2.5, list[0].Counters[medianTime], 1e-9)
}
