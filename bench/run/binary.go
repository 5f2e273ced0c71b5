package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"schedlab/bench"
)

// binary is the test binary of package bench, built once for all samples.
type binary struct {
	path string
	o    options
}

// build makes the binary in dir.
func build(ctx context.Context, dir string, o options) (binary, error) {
	b := binary{filepath.Join(dir, "bench.test"), o}
	args := []string{"test", "-c", "-o", b.path}
	if o.simulated() {
		args = append(args, "-tags", "sim")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "schedlab/bench")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("building the benchmarks: %w\n%s", err, out)
	}
	return b, nil
}

// run measures the cell in a fresh process, and returns the line of the Go benchmark format
// that the process printed. The error says in one line why there is none.
func (b binary) run(ctx context.Context, c bench.Cell) (line string, err error) {
	return b.benchmark(ctx, c, b.args(c))
}

// simulate is run on the machine of the options, with a seed of the machine, of input and of
// random choices.
func (b binary) simulate(ctx context.Context, c bench.Cell, seed uint64) (line string, err error) {
	return b.benchmark(ctx, c, b.simArgs(c, seed))
}

func (b binary) benchmark(
	ctx context.Context, c bench.Cell, args []string,
) (line string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.o.timeout, errTimeout)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, b.path, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return "", fmt.Errorf("no answer within %v", b.o.timeout)
	case err != nil:
		return "", fmt.Errorf("%s (%w)", reason(out.String()), err)
	}
	return benchmarkLine(out.String(), c)
}

var errTimeout = errors.New("the sample takes too long")

func (b binary) args(c bench.Cell) []string {
	return append(b.cellArgs(c),
		"-test.bench=^BenchmarkSched$",
		"-test.benchtime="+b.o.benchtime.String(),
		fmt.Sprintf("-bench.seed=%d", b.o.seed),
	)
}

func (b binary) simArgs(c bench.Cell, seed uint64) []string {
	return append(b.cellArgs(c),
		"-test.bench=^BenchmarkVirtual$",
		"-test.benchtime=1x",
		"-bench.machine="+b.o.machine.Name,
		fmt.Sprintf("-bench.seed=%d", seed),
	)
}

func (b binary) cellArgs(c bench.Cell) []string {
	return []string{
		"-test.run=^$",
		"-test.timeout=0", // run's own timeout also ends a process that does not react
		"-test.cpu=1",     // each scheduler raises GOMAXPROCS as it needs; more would favour some
		"-bench.workloads=" + c.Workload,
		"-bench.designs=" + c.Design,
		fmt.Sprintf("-bench.procs=%d", c.Procs),
		"-bench.size=" + b.o.size.String(),
	}
}

// benchmarkLine returns the line with the result of c in the output of its process.
func benchmarkLine(out string, c bench.Cell) (string, error) {
	in := benchfmt.NewReader(strings.NewReader(out), "output of the benchmark")
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.SyntaxError:
			return "", rec
		case *benchfmt.Result:
			if measured, err := parseCell(rec.Name); err == nil && measured == c {
				_, number := rec.Pos()
				return strings.TrimSpace(strings.Split(out, "\n")[number-1]), nil
			}
		}
	}
	return "", fmt.Errorf("the process printed no result: %s", reason(out))
}

// reason finds the line of out that tells best why a process failed: the message of the
// benchmark, or of the panic or fatal error that ended it.
func reason(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if _, message, ok := strings.Cut(line, "_test.go:"); ok {
			_, message, _ = strings.Cut(message, ": ")
			return message
		}
		for _, begin := range []string{"panic: ", "fatal error: ", "bench: "} {
			if strings.HasPrefix(line, begin) {
				return line
			}
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// tempDir makes the folder in which the binary is built; remove removes it.
func tempDir() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "schedlab-bench-")
	return dir, func() { os.RemoveAll(dir) }, err
}
