package main

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

const (
	exitFailed      = 1
	exitUsage       = 2
	exitHangs       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second interrupt ends the process
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main; it returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parseOptions(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, "soak:", err)
		return exitUsage
	}
	if err = errors.Join(printLabels(), settle()); err == nil {
		err = o.mode.run(ctx, o, out)
	}
	if err != nil {
		fmt.Fprintln(errs, "soak:", err)
		return exitFailed
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return 0
}
