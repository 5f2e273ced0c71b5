package main

import (
	"context"
	"os"
	"runtime/pprof"
	"strings"
)

// label lets the stacks that a panic prints say where the soak is: those of the calling
// goroutine and of all that it starts.
func label(ctx context.Context, where string) {
	pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("soak", where)))
}

// printLabels makes the runtime print labels with stacks.
func printLabels() error {
	settings := []string{"tracebacklabels=1"}
	if was := os.Getenv("GODEBUG"); was != "" {
		settings = append([]string{was}, settings...)
	}
	return os.Setenv("GODEBUG", strings.Join(settings, ","))
}
