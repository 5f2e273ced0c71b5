package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// program is a plan at work.
type program struct {
	plan    *plan
	lacks   rt.Lacks
	counts  *counts
	outcome *outcome

	ledger     ledger
	spawned    atomic.Int64 // Gs made by Gs or timers
	submitting atomic.Int32 // goroutines that will still submit
	errands    chan errand  // from Gs to goroutines outside; never closed

	// inside is how many Gs run, limit is how many may, excess is a number above limit that did.
	inside, limit, excess atomic.Int32

	mu       sync.Mutex // guards all below
	faults   []error    // the first ones
	cleanups []func()   // for after the last Run
}

func newProgram(pl *plan, lacks rt.Lacks, c *counts) *program {
	p := &program{plan: pl, lacks: lacks, counts: c, errands: make(chan errand, maxErrands)}
	p.limit.Store(math.MaxInt32)
	if p.promises(rt.SafePoints) {
		p.limit.Store(int32(pl.cfg.Procs))
		if pl.parts(procsKind) > 1 { // see setProcs
			p.limit.Store(int32(pl.procsAtMost()))
		}
	}
	p.outcome = pl.ending.ends(p)
	return p
}

// promises says whether the design keeps promise.
func (p *program) promises(promise rt.Promise) bool {
	_, lacking := p.lacks[promise]
	return !lacking
}

// many returns n, or more in large programs, and less in small ones.
func (p *program) many(n int) int { return max(1, n*p.plan.times/p.plan.divide) }

const maxFaults = 5

// fault records that something is wrong. Any goroutine may call it.
func (p *program) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, fmt.Errorf(format, args...))
	}
}

// afterwards has f called after the last Run, before Close.
func (p *program) afterwards(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cleanups = append(p.cleanups, f)
}

// run runs the program on s, closes s, and returns everything that was wrong.
func (p *program) run(s rt.Scheduler) error {
	var ran error
	for i := 0; i < len(p.plan.runs) && ran == nil; i++ {
		ran = p.runOnce(s, i)
	}
	if p.outcome.after != nil {
		p.outcome.after(s)
	}
	p.mu.Lock()
	cleanups := p.cleanups
	p.mu.Unlock()
	for _, f := range cleanups {
		f()
	}
	return p.verify(ran, s.Close())
}

// runOnce is Run i, together with the goroutines outside.
func (p *program) runOnce(s rt.Scheduler, i int) error {
	var outside sync.WaitGroup
	over := make(chan struct{})
	for _, part := range p.plan.runs[i] {
		if part.beside == nil {
			continue
		}
		release := s.Hold()
		p.submitting.Add(1)
		done := func() {
			p.submitting.Add(-1)
			release()
		}
		rnd := rand.New(rand.NewPCG(part.seed, 0))
		b := &beside{p: p, s: s, rnd: rnd, over: over, done: done}
		outside.Go(func() { part.beside(b) })
	}
	tok := p.ledger.issue(1)
	err := s.Run(p.body(tok, p.plan.seed+uint64(i), func(x *actor) { p.main(x, i) }))
	close(over)
	outside.Wait()
	return err
}

// main is the first G of Run i.
func (p *program) main(x *actor, i int) {
	last := i == len(p.plan.runs)-1
	if last && p.outcome.begin != nil {
		p.outcome.begin(x)
	}
	var wg gsync.WaitGroup
	for _, part := range p.plan.runs[i] {
		if part.work == nil {
			continue
		}
		wg.Add(x.g, 1)
		p.spawned.Add(1)
		x.g.Go(p.body(p.ledger.issue(1), part.seed, func(x *actor) {
			defer wg.Done(x.g)
			part.work(x)
		}))
	}
	wg.Wait(x.g)
	if last && p.outcome.finish != nil {
		p.outcome.finish(x)
	}
}

// verify returns everything that was wrong with a program, after Close.
func (p *program) verify(ran, closed error) error {
	errs := p.faults
	errs = append(errs, p.outcome.verify(ran, closed))
	errs = append(errs, p.ledger.check(p.plan.ending.panics))
	if n := p.excess.Load(); n != 0 {
		errs = append(errs,
			fmt.Errorf("%d Gs ran at the same moment; there should be fewer", n))
	}
	return errors.Join(errs...)
}
