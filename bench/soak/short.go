package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// swarm is a great number of Gs that end at once. A few Gs make them in batches. Each G of a
// batch has a slot, in which it counts its runs.
type swarm struct {
	counts *counts
	over   func() bool  // says whether there was an interrupt
	left   atomic.Int64 // Gs that are still to be made
	wrong  atomic.Int64 // Gs that did not run exactly once
}

const swarmBatch = 4096

// soakShort is mode short.
func soakShort(ctx context.Context, o options, out io.Writer) error {
	w := &swarm{over: interrupts(ctx), counts: &counts{}}
	w.left.Store(int64(o.gs))
	start := time.Now()
	stats, err := soakOne(ctx, o, out, w.counts, func(g *rt.G) {
		for range 2 * o.procs {
			g.Go(w.maker)
		}
	})
	took := time.Since(start)
	if ctx.Err() != nil {
		o.gs = int(w.counts.get(countGs))
	}
	if err = errors.Join(err, w.verify(o, stats)); err != nil {
		return err
	}
	said := fmt.Sprintf("%d short Gs, none lost, none run twice: %v, %.1f ns each, %s", o.gs,
		took.Round(time.Millisecond), float64(took)/float64(max(1, o.gs)), msOf(o, stats))
	fmt.Fprintln(out, verdict(ctx, said))
	return nil
}

// maker makes batches until all Gs are made, or there is an interrupt.
func (w *swarm) maker(g *rt.G) {
	var ended gsync.WaitGroup
	slots := make([]uint32, swarmBatch)
	bodies := make([]func(*rt.G), swarmBatch)
	for i := range bodies {
		bodies[i] = func(g *rt.G) {
			slots[i]++
			ended.Done(g)
		}
	}
	for !w.over() {
		n := int(min(swarmBatch, w.left.Add(-swarmBatch)+swarmBatch))
		if n <= 0 {
			return
		}
		ended.Add(g, n)
		for _, body := range bodies[:n] {
			g.Go(body)
		}
		ended.Wait(g)
		w.count(slots[:n])
	}
}

// count checks the slots of a batch that has ended, and clears them.
func (w *swarm) count(slots []uint32) {
	for i, n := range slots {
		if n != 1 {
			w.wrong.Add(1)
		}
		slots[i] = 0
	}
	w.counts.add(countGs, len(slots))
}

func (w *swarm) verify(o options, stats rt.Stats) error {
	if n := w.counts.get(countGs); n != int64(o.gs) || w.wrong.Load() != 0 {
		return fmt.Errorf("%d Gs of %d were made, and %d of them did not run exactly once",
			n, o.gs, w.wrong.Load())
	}
	if _, lacking := o.row.Lacks[rt.Counts]; lacking {
		return nil
	}
	made, ended := stats.Spawned+stats.Injected, stats.Ended
	if ended > made || ended < uint64(o.gs) || made > ended+maxOwnGs {
		return fmt.Errorf("stats: %d Gs were made and %d ended; the program's were %d and a few",
			made, ended, o.gs)
	}
	return nil
}
