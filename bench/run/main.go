// Command run compares the designs: it runs every workload on every design in
// fresh, interleaved processes, keeps what they measured in raw files, and
// compares it with benchstat.
//
//	go run ./bench/run                    the quick comparison, some 7 minutes on 2 cores
//	go run ./bench/run -full              all designs, large workloads: hours
//	go run ./bench/run -workloads=NAMES -designs=NAMES -procs=1,2
//	go run ./bench/run -compare DIR       compare once more what stands in DIR
//	go run ./bench/run -compare quick -readme FILE
//
// A run ends with the times. For -compare, a name stands for the newest folder of
// that name, and newest for the newest of all, by what environment.txt says.
//
// # Files
//
// The files are written to results/MACHINE/quick, .../full or, if any flag
// changes what the comparison consists of, to the folder that -as names, or one
// named by the time, which git ignores:
//
//	environment.txt  what it was measured on, with, and how
//	DESIGN.txt       raw: Go benchmark format, the environment before the samples
//	comparison.txt   benchstat's tables
//	comparison.md    the same figures, workloads by designs
//	comparison.svg   time and lock contention of the designs as a picture
//
// Until all samples are there, the folder's name ends in .partial, so that an
// interrupted comparison never replaces a whole one. A whole one is only ever
// replaced by one of the same flags; what is replaced is said at the start.
//
// # Failures
//
// A cell of which one sample fails is not measured again. It is shown as failed
// wherever its figures would stand, the raw files have it as a comment, and the
// exit status is 1. 2 stands for bad flags, 130 for an interrupt.
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
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main; it returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parseOptions(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, "run:", err)
		return exitUsage
	}
	work := measureAll
	if o.compare != "" {
		work = compareAgain
	}
	err = work(ctx, o, out)
	switch {
	case err == nil:
		return 0
	case ctx.Err() == nil:
		fmt.Fprintln(errs, "run:", err)
		return exitFailed
	}
	// Whatever the error says otherwise, the interrupt is its cause.
	if _, ok := errors.AsType[interrupt](err); !ok {
		err = interrupt("before or after the samples; -compare shows a folder that has been written")
	}
	fmt.Fprintln(errs, "run:", err)
	return exitInterrupted
}

// compareAgain prints the comparison of the raw files that o.compare means, or
// puts the main tables of it into o.readme.
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
