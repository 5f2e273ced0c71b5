package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/internal/command"
	"schedlab/workloads"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected comparisons in testdata")

// golden is a recorded comparison; goldenFailure tells of its failed cell.
const (
	golden        = "testdata/results"
	goldenFailure = "FAILED workload=skynet/design=gm/procs=2: " +
		"wrong answer 41, expected 42 (exit status 1)"
)

func expect(t *testing.T, name string, got []byte) {
	path := filepath.Join(golden, name)
	if *rewrite {
		require.NoError(t, os.WriteFile(path, got, 0o666))
	}
	require.Equal(t, read(t, path), string(got))
}

func TestComparisonsOfRecordedResults(t *testing.T) {
	r, err := load(golden)
	require.NoError(t, err)
	var text, markdown, picture bytes.Buffer
	require.NoError(t, writeText(t.Context(), &text, r))
	require.NoError(t, writeMarkdown(&markdown, r))
	expect(t, textFile, text.Bytes())
	require.NoError(t, writePicture(&picture, r))
	expect(t, markdownFile, markdown.Bytes())
	expect(t, pictureFile, picture.Bytes())
}

func TestAFailedCellIsShownAsFailed(t *testing.T) {
	const failed = goldenFailure + "\n"
	require.Contains(t, read(t, golden, textFile), failed)
	markdown := read(t, golden, markdownFile)
	require.Contains(t, markdown, failed)
	require.Regexp(t, `\| skynet \| 2 \| \S+ ±\d+% \| \*\*FAILED\*\* \|`, markdown)
}

func TestADesignThatFailsEverywhereKeepsItsColumn(t *testing.T) {
	r := &results{
		values:    map[figure][]float64{{threeCells[0], timeUnit}: {1e-9}},
		failed:    map[bench.Cell]string{threeCells[1]: "why"},
		workloads: []string{"a"},
		procs:     []int{1},
		designs:   []string{"x", "y"},
	}
	got := table(r, bench.Metrics[0], r.designs)
	require.Contains(t, got, "| x | y |")
	require.Contains(t, got, "**FAILED**")
}

func TestCompareShowsWhatStandsThereAndFailsIfACellDid(t *testing.T) {
	var out, errs strings.Builder
	status := runner.Run(t.Context(), []string{"-compare", golden}, &out, &errs)
	require.Equal(t, command.Failed, status)
	require.Equal(t, golden+"\n\n"+read(t, golden, textFile), out.String())
	require.Equal(t, "run: failed cells: 1\n", errs.String())
}

func TestCompareOfAFolderWithoutResultsIsExplained(t *testing.T) {
	var out, errs strings.Builder
	args := []string{"-compare", t.TempDir()}
	require.Equal(t, command.Failed, runner.Run(t.Context(), args, &out, &errs))
	require.Contains(t, errs.String(), "give a folder that an earlier run has written")
}

func TestBadFlagsHaveAnExitStatusOfTheirOwn(t *testing.T) {
	var out, errs strings.Builder
	require.Equal(t, command.Usage, runner.Run(t.Context(), []string{"-size=huge"}, &out, &errs))
	require.Contains(t, errs.String(), "unknown size")
}

// A whole run, from the build to the published files, with real processes.
func TestARunPublishes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds the benchmarks")
	}
	dir := t.TempDir()
	args := []string{
		"-as=mine", "-workloads=" + workloads.Table[0].Name, "-designs=native", "-procs=1,2",
		"-size=small", "-count=2", "-benchtime=1ms", "-out=" + dir,
	}
	var out, errs strings.Builder
	require.Zero(t, runner.Run(t.Context(), args, &out, &errs), "%s%s", &out, &errs)
	require.Contains(t, out.String(), "2 cells, 2 samples each")
	require.NotContains(t, out.String(), "in place of")
	require.Regexp(t, `(?s)workload +native.*\n`+
		`more: .*/mine/comparison\.md\n +.*/mine/comparison\.svg\n$`, out.String())
	published, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
	require.NoError(t, err)
	var names []string
	for _, path := range published {
		names = append(names, filepath.Base(path))
	}
	want := []string{markdownFile, pictureFile, textFile, environmentFile, "native.txt"}
	require.Equal(t, want, names)

	out.Reset()
	require.Zero(t, runner.Run(t.Context(), args, &out, &errs), "%s%s", &out, &errs)
	require.Contains(t, out.String(), "/mine, in place of the comparison of 2")
	require.Equal(t, command.Failed, runner.Run(t.Context(), append(args, "-seed=2"), &out, &errs))
	require.Contains(t, errs.String(), "made by another command")
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs strings.Builder
	args := []string{"-out=" + t.TempDir()}
	require.Equal(t, command.Interrupted, runner.Run(ctx, args, &out, &errs))
	require.Contains(t, errs.String(), "interrupted")
}
