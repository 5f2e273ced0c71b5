package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"schedlab/internal/command"
	"schedlab/internal/machine"
)

var validator = command.Command{Name: "validate", Parse: parse}

func main() { validator.Main() }

type options struct {
	simulate, only string
	processes      int
	seeds          int
	report         bool

	child    string
	part, of int
}

func parse(args []string, help io.Writer) (command.Work, error) {
	var o options
	flags := flag.NewFlagSet("validate", flag.ContinueOnError)
	flags.StringVar(&o.simulate, "simulate", "curves", "what to simulate: `kinds`")
	flags.StringVar(&o.only, "only", "", "only these `names` of a kind; the rest of its raw file stays")
	flags.IntVar(&o.processes, "processes", runtime.NumCPU(), "processes side by side")
	flags.StringVar(&o.child, "child", "", "simulate a part of this `kind`: for the command itself")
	flags.IntVar(&o.seeds, "seeds", 5, "how often a point of a curve is simulated")
	flags.IntVar(&o.part, "part", 0, "see -child")
	flags.IntVar(&o.of, "of", 1, "see -child")
	if err := command.Parse(flags, args, help); err != nil {
		return nil, err
	}
	return o.work, nil
}

func (o options) work(ctx context.Context, out io.Writer) error {
	if o.child != "" {
		return child(out, o.child, o.only, o.seeds, o.part, o.of)
	}
	module := machine.ModuleRoot(ctx)
	dir, err := os.MkdirTemp("", "validate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := buildSim(ctx, module, dir)
	if err != nil {
		return err
	}
	list, err := simulateAll(ctx, program, o)
	for _, r := range list {
		fmt.Fprintln(out, r.Name, r.At, r.Seed, r.Value, r.Error)
	}
	if err != nil {
		return err
	}
	return save(filepath.Join(module, "results", "sim", "validation"), o.simulate+".jsonl", list)
}
