package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompare(t *testing.T) {
	a := compare([]float64{1, 2, 4, 8}, []float64{2, 4, 8, 16})
	require.Equal(t, 4, a.n)
	require.InDelta(t, 2, a.mean, 1e-9)
	require.InDelta(t, 1, a.spread, 1e-9)
	require.Zero(t, a.within)
	require.InDelta(t, 1, a.shaped, 1e-9)
	require.InDelta(t, 1, a.rank, 1e-9)

	a = compare([]float64{1, 2, 4, 8}, []float64{1.4, 2, 3, 4})
	require.InDelta(t, 0.75, a.within, 1e-9)
}

func TestRankCorrelation(t *testing.T) {
	up := []float64{1, 2, 3, 4}
	require.InDelta(t, 1, spearman(up, []float64{10, 100, 1000, 10_000}), 1e-9)
	require.InDelta(t, -1, spearman(up, []float64{4, 3, 2, 1}), 1e-9)
	require.True(t, math.IsNaN(spearman(up[:2], up[:2])), "two points say nothing")
	require.True(t, math.IsNaN(spearman(up, []float64{5, 5, 5, 5})), "all are equal")
	require.Equal(t, []float64{0.5, 2, 0.5}, ranks([]float64{7, 9, 7}), "equal ones share")
}

func TestVerdicts(t *testing.T) {
	real := []float64{100, 200, 400, 800}
	for name, row := range map[string]struct {
		simulated []float64
		relative  bool
		want      string
	}{
		"times":              {[]float64{120, 190, 410, 700}, false, timesAgree},
		"three of four":      {[]float64{120, 190, 410, 2000}, false, timesAgree},
		"half of them":       {[]float64{20, 190, 410, 9000}, false, misses},
		"all twice":          {[]float64{200, 400, 800, 1600}, false, shapeAgree},
		"the other way":      {[]float64{400, 390, 380, 370}, false, misses},
		"relative, and met":  {[]float64{120, 190, 410, 700}, true, shapeAgree},
		"relative, all half": {[]float64{50, 100, 200, 400}, true, misses},
	} {
		require.Equal(t, row.want, compare(real, row.simulated).verdict(row.relative), name)
	}
	require.Equal(t, misses, compare([]float64{1}, []float64{3}).verdict(false), "one point")
	require.Equal(t, timesAgree, compare([]float64{1}, []float64{1.1}).verdict(false), "one point")
}

func TestBistable(t *testing.T) {
	require.False(t, bistable([]float64{1, 1.1, 1.2, 1.3, 1.4}), "no gap")
	require.True(t, bistable([]float64{5, 1, 1.1, 1.05, 5.2}))
	require.InDelta(t, 1.1, median([]float64{5, 1, 1.1, 1.05, 5.2}), 1e-9)
	require.InDelta(t, 1.5, median([]float64{2, 1}), 1e-9)
}
