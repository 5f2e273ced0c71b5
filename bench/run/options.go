package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/internal/command"
	"schedlab/sim"
	"schedlab/workloads"
)

// options say what to do.
type options struct {
	args    []string // as given, for the record
	name    string   // of the preset; empty if flags change what the comparison consists of
	compare string   // the comparison to show, instead of measuring; see find
	readme  string   // the file to put its main tables into

	machine  sim.Config // to be simulated; it has no name if the real machine is measured
	declined []declined

	cells     []bench.Cell
	size      workloads.Size
	count     int
	benchtime time.Duration
	timeout   time.Duration
	seed      uint64
	out       string
}

// preset is what a comparison consists of, unless flags say otherwise.
type preset struct {
	workloads string // empty: all
	designs   string
	procs     string
	size      string
	benchtime time.Duration
}

const defaultCount = 10

// presets returns the preset full or quick. quick has the designs without their variants, and
// takes some 7 minutes on 2 cores. full is for results of a quiet machine, to be published.
func presets(full bool) (name string, p preset) {
	if full {
		return "full", preset{
			designs:   strings.Join(all.Names(), ","),
			procs:     procsUpTo(runtime.NumCPU()),
			size:      workloads.Large.String(),
			benchtime: 300 * time.Millisecond,
		}
	}
	return "quick", preset{
		designs:   strings.Join(mains(all.Names()), ","),
		procs:     procsUpTo(runtime.NumCPU()),
		size:      workloads.Normal.String(),
		benchtime: 30 * time.Millisecond,
	}
}

// parseOptions reads the command line, as command.Parse does.
func parseOptions(args []string, help io.Writer) (options, error) {
	o := options{args: args}
	fs := command.Flags("run")
	quick := fs.Bool("quick", false,
		"the default: the designs without their variants, workloads of normal size")
	full := fs.Bool("full", false, "all designs, large workloads")
	onMachine := fs.String("machine", "", "simulate this `machine` in place of the real one: "+
		strings.Join(sim.Names(), ", "))
	ws := fs.String("workloads", "",
		"`list` of workloads, comma-separated (default all, with -machine those of the curves)")
	ds := fs.String("designs", "",
		"`list` of designs, comma-separated (default: see -quick and -full)")
	ps := fs.String("procs", "", "`list` of numbers of Ps (default 1, 2, 4 and so on to the "+
		"number of CPUs; with -machine, which has as many CPUs, to 128)")
	size := fs.String("size", "", "small, normal or large (default: see -quick and -full)")
	fs.IntVar(&o.count, "count", defaultCount, "samples of each cell; with "+
		"-machine 5 seeds; publish none of fewer; fewer than 6 have no interval")
	fs.DurationVar(&o.benchtime, "benchtime", 0,
		"how long a sample takes at least (default 30ms, with -full 300ms)")
	fs.DurationVar(&o.timeout, "timeout", 2*time.Minute, "a sample that takes longer has failed")
	fs.Uint64Var(&o.seed, "seed", 1, "of the order of samples, of input and of random choices")
	fs.StringVar(&o.out, "out", "", "`folder` of results (default: results, beside go.mod)")
	fs.StringVar(&o.compare, "compare", "", "measure nothing; compare the raw files of this "+
		"`folder`, or the newest of this name, or newest")
	as := fs.String("as", "", "`name` of the folder of results for this comparison "+
		"(default: quick, full, or the time); replaces what the same flags have made")
	fs.StringVar(&o.readme, "readme", "",
		"with -compare: put the main tables into this `file`, in place of those there")
	if err := command.Parse(fs, args, help); err != nil {
		return o, err
	}
	switch {
	case o.readme != "" && o.compare == "":
		return o, errors.New("-readme needs -compare and the folder whose tables it is to show")
	case *quick && *full:
		return o, errors.New("-quick and -full are two comparisons; choose one")
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	p, err := o.preset(given, *onMachine, *full)
	if err != nil {
		return o, err
	}
	for _, name := range []string{"workloads", "designs", "procs", "size", "count", "benchtime"} {
		if given[name] {
			o.name = ""
		}
	}
	if *as != "" {
		if err := checkName(*as); err != nil {
			return o, err
		}
		o.name = *as
	}
	return o, o.complete(p, *ws, *ds, *ps, *size)
}

// preset sets the machine and the name of the comparison, and returns its preset.
func (o *options) preset(
	given map[string]bool, onMachine string, full bool,
) (p preset, err error) {
	if !given["machine"] {
		o.name, p = presets(full)
		return p, nil
	}
	if o.machine, err = sim.Named(onMachine); err != nil {
		return p, fmt.Errorf("-machine: %w", err)
	}
	if !given["count"] {
		o.count = simCount
	}
	o.name, p = simPreset(full)
	return p, checkSim(given)
}

// complete takes from p what the flags leave open, and checks everything.
func (o *options) complete(p preset, ws, ds, ps, size string) (err error) {
	ws, ds, ps = cmp.Or(ws, p.workloads), cmp.Or(ds, p.designs), cmp.Or(ps, p.procs)
	size = cmp.Or(size, p.size)
	o.benchtime = cmp.Or(o.benchtime, p.benchtime)
	if o.count < 1 {
		return fmt.Errorf("-count is %d; it must be at least 1, and 10 for publishing", o.count)
	}
	if o.benchtime < 0 {
		return fmt.Errorf("-benchtime is %v; it must be positive", o.benchtime)
	}
	if o.timeout <= 0 {
		return fmt.Errorf("-timeout is %v; it must be positive", o.timeout)
	}
	if o.size, err = workloads.ParseSize(size); err != nil {
		return fmt.Errorf("-size: %w", err)
	}
	if o.cells, err = bench.Cells(ws, ds, ps); err != nil || !o.simulated() {
		return err
	}
	return o.simulate()
}

// command returns the command line.
func (o *options) command() string {
	return strings.Join(append([]string{"go run ./bench/run"}, o.args...), " ")
}

func (o *options) simulated() bool { return o.machine.Name != "" }

// procsUpTo returns 1, 2, 4, ... and cpus.
func procsUpTo(cpus int) string {
	var list []string
	for n := 1; n < cpus; n *= 2 {
		list = append(list, strconv.Itoa(n))
	}
	return strings.Join(append(list, strconv.Itoa(cpus)), ",")
}
