package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
)

func TestASimulatedMachineHasAPresetOfItsOwn(t *testing.T) {
	o := optionsOf(t, "-machine=server64")
	require.Equal(t, curvesName, o.name)
	require.Equal(t, 5, o.count)
	require.Equal(t, map[string]bool{"gm": true, "global": true, "gpm": true}, designsOf(o))
	require.Equal(t, 128, o.cells[len(o.cells)-1].Procs)
	require.Empty(t, o.declined)
	require.Empty(t, optionsOf(t, "-machine=server64", "-procs=1,2").name)
	require.Equal(t, 7, optionsOf(t, "-machine=server64", "-count=7").count)

	env := readEnvironment(t.Context(), ".", o, time.Now())
	require.Equal(t, filepath.Join("results", "sim", "server64", "curves"),
		resultsDir(o, ".", env, time.Now()))
	require.Equal(t, env, readEnvironment(t.Context(), "..", o, time.Now().Add(time.Hour)),
		"the environment is that of the machine alone")
}

func TestWhatASimulatedMachineCannotRunIsDeclined(t *testing.T) {
	o := optionsOf(t, "-machine=vm2", "-procs=2", "-workloads=fib,net_echo", "-designs=native,gm")
	require.Equal(t, []bench.Cell{{Workload: "fib", Design: "gm", Procs: 2}}, o.cells)
	require.Len(t, o.declined, 3)
	require.Len(t, reasons(o.declined), 2)
	require.Contains(t, simAnnouncement(o), "net_echo: it does not run on a simulated machine: "+
		"it needs real sockets")
}

func TestBadFlagsOfSimulatedMachines(t *testing.T) {
	for args, want := range map[string]string{
		"-machine=servr64":                     `unknown machine "servr64"; nearest: server64`,
		"-machine=":                            `unknown machine ""`,
		"-machine=server64 -procs=0":           "it must be 1 to",
		"-machine=server64 -procs=2000":        "a machine of 2000 CPUs; it must have 1 to 1024",
		"-machine=server64 -procs=12":          "do not divide",
		"-machine=server64 -workloads=net_rpc": "nothing to simulate",
		"-machine=server64 -designs=native":    "nothing to simulate",
		"-machine=server64 -benchtime=1s":      "-benchtime is real time",
		"-machine=server64 -quick":             "leave out -machine",
		"-machine=server64 -as=curves":         "choose another name",
	} {
		_, err := parseOptions(strings.Fields(args), nil)
		require.ErrorContains(t, err, want, args)
	}
}

var simCells = []bench.Cell{
	{Workload: "fib", Design: "gm", Procs: 1}, {Workload: "fib", Design: "gm", Procs: 2},
	{Workload: "fib", Design: "gpm", Procs: 1}, {Workload: "fib", Design: "gpm", Procs: 2},
}

// virtualLine is what a simulation prints. On one CPU both designs are as fast.
func virtualLine(c bench.Cell, seed uint64) string {
	ns := 100 + int(seed)
	if c.Design == "gpm" {
		ns = (100 + int(seed)) / c.Procs
	}
	return fmt.Sprintf("BenchmarkVirtual/%v 1 %d ns/op %d ops/s 0.5 lock-wait-share "+
		"0.25 sched-wait-share", c, ns, 1_000_000_000/ns)
}

// simulatedFolder returns a folder with the raw files of simCells, measured by run.
func simulatedFolder(t *testing.T, run simulator) string {
	t.Helper()
	o := options{cells: simCells, count: 5, seed: 1}
	r := newRaw(t.TempDir(), environment{{"machine", "box"}, {simulatedKey, "made up"}})
	r.declined = []declined{{bench.Cell{Workload: "net_rpc", Design: "gm", Procs: 1}, "sockets"}}
	require.NoError(t, simulateAll(t.Context(), o, run, r, io.Discard))
	return r.dir
}

func fine(_ context.Context, c bench.Cell, seed uint64) (string, error) {
	return virtualLine(c, seed), nil
}

