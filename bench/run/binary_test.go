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
	const name = "BenchmarkSched/workload=fib/design=gm/procs=1"
	for name, test := range map[string]struct{ out, want string }{
		"nothing":         {"PASS\n", "no result: PASS"},
		"only its name":   {name + "\n", "no result"},
		"another cell":    {name + "6 3 5 ns/op\n", "no result"},
		"no count":        {name + " x 5 ns/op\n", "iteration count"},
		"stopped halfway": {name + " \n", "missing iteration count"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := benchmarkLine(test.out, cell1)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestReasonIsTheLineThatTells(t *testing.T) {
	for name, test := range map[string]struct{ out, want string }{
		"b.Fatal": {"goos: linux\n--- FAIL: BenchmarkSched/x\n" +
			"    bench_test.go:62: fib: wrong answer 1, expected 2\nFAIL\n",
			"fib: wrong answer 1, expected 2"},
		"panic":   {"goos: linux\npanic: gm: bad status\n\ngoroutine 1\n", "panic: gm: bad status"},
		"runtime": {"fatal error: all goroutines sleep\n\nx", "fatal error: all goroutines sleep"},
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
	o := options{timeout: time.Minute, benchtime: time.Millisecond}
	bin, err := build(t.Context(), t.TempDir(), o)
	require.NoError(t, err)
	_, err = bin.run(t.Context(), bench.Cell{Workload: "nosuch", Design: "native", Procs: 1})
	require.ErrorContains(t, err, `unknown workload "nosuch"`)

	bin.o.timeout = time.Nanosecond
	right := bench.Cell{Workload: workloads.Table[0].Name, Design: "native", Procs: 1}
	_, err = bin.run(t.Context(), right)
	require.EqualError(t, err, "no answer within 1ns")
}
