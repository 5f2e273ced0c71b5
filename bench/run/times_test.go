package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/internal/names"
)

func TestARunEndsWithTheTimes(t *testing.T) {
	r, err := load(golden)
	require.NoError(t, err)
	require.Equal(t, goldenFailure+`

The designs: time per operation, 2 Ps

workload   native        gm                    gpm
fib        151.0ns ±3%   1.152µs ±5% (7.63×)   154.6ns ±3% (~)
skynet     295.5ns ±3%   FAILED                315.3ns ±4% (1.07×)
`, strings.Split(times(r), "\nVariants of gpm")[0])
	require.Contains(t, times(r), "\nVariants of gpm: time per operation, 2 Ps\n")
}

func TestATableThatIsTooWideIsLeftToTheFile(t *testing.T) {
	r := &results{values: map[figure][]float64{}, workloads: []string{"a"}, procs: []int{1}}
	for _, d := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		r.designs = append(r.designs, d)
		c := bench.Cell{Workload: "a", Design: d, Procs: 1}
		r.values[figure{c, timeUnit}] = []float64{1, 1, 1, 1, 1, 1}
	}
	require.Contains(t, times(r), "The designs: too many for a line, see below\n")
	r.designs = r.designs[1:]
	require.NotContains(t, times(r), "too many")
}

func TestTooFewSamplesAreSaidOnce(t *testing.T) {
	const few = "There are cells of only 3 samples"
	r := newRaw(t.TempDir(), environment{{"go", "go1.26"}})
	fine := samplerFunc(func(i int, c bench.Cell) (string, error) { return line(c, 10+i), nil })
	require.NoError(t, measure(t.Context(), threeRounds, fine.counted(), r, io.Discard))
	back, err := load(r.dir)
	require.NoError(t, err)
	var text, markdown strings.Builder
	require.NoError(t, writeText(t.Context(), &text, back))
	require.NoError(t, writeMarkdown(&markdown, back))
	for _, said := range []string{text.String(), markdown.String(), times(back)} {
		require.Equal(t, 1, strings.Count(said, few))
		require.NotContains(t, said, "need >=")
	}
	for f := range back.values {
		back.values[f] = make([]float64, 6)
	}
	require.NotContains(t, times(back), "There are cells")
}

func TestUnitsAreSortedByTheirNumbers(t *testing.T) {
	r := &results{values: map[figure][]float64{}}
	want := []string{"d0us-sec", "d2us-sec", "d10us-sec", "d100us-sec", "delays"}
	for _, unit := range want {
		r.values[figure{cell1, unit}] = []float64{1}
	}
	r.order()
	require.Equal(t, want, names.Of(r.metrics, bench.Metric.Key))
}
