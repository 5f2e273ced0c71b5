package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/internal/names"
)

func TestSpliceReplacesOnlyWhatIsBetweenTheMarks(t *testing.T) {
	got, err := tablesBlock.splice("head\n"+readmeBegin+"old\n"+readmeEnd+"tail\n", "new\n")
	require.NoError(t, err)
	require.Equal(t, "head\n"+readmeBegin+"new\n"+readmeEnd+"tail\n", got)
}

func TestSpliceNeedsBothMarksInOrder(t *testing.T) {
	for name, readme := range map[string]string{
		"none":     "head\ntail\n",
		"no end":   readmeBegin + "old\n",
		"no begin": "old\n" + readmeEnd,
		"reversed": readmeEnd + "old\n" + readmeBegin,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tablesBlock.splice(readme, "new\n")
			require.ErrorContains(t, err, "mark it with the lines")
		})
	}
}

// README shows the main metrics of the table, and no others.
func TestREADMEShowsTheMainMetrics(t *testing.T) {
	_, rest, begins := strings.Cut(read(t, "..", "..", "README.md"), readmeBegin)
	shown, _, ends := strings.Cut(rest, readmeEnd)
	require.True(t, begins && ends, "README.md has no place for the tables")
	var headings []string
	heading := regexp.MustCompile(`(?m)^\*\*(.+), \d+ Ps\*\*$`)
	for _, m := range heading.FindAllStringSubmatch(shown, -1) {
		headings = append(headings, m[1])
	}
	main := func(m bench.Metric) string { return m.Main }
	require.Equal(t, names.Of(bench.Mains(), main), headings,
		"put them there: go run ./bench/run -compare quick -readme README.md")
	require.Contains(t, shown, "\n!["+mainQuestions()+" of the designs](")
}
