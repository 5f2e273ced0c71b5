package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/bench"
	"schedlab/workloads"
)

var cell1 = bench.Cell{Workload: "fib", Design: "gm", Procs: 1}

func TestTheLineOfTheCellIsFound(t *testing.T) {
	const line = "BenchmarkSched/workload=fib/design=gm/procs=1 \t 3\t 5 ns/op"
	got, err := benchmarkLine("goos: linux\nnoise\n"+line+"\nPASS\n", cell1)
	require.NoError(t, err)
	require.Equal(t, line, got)
}

func TestAnOutputWithoutAUsableLineIsAFailure(t *testing.T) {
	for name, test := range map[string]struct{ out, want string }{
		"nothing":         {"PASS\n", "no result: PASS"},
		"another cell":    {"BenchmarkSched/workload=fib/design=gm/procs=16 3 5 ns/op\n", "no result"},
		"no count":        {"BenchmarkSched/workload=fib/design=gm/procs=1 x 5 ns/op\n", "iteration count"},
		"stopped halfway": {"BenchmarkSched/workload=fib/design=gm/procs=1 \n", "missing iteration count"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := benchmarkLine(test.out, cell1)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestReasonIsTheLineThatTells(t *testing.T) {
	for name, test := range map[string]struct{ out, want string }{
		"b.Fatal": {"goos: linux\n--- FAIL: BenchmarkSched/x\n    bench_test.go:62: fib: wrong answer 1, expected 2\nFAIL\n",
			"fib: wrong answer 1, expected 2"},
		"panic":   {"goos: linux\npanic: gm: bad status\n\ngoroutine 1\n", "panic: gm: bad status"},
		"runtime": {"fatal error: all goroutines are asleep\n\nx", "fatal error: all goroutines are asleep"},
		"flags":   {"bench: unknown design\n", "bench: unknown design"},
		"other":   {"first\nlast\n", "last"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, reason(test.out)) })
	}
}

func TestAProcessThatFailsSaysWhy(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds the benchmarks")
	}
	bin, err := build(t.Context(), t.TempDir(), options{timeout: time.Minute, benchtime: time.Millisecond})
	require.NoError(t, err)
	_, err = bin.run(t.Context(), bench.Cell{Workload: "nosuch", Design: "native", Procs: 1})
	require.ErrorContains(t, err, `unknown workload "nosuch"`)

	bin.o.timeout = time.Nanosecond
	_, err = bin.run(t.Context(), bench.Cell{Workload: workloads.Table[0].Name, Design: "native", Procs: 1})
	require.EqualError(t, err, "no answer within 1ns")
}
