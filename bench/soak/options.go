package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"schedlab/designs/all"
	"schedlab/internal/command"
	"schedlab/internal/names"
	"schedlab/rt"
)

// options say what to do.
type options struct {
	row    all.Row
	mode   mode
	time   time.Duration
	seed   uint64
	round  int // the only one, or anyRound
	procs  int
	gs     int // 0: as many as the mode says
	divide int // parts are this many times smaller, for tests
}

// anyRound stands for all rounds.
const anyRound = -1

// mode is one way to soak a design.
type mode struct {
	name  string
	gs    int // default of -gs; 0: the mode has no such number
	run   func(context.Context, options, io.Writer) error
	goals []goal // if it has -gs
}

var modes = []mode{
	{name: "mix", run: soakMix},
	{name: "blocked", gs: 1e6, run: soakBlocked,
		goals: []goal{{countChans, "blocked"}, {countGs, "ended"}}},
	{name: "short", gs: 1e8, run: soakShort, goals: []goal{{countGs, "ended"}}},
}

// maxGs is about as many Gs as mode short can run in a day.
const maxGs = 1e12

// parseOptions reads the command line, as command.Parse does.
func parseOptions(args []string, help io.Writer) (options, error) {
	o := options{divide: defaultDivide}
	fs := command.Flags("soak")
	design := fs.String("design", "gpm", "`name` of the design, or of a variant")
	name := fs.String("mode", "mix", "mix, blocked or short")
	minutes := fs.Float64("minutes", 10,
		"how `long`, in mode mix; a part of a minute may be given")
	fs.Uint64Var(&o.seed, "seed", 1, "of the programs, and of the design's random choices")
	fs.IntVar(&o.round, "round", anyRound,
		"run the program of this `number` only, again and again")
	fs.IntVar(&o.procs, "procs", 2, "how many Gs run at the same moment")
	fs.IntVar(&o.gs, "gs", 0,
		"how many Gs in mode blocked (default a million) or short (a hundred million)")
	if err := command.Parse(fs, args, help); err != nil {
		return o, err
	}
	o.time = time.Duration(*minutes * float64(time.Minute))
	return o, o.complete(*design, *name, *minutes)
}

// complete looks up the names, and checks everything.
func (o *options) complete(design, mode string, minutes float64) (err error) {
	if o.row, err = all.Find(design); err != nil {
		return fmt.Errorf("-design: %w", err)
	}
	if o.mode, err = findMode(mode); err != nil {
		return fmt.Errorf("-mode: %w", err)
	}
	switch {
	case !(minutes > 0 && minutes <= 1e6):
		return fmt.Errorf("-minutes is %v; it must be positive, and a million at most", minutes)
	case o.procs < 1 || o.procs > rt.MaxProcs:
		return fmt.Errorf("-procs is %d; it must be 1 to %d", o.procs, rt.MaxProcs)
	case o.round < anyRound:
		return fmt.Errorf("-round is %d; it must be at least 0, or %d for all", o.round, anyRound)
	case o.round != anyRound && o.mode.gs > 0:
		return fmt.Errorf("-round is for -mode mix; -mode %s has no rounds", o.mode.name)
	case o.gs != 0 && o.mode.gs == 0:
		return fmt.Errorf("-gs is for -mode blocked and -mode short; "+
			"-mode %s has as many Gs as its time allows", o.mode.name)
	case o.gs < 0 || o.gs > maxGs:
		return fmt.Errorf("-gs is %d; it must be 1 to %g, or 0 for the default", o.gs, maxGs)
	}
	if o.gs == 0 {
		o.gs = o.mode.gs
	}
	return nil
}

func findMode(name string) (mode, error) {
	return names.Find("mode", name, modes, func(m mode) string { return m.name })
}
