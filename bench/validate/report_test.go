package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/internal/machine"
)

// The committed report is that of the committed raw files.
func TestReportIsThatOfItsFiles(t *testing.T) {
	module := t.TempDir()
	root := filepath.Join(machine.ModuleRoot(t.Context()), "results", "sim")
	require.NoError(t, os.CopyFS(filepath.Join(module, "results", "sim"), os.DirFS(root)))
	require.NoError(t, writeReport(module))
	want, err := os.ReadFile(filepath.Join(root, "validation.md"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(module, "results", "sim", "validation.md"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "renew it: go run ./bench/validate")
}

// Every curve has points in order, and what it refers to.
func TestCurvesAreWhole(t *testing.T) {
	names := map[string]bool{}
	for _, c := range curves {
		require.False(t, names[c.name], "%s is there twice", c.name)
		names[c.name] = true
		require.NotEmpty(t, c.points, c.name)
		for i, p := range c.points {
			require.Positive(t, p.published, c.name)
			require.True(t, i == 0 || c.points[i-1].at < p.at, "%s: the order", c.name)
		}
		for _, s := range []string{c.title, c.source, c.machine, c.does, c.axis, c.unit} {
			require.NotEmpty(t, s, c.name)
		}
	}
	for _, c := range curves {
		require.True(t, c.runs == "" || names[c.runs], "%s: the runs of %s", c.name, c.runs)
	}
}

// A statement is made if it holds for all seeds, and is broken by the first variation that turns
// it around.
func TestStatements(t *testing.T) {
	const fast, slow = "workload=fib/design=gpm/procs=8", "workload=fib/design=gm/procs=8"
	base := map[string][]float64{fast: {10, 11}, slow: {30, 13}}
	list := statements(base)
	require.Len(t, list, 1)
	one := list[0]
	require.Equal(t, "fib: gpm is faster than gm on 8 CPUs", one.text)
	require.InDelta(t, 13.0/11, one.least, 1e-9)
	one.try(map[string]map[string][]float64{
		unchanged: base,
		"a, half": {fast: {10}, slow: {20}},
		"b, half": {fast: {10}, slow: {9}},
		"c, half": {fast: {10}},
	}, []string{unchanged, "a, half", "b, half", "c, half"})
	require.Equal(t, []string{"b, half"}, one.broken)
	require.InDelta(t, 0.9, one.worst, 1e-9)
	base[slow] = []float64{30, 11.5}
	require.Empty(t, statements(base), "too close")
}

// New results of some names replace those, and leave the others.
func TestResultsAreReplacedByName(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, saveNewer(dir, "x", "", []result{
		{Name: "a", At: 1, Value: 1}, {Name: "b", At: 1, Value: 2},
	}))
	require.NoError(t, saveNewer(dir, "x", "b", []result{{Name: "b", At: 2, Value: 3}}))
	list, err := load(dir, "x")
	require.NoError(t, err)
	require.Equal(t, []result{{Name: "a", At: 1, Value: 1}, {Name: "b", At: 2, Value: 3}}, list)
	_, err = readResults(strings.NewReader("no JSON\n"))
	require.Error(t, err)
}
