package bench

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/internal/names"
)

var write = flag.Bool("write", false,
	"write what a test compares: the table of metrics in doc.go, the golden figures")

func TestMetricsAreDescribedInFull(t *testing.T) {
	require.Equal(t, "ns/op", Metrics[0].Unit, "the first metric is the time")
	seen := map[string]bool{}
	closed := map[string]bool{}
	for i, m := range Metrics {
		require.False(t, seen[m.Key()], "%s stands in the table twice", m.Unit)
		seen[m.Key()] = true
		require.NotEmpty(t, m.Doc, m.Unit)
		require.NotEmpty(t, m.Section, m.Unit)
		require.NotNil(t, m.count, m.Unit)
		if i > 0 && Metrics[i-1].Section != m.Section {
			closed[Metrics[i-1].Section] = true
		}
		require.False(t, closed[m.Section], "the rows of section %q are not together", m.Section)
	}
}

func TestThePictureSaysOfAllItsPanelsWhichWayIsBetter(t *testing.T) {
	require.NotEmpty(t, Mains())
	for _, m := range Mains() {
		require.Equal(t, Mains()[0].Better, m.Better, m.Unit)
		require.NotEqual(t, Neither, m.Better, m.Unit)
	}
}

func TestAMetricIsFoundByEitherOfItsUnits(t *testing.T) {
	for _, unit := range []string{"lock-wait-ns/op", "lock-wait-sec/op"} {
		require.Equal(t, lockSection, MetricOf(unit).Section)
	}
	own := MetricOf("late-p99-sec")
	require.Equal(t, ownSection, own.Section)
	require.Equal(t, "late-p99-sec", own.Key())
}

func TestFiguresHaveThreeDigitsAndTheirUnit(t *testing.T) {
	for _, c := range []struct {
		unit string
		v    float64
		want string
	}{
		{"sec/op", 1.5e-7, "150.0ns"},
		{"late-p99-ns", 2e-3, "2.000ms"},
		{"B/op", 2048, "2.000KiB"},
		{"steals/op", 0.12345, "0.123"},
		{"contended/op", 4.67e-5, "4.67e-05"},
		{"lock-wait-sec/op", 0, "0"},
	} {
		require.Equal(t, c.want, MetricOf(c.unit).Format(c.v), c.unit)
	}
}

func TestMetricsInTheDocumentationAreThoseOfTheTable(t *testing.T) {
	doc := string(readFile(t, "doc.go"))
	begin := strings.Index(doc, "//\tunit ")
	require.Positive(t, begin, "doc.go has no line of heads, which begins with unit")
	end := begin + strings.Index(doc[begin:], "\n//\n")
	want := metricTable()
	if *write {
		require.NoError(t, os.WriteFile("doc.go", []byte(doc[:begin]+want+doc[end:]), 0o644))
		return
	}
	require.Equal(t, want, doc[begin:end],
		"doc.go differs from Metrics: go test ./bench -run Documentation -write")
}

// metricTable shows Metrics as lines of a comment, below their sections.
func metricTable() string {
	width := 0
	for _, unit := range names.Of(Metrics, func(m Metric) string { return m.Unit }) {
		width = max(width, len(unit))
	}
	lines := []string{fmt.Sprintf("%-*s  better  what it is", width+2, "unit")}
	for i, m := range Metrics {
		if i == 0 || Metrics[i-1].Section != m.Section {
			lines = append(lines, m.Section)
		}
		lines = append(lines, fmt.Sprintf("  %-*s  %-6s  %s", width, m.Unit, m.Better, m.Doc))
	}
	return "//\t" + strings.Join(lines, "\n//\t")
}
