package main

import (
	"context"
	"errors"
	"io"

	"schedlab/internal/command"
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
		return o.mode.run(ctx, o, out)
	}, nil
}
