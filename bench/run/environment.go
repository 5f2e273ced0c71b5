package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"schedlab/internal/machine"
)

// environment is what was measured on, with, and how: the configuration lines before the
// results of a raw file.
type environment []field

type field struct{ key, value string }

// String returns the fields as lines of the Go benchmark format. A field that the machine
// does not tell is left out.
func (e environment) String() string {
	var s strings.Builder
	for _, f := range e {
		if f.value != "" {
			fmt.Fprintf(&s, "%s: %s\n", f.key, f.value)
		}
	}
	return s.String()
}

// parseEnvironment is the inverse of String. benchfmt tells such lines only with a result
// after them, so one is appended.
func parseEnvironment(text string) (env environment) {
	in := benchfmt.NewReader(strings.NewReader(text+"\nBenchmarkEnd 1 0 x\n"), environmentFile)
	if in.Scan() {
		if end, ok := in.Result().(*benchfmt.Result); ok {
			for _, c := range end.Config {
				env = append(env, field{c.Key, string(c.Value)})
			}
		}
	}
	return env
}

func (e environment) get(key string) string {
	for _, f := range e {
		if f.key == key {
			return f.value
		}
	}
	return ""
}

// readEnvironment describes this machine as it is now, and the source in the folder root; or
// the machine that is simulated.
func readEnvironment(ctx context.Context, root string, o options, now time.Time) environment {
	if o.simulated() {
		return simEnvironment(o)
	}
	return environment{
		{"machine", machine.Kind(ctx)},
		{"goos", runtime.GOOS},
		{"goarch", runtime.GOARCH},
		{"cpu", machine.CPU(ctx)},
		{"cores", fmt.Sprint(runtime.NumCPU())},
		{"kernel", machine.Kernel(ctx)},
		{"load", machine.Load()},
		{"go", runtime.Version()},
		{"gomaxprocs", "set by each scheduler, to no more than it runs at once"},
		{"commit", machine.Commit(ctx, root)},
		{"command", o.command()},
		{"size", o.size.String()},
		{"samples", fmt.Sprint(o.count)},
		{"benchtime", o.benchtime.String()},
		{"seed", fmt.Sprint(o.seed)},
		{"date", now.UTC().Format(time.RFC3339)},
	}
}

// moduleRoot returns the folder of go.mod, in which the folder results stands.
func moduleRoot(ctx context.Context) (string, error) {
	if root := machine.ModuleRoot(ctx); root != "" {
		return root, nil
	}
	return "", errors.New("this folder is not in the module schedlab; " +
		"run from its root: go run ./bench/run")
}
