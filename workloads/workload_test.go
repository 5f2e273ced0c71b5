package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

func TestParseSizeInvertsString(t *testing.T) {
	for _, size := range []Size{Small, Normal, Large} {
		got, err := ParseSize(size.String())
		require.NoError(t, err)
		require.Equal(t, size, got)
	}
}

func TestPercentilesNeedASampleBeyondThem(t *testing.T) {
	for _, row := range []struct {
		samples int
		units   []string
	}{
		{0, nil},
		{1, nil},
		{2, []string{"x-p50-ns"}},
		{99, []string{"x-p50-ns"}},
		{100, []string{"x-p50-ns", "x-p99-ns"}},
		{999, []string{"x-p50-ns", "x-p99-ns"}},
		{1000, []string{"x-p50-ns", "x-p99-ns", "x-p99.9-ns"}},
	} {
		h := rt.NewLatencies()
		for i := range row.samples {
			require.NoError(t, h.RecordValue(int64(i+1)))
		}
		var units []string
		for _, m := range percentiles("x", h, 50, 99, 99.9) {
			units = append(units, m.Unit)
			require.InDelta(t, row.samples, m.Value, float64(row.samples)/1.9, m.Unit)
		}
		require.Equal(t, row.units, units, "%d samples", row.samples)
	}
}

func TestFindReturnsTheWorkloadOfTheName(t *testing.T) {
	for _, name := range Names() {
		w, err := Find(name)
		require.NoError(t, err)
		require.Equal(t, name, w.Name)
	}
}

func TestUnknownNamesAreAnsweredWithTheNearest(t *testing.T) {
	_, err := Find("skinet")
	require.ErrorContains(t, err, `unknown workload "skinet"; nearest: skynet`)
	_, err = Find("uts")
	require.ErrorContains(t, err, "uts_binomial")
	_, err = ParseSize("larg")
	require.ErrorContains(t, err, `unknown size "larg"; nearest: large`)
}
