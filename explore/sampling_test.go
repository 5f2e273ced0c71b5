package explore

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/sampling"
)

// comparisonPage is where the strategies are compared, and comparisonCommand writes the part
// of it about the wrong programs of these tests.
const (
	comparisonPage    = "sampling/README.md"
	comparisonCommand = "go test ./explore -run Comparison -rewrite"
)

// wrongPrograms returns the known-bad programs of all tests here, in the order of their names.
func wrongPrograms() (all []sampling.Program) {
	bad := badAll()
	for _, c := range planted {
		bad[c.name] = c.program
	}
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		all = append(all, sampling.Program{Name: name, Run: bad[name], Timeouts: 1})
	}
	return all
}

// TestComparisonOfStrategies: the page shows what is measured.
func TestComparisonOfStrategies(t *testing.T) {
	if raceDetector {
		t.Skip("one goroutine runs at a time: there are no races to find")
	}
	var rows []sampling.Row
	for _, p := range wrongPrograms() {
		rows = append(rows, sampling.Measure(p, sampling.Seeds, sampling.Budget))
	}
	table := "\n" + sampling.Table(rows, sampling.Seeds, sampling.Budget) + "\n"
	if *rewrite {
		require.NoError(t, sampling.Rewrite(comparisonPage, comparisonCommand, table))
	}
	part, err := sampling.Part(comparisonPage, comparisonCommand)
	require.NoError(t, err)
	require.Equal(t, table, part, "%s rewrites %s", comparisonCommand, comparisonPage)
}
