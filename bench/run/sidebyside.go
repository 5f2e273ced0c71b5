package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"schedlab/bench"
)

// simulator runs one cell with one seed; see binary.simulate.
type simulator func(ctx context.Context, c bench.Cell, seed uint64) (line string, err error)

// simulation is a sample of a plan, and what came of it.
type simulation struct {
	sample
	line string
	err  error
	done bool
}

// simulateAll runs all samples side by side, each round with a seed of its own, and saves r. If
// ctx ends, it saves what there is.
func simulateAll(ctx context.Context, o options, run simulator, r *raw, out io.Writer) error {
	show := newSamplesDone(out, len(o.cells), o.count)
	defer show.line.End()
	var list []simulation
	for _, s := range plan(o.cells, o.count, o.seed) {
		list = append(list, simulation{sample: s})
	}
	next := make(chan *simulation)
	var group sync.WaitGroup
	var guard sync.Mutex // of show
	for range workers() {
		group.Go(func() {
			for s := range next {
				s.line, s.err = run(ctx, s.cell, o.seed+uint64(s.round))
				s.done = ctx.Err() == nil
				guard.Lock()
				show.simulated(s)
				guard.Unlock()
			}
		})
	}
	for i := range list {
		if ctx.Err() == nil {
			next <- &list[i]
		}
	}
	close(next)
	group.Wait()
	return r.saveSimulations(ctx, o, list)
}

// simulated shows that s is over.
func (p *samplesDone) simulated(s *simulation) {
	failed := p.failed
	if s.done && s.err != nil {
		failed++
		p.line.Say(fmt.Sprintf("FAILED %v, round %d: %v", s.cell, s.round+1, s.err))
	}
	p.step(s.cell.String(), failed)
}

// saveSimulations adds the samples that are done in the order of the cells and of their seeds, so
// that the files do not depend on which of them ended first, and saves r.
func (r *raw) saveSimulations(ctx context.Context, o options, list []simulation) error {
	slices.SortStableFunc(list, func(a, b simulation) int {
		return cmp.Compare(slices.Index(o.cells, a.cell), slices.Index(o.cells, b.cell))
	})
	done := 0
	for _, s := range list {
		switch {
		case !s.done:
			continue
		case s.err == nil:
			r.add(s.cell, s.line)
		case r.failed[s.cell] == nil:
			r.fail(s.cell, fmt.Errorf("seed %d: %w", o.seed+uint64(s.round), s.err))
		}
		done++
	}
	if ctx.Err() != nil {
		return interrupted(r, done)
	}
	return r.save()
}
