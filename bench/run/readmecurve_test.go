package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

// curvesOf returns published curves of fib on the designs that README shows, of so many seeds.
// gpm is twice as fast on two CPUs, the others half as fast.
func curvesOf(t *testing.T, seeds int) (dir string, r *results) {
	t.Helper()
	o := options{count: seeds, seed: 1}
	for _, d := range readmeDesigns {
		for _, n := range []int{1, 2} {
			o.cells = append(o.cells, bench.Cell{Workload: readmeWorkload, Design: d, Procs: n})
		}
	}
	raw := newRaw(t.TempDir(), environment{
		{"machine", "box"}, {simulatedKey, "made up"}, {"size", "small"},
	})
	run := func(_ context.Context, c bench.Cell, _ uint64) (string, error) {
		ns := 100 * c.Procs
		if c.Design == "gpm" {
			ns = 100 / c.Procs
		}
		return fmt.Sprintf("BenchmarkVirtual/%v 1 %d ns/op %d ops/s %d lock-wait-share",
			c, ns, 1_000_000_000/ns, c.Procs-1), nil
	}
	require.NoError(t, simulateAll(t.Context(), o, run, raw, io.Discard))
	r, err := publish(t.Context(), raw.dir)
	require.NoError(t, err)
	return raw.dir, r
}

func TestREADMEShowsTheCurveAndWhatIsNotModelled(t *testing.T) {
	dir, r := curvesOf(t, simCount)
	file := filepath.Join(t.TempDir(), "README.md")
	text := "head\n" + curveBlock.begin + "old\n" + curveBlock.end + "tail\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	require.NoError(t, rewriteReadme(file, dir, r))
	got := strings.ReplaceAll(read(t, file), "\n", " ")
	for _, want := range []string{
		"head ", "tail ", "curve-fib.svg",
		"Fork-join (`fib`, small size) on the simulated machine box:",
		"`gm` and `global` are fastest on 1 CPU;",
		"`gpm` is fastest on 2 CPUs, 2.0 times as fast as on 1",
		"On 2 CPUs, waiting for locks takes 100% (`gm`), 100% (`global`) and 100% (`gpm`)",
		"Not modelled: " + notModelled,
	} {
		require.Contains(t, got, want)
	}
	require.NotContains(t, got, "old")
}

func TestREADMEShowsNoCurveOfTooFewSeedsOrWithoutADesign(t *testing.T) {
	dir, r := curvesOf(t, simCount-1)
	require.ErrorContains(t, rewriteReadme("README.md", dir, r), "publish none of fewer than 5")
	dir, r = curvesOf(t, simCount)
	gpm := bench.Cell{Workload: readmeWorkload, Design: "gpm", Procs: 2}
	r.failed[gpm] = "wrong answer"
	require.ErrorContains(t, rewriteReadme("README.md", dir, r), "has no time of "+gpm.String())
	require.ErrorContains(t, rewriteReadme("README.md", dir+partial, r), "was interrupted")
}
