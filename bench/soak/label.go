package main

import (
	"context"
	"os"
	"runtime/pprof"
	"strings"
)

// nowhere is the label between two rounds.
const nowhere = ""

// label labels the stacks that a panic prints with where the soak is: the stack of the calling
// goroutine, and those of all goroutines that it starts.
func label(ctx context.Context, where string) {
	pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("soak", where)))
}

// printLabels makes the runtime print labels together with stacks.
func printLabels() error {
	settings := []string{"tracebacklabels=1"}
	if was := os.Getenv("GODEBUG"); was != "" {
		settings = append([]string{was}, settings...)
	}
	return os.Setenv("GODEBUG", strings.Join(settings, ","))
}
