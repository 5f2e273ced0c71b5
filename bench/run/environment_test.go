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

func TestBenchfmtReadsEveryFieldOfTheEnvironment(t *testing.T) {
	o := options{
		args: []string{"-full", "-seed=3"}, size: workloads.Large, count: 10,
		benchtime: time.Second, seed: 3,
	}
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

func TestAFieldThatTheMachineDoesNotTellIsLeftOut(t *testing.T) {
	require.Equal(t, "a: 1\nc: 3\n", environment{{"a", "1"}, {"b", ""}, {"c", "3"}}.String())
}

func TestAnEnvironmentIsReadBack(t *testing.T) {
	env := environment{{"machine", "m"}, {"command", "go run: x"}, {"date", "2026"}}
	require.Equal(t, env, parseEnvironment(env.String()))
	require.Empty(t, parseEnvironment(""))
}
