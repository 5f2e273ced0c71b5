package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"schedlab/internal/command"
	"schedlab/internal/machine"
)

var validator = command.Command{Name: "validate", Parse: parse}

func main() { validator.Main() }

type options struct {
	simulate  string // kinds, with commas between
	only      string
	processes int
	seeds     int
	measure   bool
	rounds    int

	child    string
	part, of int
}

func parse(args []string, help io.Writer) (command.Work, error) {
	var o options
	fs := command.Flags("validate")
	fs.StringVar(&o.simulate, "simulate", "",
		"simulate these `kinds` again: curves, sensitivity, vm2, beside, with commas between")
	fs.StringVar(&o.only, "only", "", "of a kind, these `names`; the others' results stay")
	fs.IntVar(&o.processes, "processes", runtime.NumCPU(), "processes that simulate side by side")
	fs.IntVar(&o.seeds, "seeds", 5, "how often a point is simulated")
	fs.BoolVar(&o.measure, "measure", false, "measure the cells of the real host again")
	fs.IntVar(&o.rounds, "rounds", 30, "rounds of -measure")
	fs.StringVar(&o.child, "child", "", "for the command itself: simulate a part of this `kind`")
	fs.IntVar(&o.part, "part", 0, "for the command itself")
	fs.IntVar(&o.of, "of", 1, "for the command itself")
	if err := command.Parse(fs, args, help); err != nil {
		return nil, err
	}
	if o.processes < 1 || o.seeds < 1 || o.of < 1 {
		return nil, errors.New("-processes, -seeds and -of must be at least 1")
	}
	return o.work, nil
}

func (o options) work(ctx context.Context, out io.Writer) error {
	if o.child != "" {
		return child(out, o)
	}
	module := machine.ModuleRoot(ctx)
	if module == "" {
		return errors.New("run it inside of the module, by go run ./bench/validate")
	}
	if o.measure {
		list, err := measureReal(ctx, o.rounds, out)
		if err != nil {
			return err
		}
		if err := save(validationDir(module), realFile, list); err != nil {
			return err
		}
	}
	if o.simulate != "" {
		if err := o.simulateKinds(ctx, module, out); err != nil {
			return err
		}
	}
	return writeReport(module)
}

// simulateKinds renews raw files.
func (o options) simulateKinds(ctx context.Context, module string, out io.Writer) error {
	temporary, err := os.MkdirTemp("", "validate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	program, err := buildSim(ctx, module, temporary)
	if err != nil {
		return err
	}
	dir := validationDir(module)
	for kind := range strings.SplitSeq(o.simulate, ",") {
		o.child = kind
		began := time.Now()
		list, err := simulateAll(ctx, program, o)
		if err != nil {
			return err
		}
		if err := saveNewer(dir, kind+".jsonl", o.only, list); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d simulations, %v\n", kind, len(list),
			time.Since(began).Round(time.Second))
	}
	return nil
}

func validationDir(module string) string {
	return filepath.Join(module, "results", "sim", "validation")
}
