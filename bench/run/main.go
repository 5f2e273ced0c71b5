package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"schedlab/internal/command"
)

var runner = command.Command{Name: "run", Parse: parse}

func main() { runner.Main() }

// parse reads the flags, and returns what they ask for.
func parse(args []string, help io.Writer) (command.Work, error) {
	o, err := parseOptions(args, help)
	if err != nil {
		return nil, err
	}
	work := measureAll
	if o.compare != "" {
		work = compareAgain
	}
	return func(ctx context.Context, out io.Writer) error {
		err := work(ctx, o, out)
		_, told := errors.AsType[command.Interrupt](err)
		if err == nil || told || ctx.Err() == nil {
			return err
		}
		// Whatever else the error says, the interrupt is its cause.
		return command.Interrupt("before or after the samples; " +
			"-compare shows a folder that has been written")
	}, nil
}

// compareAgain prints the comparison of the raw files that o.compare names, or puts its main
// tables into o.readme.
func compareAgain(ctx context.Context, o options, out io.Writer) error {
	module, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := find(resultsRoot(o, module), o.compare)
	if err != nil {
		return err
	}
	r, err := load(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n\n", dir)
	if o.readme != "" {
		err = rewriteReadme(o.readme, dir, r)
	} else {
		err = writeText(ctx, out, r)
	}
	if err != nil {
		return err
	}
	return r.failure()
}
