package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/internal/command"
)

// samplerFunc is a sampler that is told how many samples came before.
type samplerFunc func(i int, c bench.Cell) (string, error)

func (f samplerFunc) counted() sampler { return &counted{f: f} }

type counted struct {
	f samplerFunc
	n int
}

func (c *counted) run(_ context.Context, cell bench.Cell) (string, error) {
	c.n++
	return c.f(c.n-1, cell)
}

func line(c bench.Cell, ns int) string {
	return fmt.Sprintf("BenchmarkSched/%v 1 %d ns/op", c, ns)
}

func read(t *testing.T, elem ...string) string {
	data, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	return string(data)
}

var threeRounds = options{cells: threeCells, count: 3}

func TestRawFilesHoldEnvironmentAndSamples(t *testing.T) {
	r := newRaw(t.TempDir(), environment{{"go", "go1.26"}})
	fine := samplerFunc(func(i int, c bench.Cell) (string, error) { return line(c, 10+i), nil })
	require.NoError(t, measure(t.Context(), threeRounds, fine.counted(), r, io.Discard))
	require.Equal(t, "go: go1.26\n", read(t, r.dir, environmentFile))
	x := read(t, r.dir, "x.txt")
	require.True(t, strings.HasPrefix(x, "go: go1.26\n\nBenchmarkSched/"))
	require.Equal(t, 6, strings.Count(x, "ns/op"), "two cells of x, three samples each")

	back, err := load(r.dir)
	require.NoError(t, err)
	require.Len(t, back.values[figure{threeCells[2], timeUnit}], 3)
	require.NoError(t, back.failure())
}

// The cell is right at first and wrong in its second sample.
func TestAFailedCellIsNoTime(t *testing.T) {
	bad := threeCells[1]
	samples := 0
	bin := samplerFunc(func(i int, c bench.Cell) (string, error) {
		if c == bad {
			if samples++; samples == 2 {
				return "", errors.New("wrong answer: 41")
			}
		}
		return line(c, 10), nil
	})
	r := newRaw(t.TempDir(), nil)
	var out strings.Builder
	require.NoError(t, measure(t.Context(), threeRounds, bin.counted(), r, &out))
	require.Equal(t, 2, samples, "it is not measured again")
	require.Contains(t, out.String(), "FAILED workload=a/design=y/procs=1: wrong answer: 41\n")

	back, err := load(r.dir)
	require.NoError(t, err)
	require.Equal(t, map[bench.Cell]string{bad: "wrong answer: 41"}, back.failed)
	require.Empty(t, back.values[figure{bad, timeUnit}])
	require.Len(t, back.values[figure{threeCells[0], timeUnit}], 3)
	require.ErrorContains(t, back.failure(), "failed cells: 1")
	require.Contains(t, read(t, r.dir, "y.txt"), "# BenchmarkSched/"+bad.String(),
		"the raw file keeps it, as a comment")
}

func TestAnInterruptKeepsWhatWasMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	bin := samplerFunc(func(i int, c bench.Cell) (string, error) {
		if i == 4 {
			cancel()
			return "", errors.New("signal: killed")
		}
		return line(c, 10), nil
	})
	r := newRaw(t.TempDir(), nil)
	err := measure(ctx, threeRounds, bin.counted(), r, io.Discard)
	require.ErrorContains(t, err,
		"interrupted: the 4 samples measured so far are in "+r.dir+", until the next run")
	require.Equal(t, 4, strings.Count(read(t, r.dir, "x.txt")+read(t, r.dir, "y.txt"), "ns/op"))
	require.Empty(t, r.failed, "the killed sample is no failure")
}

func TestRenameReplacesTheLastComparison(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "quick")
	require.NoError(t, os.MkdirAll(dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "gone.txt"), nil, 0o666))
	r := newRaw(dir+".partial", nil)
	require.NoError(t, os.MkdirAll(r.dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "gpm.txt"), nil, 0o666))
	require.NoError(t, r.begin())
	r.add(cell1, line(cell1, 5))
	require.NoError(t, r.save())
	require.NoError(t, r.rename(dir))
	require.NoFileExists(t, filepath.Join(dir, "gone.txt"))
	require.NoFileExists(t, filepath.Join(dir, "gpm.txt"), "nor what an interrupted one has left")
	require.NoDirExists(t, dir+".partial")
	require.Contains(t, read(t, dir, "gm.txt"), "5 ns/op")
}

func TestAFileThatCannotBeWrittenStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gm.txt")
	require.NoError(t, replaceFile(path, []byte("old")))
	require.NoError(t, os.MkdirAll(filepath.Join(path+".tmp", "in the way"), 0o777))
	require.Error(t, replaceFile(path, []byte("new")))
	require.Equal(t, "old", read(t, path))
}

func TestAFolderThatCannotBeMadeIsSeenBeforeTheWork(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	var out, errs strings.Builder
	args := []string{"-workloads=fib", "-designs=native", "-out=" + file}
	require.Equal(t, command.Failed, runner.Run(t.Context(), args, &out, &errs))
	require.Contains(t, errs.String(), "-out names another folder")
	require.NotContains(t, out.String(), "round 1 of")
}

func TestMorePsThanCPUsAreAnnounced(t *testing.T) {
	few := bench.Cell{Workload: "a", Design: "x", Procs: runtime.NumCPU()}
	o := options{cells: []bench.Cell{few}, count: 1}
	require.NotContains(t, announcement(o), "share")
	many := bench.Cell{Workload: "a", Design: "x", Procs: 4096}
	o.cells = append(o.cells, many, few)
	require.Contains(t, announcement(o), "up to 4096 Ps share the")
}
