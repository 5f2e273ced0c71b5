package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"schedlab/internal/command"
	"schedlab/internal/machine"
)

// exitHangs is the exit status of a soak in which nothing happens any more.
const exitHangs = 2

var soaker = command.Command{Name: "soak", Parse: parse}

func main() { soaker.Main() }

// parse reads the flags, and returns what they ask for.
func parse(args []string, help io.Writer) (command.Work, error) {
	o, err := parseOptions(args, help)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, out io.Writer) error {
		if err := errors.Join(printLabels(), settle()); err != nil {
			return err
		}
		source := machine.Commit(ctx, machine.ModuleRoot(ctx))
		fmt.Fprintf(out, "on %s with %s, commit %s\n", machine.Kind(ctx), runtime.Version(), source)
		return o.mode.run(ctx, o, out)
	}, nil
}
