package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit statuses of a command that does not succeed.
const (
	Failed      = 1
	Usage       = 2   // the flags are wrong
	Interrupted = 130 // as shells have it for SIGINT
)

// Command is a command with flags.
type Command struct {
	Name string
	// Parse reads the flags, as [Parse] does, and returns what they ask for.
	Parse func(args []string, help io.Writer) (Work, error)
}

// Work is what a command does. It ends early if ctx is done.
type Work func(ctx context.Context, out io.Writer) error

// Interrupt is the error of work that an interrupt has ended: it says what became of it.
type Interrupt string

func (i Interrupt) Error() string { return "interrupted: " + string(i) }

// Main runs the command, and exits. The first interrupt ends the work, the second one the
// process.
func (c Command) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(c.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Run runs the command, and returns the exit status.
func (c Command) Run(ctx context.Context, args []string, out, errs io.Writer) int {
	work, err := c.Parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(errs, "%s: %v\n", c.Name, err)
		return Usage
	}
	err = work(ctx, out)
	if err != nil {
		fmt.Fprintf(errs, "%s: %v\n", c.Name, err)
	}
	_, interrupted := errors.AsType[Interrupt](err)
	switch {
	case interrupted, err == nil && ctx.Err() != nil:
		return Interrupted
	case err != nil:
		return Failed
	}
	return 0
}
