package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

func TestBistableCellsHaveTwoModes(t *testing.T) {
	for _, c := range []struct {
		times []float64
		want  []mode
	}{
		{[]float64{100, 101, 99, 100, 102}, []mode{{2, 0, 3, 1, 4}}},
		{[]float64{100, 101, 290, 100, 300}, []mode{{0, 3, 1}, {2, 4}}},
		{[]float64{300, 101, 290, 310}, []mode{{2, 0, 3}, {1}}},
		{[]float64{300, 100}, []mode{{1}, {0}}},
		{[]float64{100, 130, 170, 220, 290}, []mode{{0, 1, 2, 3, 4}}}, // wide, but one
		{[]float64{100, 120, 101, 121}, []mode{{0, 2, 1, 3}}},         // near each other
		{[]float64{7}, []mode{{0}}},
	} {
		require.Equal(t, c.want, modesOf(c.times), "%v", c.times)
	}
}

func TestModesAreNeverAveraged(t *testing.T) {
	c := bench.Cell{Workload: "fib", Design: "gpm", Procs: 32}
	share := figure{c, "lock-wait-share"}
	r := &results{values: map[figure][]float64{
		{c, timeUnit}: {100e-9, 900e-9, 102e-9, 98e-9, 920e-9},
		share:         {0.01, 0.7, 0.02, 0.03, 0.8},
	}}
	require.Equal(t, "two modes: 3× 100.0ns ±2%, 2× 910.0ns ±1%",
		modeText(r, figure{c, timeUnit}, bench.Metrics[0]))
	require.Equal(t, "two modes: 3× 0.02 ±50%, 2× 0.75 ±7%",
		modeText(r, share, bench.MetricOf(share.unit)))
	r.values[figure{c, timeUnit}] = []float64{100e-9, 110e-9, 102e-9, 98e-9, 104e-9}
	require.Equal(t, "102.0ns ±8%", modeText(r, figure{c, timeUnit}, bench.Metrics[0]))
}