// Which of the simulations that run side by side ends first makes no difference.
func TestRawFilesOfSimulationsAreTheSameEachTime(t *testing.T) {
	first, second := simulatedFolder(t, fine), simulatedFolder(t, fine)
	for _, file := range []string{"gm.txt", "gpm.txt", environmentFile, declinedFile} {
		require.Equal(t, read(t, first, file), read(t, second, file))
	}
	require.Contains(t, read(t, first, "gm.txt"), virtualLine(simCells[1], 1)+"\n"+
		virtualLine(simCells[1], 2)+"\n")
}

func TestAFailedSimulationIsNoCurve(t *testing.T) {
	dir := simulatedFolder(t, func(_ context.Context, c bench.Cell, seed uint64) (string, error) {
		if c == simCells[3] && seed == 4 {
			return "", errors.New("wrong answer: 41")
		}
		return virtualLine(c, seed), nil
	})
	r, err := publish(t.Context(), dir)
	require.NoError(t, err)
	require.EqualError(t, r.failure(), "failed cells: 1")
	require.Equal(t, "seed 4: wrong answer: 41", r.failed[simCells[3]])
	require.Contains(t, read(t, dir, curvesFile), "| 2 | 103.0ns ±2% | **FAILED** |")
}

func TestAnInterruptKeepsWhatIsSimulated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int32
	run := func(_ context.Context, c bench.Cell, seed uint64) (string, error) {
		if n.Add(1) == 10 {
			cancel()
		}
		return virtualLine(c, seed), nil
	}
	r := newRaw(t.TempDir(), environment{{"machine", "box"}})
	err := simulateAll(ctx, options{cells: simCells, count: 5, seed: 1}, run, r, io.Discard)
	require.ErrorContains(t, err, "samples measured so far are in "+r.dir)
	back, err := load(r.dir)
	require.NoError(t, err)
	require.NotEmpty(t, back.values)
}

// A design and a workload that were declined stand in the page.
func TestCurvesOfASimulatedMachineArePublished(t *testing.T) {
	dir := simulatedFolder(t, fine)
	r, err := publish(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, "box", r.machine)
	page := read(t, dir, curvesFile)
	for _, want := range []string{
		"Left out: sockets.",
		"| 1 | 103.0ns ±2% | 103.0ns ±2% |", "| 2 | 103.0ns ±2% | 51.00ns ±2% |",
		"| 2 | sched 25% | sched 25% |", "Not modelled: cache capacity", "![fib](curve-fib.svg)",
	} {
		require.Contains(t, page, want)
	}
	picture := read(t, dir, curveFile("fib"))
	require.Equal(t, 8, strings.Count(picture, `class="dot d`), "a point for each cell and panel")
	require.NotContains(t, picture, "Rings:")
	require.Contains(t, picture, "Not modelled: ")
	require.Contains(t, read(t, dir, textFile), "left out: sockets\n")
	require.Contains(t, read(t, dir, textFile), "sec/op")
	require.NotContains(t, read(t, dir, markdownFile), "two modes: ")
}

func TestBistableCellsAreRings(t *testing.T) {
	dir := simulatedFolder(t, func(_ context.Context, c bench.Cell, seed uint64) (string, error) {
		if c == simCells[3] && seed > 3 {
			seed += 800
		}
		return virtualLine(c, seed), nil
	})
	r, err := publish(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(read(t, dir, curveFile("fib")), `class="ring d1"`))
	require.Contains(t, read(t, dir, curvesFile), "two modes: 3× 51.00ns ±2%, 2× 452.0ns ±0%")
	require.Contains(t, read(t, dir, textFile),
		"workload=fib/design=gpm/procs=2 has two modes: 3× 51.00ns ±2%, 2× 452.0ns ±0%\n")
	c := r.curve("fib", "gpm")
	require.True(t, c.bistable)
	require.InDelta(t, 1e9/51, c.throughput[1], 1e6, "the mode of most seeds")
}
