package main

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"schedlab/workloads"
)

func TestMachineIsNamedByItsKind(t *testing.T) {
	for _, test := range []struct {
		cpu   string
		cores int
		want  string
	}{
		{"Intel(R) Xeon(R) CPU E5-2690 v3 @ 2.60GHz", 24, "intel-xeon-e5-2690-v3-24cpu-linux"},
		{"AMD Ryzen 9 5950X 16-Core Processor", 32, "amd-ryzen-9-5950x-32cpu-linux"},
		{"Apple M2 Pro", 10, "apple-m2-pro-10cpu-linux"},
		{"", 4, "unknown-cpu-4cpu-linux"},
	} {
		require.Equal(t, test.want, machineName(test.cpu, test.cores, "linux"))
	}
}

func TestBenchfmtReadsEveryFieldOfTheEnvironment(t *testing.T) {
	o := options{args: []string{"-full", "-seed=3"}, size: workloads.Large, count: 10, benchtime: time.Second, seed: 3}
	env := readEnvironment(t.Context(), ".", o, time.Unix(0, 0))
	in := benchfmt.NewReader(strings.NewReader(env.String()+"\nBenchmarkX 1 2 ns/op\n"), "")
	require.True(t, in.Scan())
	res, ok := in.Result().(*benchfmt.Result)
	require.True(t, ok, "%v", in.Result())
	for _, f := range env {
		require.Equal(t, f.value, res.GetConfig(f.key), f.key)
	}
	require.Equal(t, "go run ./bench/run -full -seed=3", res.GetConfig("command"))
	require.Equal(t, runtime.Version(), res.GetConfig("go"))
	require.Equal(t, "1970-01-01T00:00:00Z", res.GetConfig("date"))
	require.NotEmpty(t, res.GetConfig("machine"))
}

func TestWhatAMachineDoesNotTellIsLeftOut(t *testing.T) {
	require.Equal(t, "a: 1\nc: 3\n", environment{{"a", "1"}, {"b", ""}, {"c", "3"}}.String())
}
