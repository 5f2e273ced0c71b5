package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"schedlab/bench"
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
	fmt.Fprintf(out, "%s\n%s\n", announcement(o), env)
	bin, err := build(ctx, tmp, o)
	if err != nil {
		return err
	}
	r := newRaw(dir+partial, env)
	if err := os.RemoveAll(r.dir); err != nil { // of an earlier run that was interrupted
		return err
	}
	if err := measure(ctx, o, bin, r, out); err != nil {
		return err
	}
	if err := r.rename(dir); err != nil {
		return err
	}
	return publish(ctx, dir, out)
}

// resultsDir returns the folder for what o measures. Only a comparison that is
// made as always may replace the last one of its name.
func resultsDir(o options, root string, env environment, now time.Time) string {
	name := o.name
	if name == "" {
		name = now.UTC().Format("20060102-150405")
	}
	if o.out == "" {
		o.out = filepath.Join(root, "results")
	}
	return filepath.Join(o.out, env.get("machine"), name)
}

// warmUp is about what a workload of each size takes, with its preparation.
var warmUp = map[workloads.Size]time.Duration{
	workloads.Small:  5 * time.Millisecond,
	workloads.Normal: 40 * time.Millisecond,
	workloads.Large:  400 * time.Millisecond,
}

func announcement(o options) string {
	n := len(o.cells) * o.count
	return fmt.Sprintf("%d cells, %d samples each, in shuffled order (seed %d): about %s; the first round tells better",
		len(o.cells), o.count, o.seed, short(guess(n, o.benchtime, warmUp[o.size])))
}

// runner runs one cell; see binary.run.
type runner interface {
	run(ctx context.Context, c bench.Cell) (line string, err error)
}

// measure runs the plan and saves r after each round. If ctx ends it saves what
// there is.
func measure(ctx context.Context, o options, bin runner, r *raw, out io.Writer) error {
	show := newProgress(out, len(o.cells), o.count)
	defer show.end()
	for i, s := range plan(o.cells, o.count, o.seed) {
		if r.failed[s.cell] == nil {
			line, err := bin.run(ctx, s.cell)
			if ctx.Err() != nil {
				return interrupted(r, i)
			}
			if err != nil {
				r.fail(s.cell, err)
				show.say(fmt.Sprintf("FAILED %v: %v", s.cell, err))
			} else {
				r.add(s.cell, line)
			}
		}
		show.step(s.cell.String(), len(r.failed))
		if (i+1)%len(o.cells) == 0 {
			if err := r.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

func interrupted(r *raw, samples int) error {
	if err := r.save(); err != nil {
		return err
	}
	return interrupt(fmt.Sprintf("the %d samples measured so far are kept in %s; see them with -compare", samples, r.dir))
}

// interrupt is the error of an interrupted comparison: what became of it.
type interrupt string

func (i interrupt) Error() string { return "interrupted: " + string(i) }
