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
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.path, "schedlab/bench")
	if out, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("building the benchmarks: %w\n%s", err, out)
	}
	return b, nil
}

// run measures the cell in a fresh process, and returns the line of the Go benchmark format
// that the process printed. The error says in one line why there is none.
func (b binary) run(ctx context.Context, c bench.Cell) (line string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.o.timeout, errTimeout)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, b.path, b.args(c)...)
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
	return []string{
		"-test.run=^$",
		"-test.bench=^BenchmarkSched$",
		"-test.benchtime=" + b.o.benchtime.String(),
		"-test.timeout=0", // run's own timeout also ends a process that does not react
		"-test.cpu=1",     // each scheduler raises GOMAXPROCS as it needs; more would favour some
		"-bench.workloads=" + c.Workload,
		"-bench.designs=" + c.Design,
		fmt.Sprintf("-bench.procs=%d", c.Procs),
		"-bench.size=" + b.o.size.String(),
		fmt.Sprintf("-bench.seed=%d", b.o.seed),
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
