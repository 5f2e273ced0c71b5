package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"schedlab/bench"
	"schedlab/internal/command"
	"schedlab/internal/progress"
	"schedlab/workloads"
)

// measureAll measures o.cells, writes the files and shows the comparison.
func measureAll(ctx context.Context, o options, out io.Writer) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	tmp, remove, err := tempDir()
	if err != nil {
		return err
	}
	defer remove()
	env := readEnvironment(ctx, root, o, time.Now())
	dir := resultsDir(o, root, env, time.Now())
	to, err := destination(dir, o, env)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n%s\n%s\n", announcement(o), to, env)
	r := newRaw(dir+partial, env)
	r.declined = o.declined
	if err := r.begin(); err != nil {
		return fmt.Errorf("%w; -out names another folder for results", err)
	}
	bin, err := build(ctx, tmp, o)
	if err != nil {
		return err
	}
	if o.simulated() {
		err = simulateAll(ctx, o, bin.simulate, r, out)
	} else {
		err = measure(ctx, o, bin, r, out)
	}
	if err != nil {
		return err
	}
	measured, err := publish(ctx, r.dir)
	if err != nil {
		return fmt.Errorf("%w; the samples are in %s", err, r.dir)
	}
	if err := r.rename(dir); err != nil {
		return err
	}
	return show(out, dir, measured)
}

// warmUp is about how long a workload of each size takes, with its preparation.
var warmUp = map[workloads.Size]time.Duration{
	workloads.Small:  5 * time.Millisecond,
	workloads.Normal: 75 * time.Millisecond,
	workloads.Large:  400 * time.Millisecond,
}

func announcement(o options) string {
	if o.simulated() {
		return simAnnouncement(o)
	}
	n := len(o.cells) * o.count
	said := fmt.Sprintf("%d cells, %d samples each, in shuffled order (seed %d): "+
		"about %s; the first round tells better", len(o.cells), o.count, o.seed,
		progress.Short(guess(n, o.benchtime, warmUp[o.size])))
	most := 0
	for _, c := range o.cells {
		most = max(most, c.Procs)
	}
	if cpus := runtime.NumCPU(); most > cpus {
		said += fmt.Sprintf("\nup to %d Ps share the %d CPUs of this machine", most, cpus)
	}
	return said
}

// sampler measures one cell; see binary.run.
type sampler interface {
	run(ctx context.Context, c bench.Cell) (line string, err error)
}

// measure runs the plan, and saves r after each round. If ctx ends, it saves what there is.
func measure(ctx context.Context, o options, bin sampler, r *raw, out io.Writer) error {
	show := newSamplesDone(out, len(o.cells), o.count)
	defer show.line.End()
	for i, s := range plan(o.cells, o.count, o.seed) {
		if r.failed[s.cell] == nil {
			line, err := bin.run(ctx, s.cell)
			if ctx.Err() != nil {
				return interrupted(r, i)
			}
			if err != nil {
				r.fail(s.cell, err)
				show.line.Say(fmt.Sprintf("FAILED %v: %v", s.cell, err))
			} else {
				r.add(s.cell, line)
			}
		}
		show.step(s.cell.String(), len(r.failed))
		if (i+1)%len(o.cells) == 0 {
			if err := r.save(); err != nil {
				return fmt.Errorf("%w; what was saved before is in %s", err, r.dir)
			}
		}
	}
	return nil
}

func interrupted(r *raw, samples int) error {
	if err := r.save(); err != nil {
		return err
	}
	return command.Interrupt(fmt.Sprintf("the %d samples measured so far are in %s, "+
		"until the next run of that name; see them with -compare", samples, r.dir))
}
