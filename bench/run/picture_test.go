package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

func TestTicks(t *testing.T) {
	require.Equal(t, []float64{0.2, 0.5, 1, 2, 5, 10}, ticks(0.2, 10))
	require.Equal(t, []float64{1}, ticks(1, 1))
	require.Equal(t, []float64{1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10}, ticks(1e-6, 20))
}

func TestRoundDown(t *testing.T) {
	for v, want := range map[float64]float64{
		1: 1, 1.9: 1, 2: 2, 4.9: 2, 5: 5, 9.9: 5, 0.03: 0.02, 730: 500,
	} {
		require.InEpsilon(t, want, roundDown(v), 1e-9, "%v", v)
	}
}

// pictured returns the picture of one workload on designs of which the first is the baseline.
// It requires that the picture is well-formed.
func pictured(t *testing.T, times map[string]float64, failed map[string]string) picture {
	r := &results{
		values:    map[figure][]float64{},
		failed:    map[bench.Cell]string{},
		workloads: []string{"a<b"},
		procs:     []int{2},
	}
	cell := func(design string) bench.Cell {
		return bench.Cell{Workload: "a<b", Design: design, Procs: 2}
	}
	for name, v := range times {
		r.values[figure{cell(name), timeUnit}] = []float64{v, v}
		r.designs = append(r.designs, name)
	}
	for name, why := range failed {
		r.failed[cell(name)] = why
		r.designs = append(r.designs, name)
	}
	var svg bytes.Buffer
	require.NoError(t, writePicture(&svg, r))
	for d := xml.NewDecoder(&svg); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	return newPicture(r)
}

func TestADotStandsWhereItsFigureIs(t *testing.T) {
	p := pictured(t, map[string]float64{baseline: 1e-6, "gm": 5e-6}, nil)
	times := p.Panels[0]
	at := map[string]float64{}
	for _, tick := range times.Ticks {
		at[tick.Text] = tick.X
	}
	require.Len(t, times.Dots, 2)
	require.InDelta(t, at["1"], times.Dots[0].X, 1e-6)
	require.InDelta(t, at["5"], times.Dots[1].X, 1e-6)
	require.Empty(t, p.Panels[1].Dots, "there are no figures of locks")
}

func TestZeroAndFailedCellsAreSeen(t *testing.T) {
	times := map[string]float64{baseline: 1e-6, "gm": 0}
	p := pictured(t, times, map[string]string{"gpm": "wrong <answer>"})
	dots := p.Panels[0].Dots
	require.Len(t, dots, 3)
	require.True(t, dots[1].Zero)
	require.True(t, dots[2].Failed)
	require.Contains(t, dots[2].Tip, "wrong <answer>")
}
