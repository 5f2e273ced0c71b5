package explore

import (
	"fmt"
	"time"
)

// Run explores program: it executes it again and again, each time in another
// order of its threads' steps. program runs on the first thread of each
// execution; it makes what it uses, starts threads by [Go], and may end before
// them. The error is of options that do not fit. In a test, use [Test].
//
// When a thread blocks outside the controlled types, Run returns a violation of
// [Blocking] and leaves that thread's goroutine, and those of the others, as
// they stand.
func Run(program func(), opts ...Option) (Result, error) {
	cfg, err := configure(opts, &flags)
	if err != nil {
		return Result{}, err
	}
	if why := cfg.leftOut(); why != "" {
		return Result{Bound: "nothing", Why: why}, nil
	}
	x, err := newExploration(cfg, program, runName())
	if err != nil {
		return Result{}, err
	}
	return x.run()
}

// configure makes a config of opts and of fl, which override them; nil: none.
func configure(opts []Option, fl *flagValues) (*config, error) {
	cfg := defaults()
	for _, o := range opts {
		o(cfg)
	}
	if err := cfg.settle(); err != nil {
		return nil, fmt.Errorf("explore: options: %w", err)
	}
	if err := fl.apply(cfg); err != nil {
		return nil, fmt.Errorf("explore: flags: %w", err)
	}
	return cfg, nil
}

// exploration is one call of Run.
type exploration struct {
	ctl     *control
	program func()
	name    string // in the file of -explore.resume
	engines []*engine
	results chan Result
	shared  *tree   // what the engines share who explore exhaustively
	before  *Result // what an earlier run has found, from which this one goes on
}

func newExploration(cfg *config, program func(), name string) (*exploration, error) {
	x := &exploration{ctl: newControl(cfg), program: program, name: name}
	if cfg.strategy == "exhaustive" {
		return x, x.divide()
	}
	x.engines = []*engine{newEngine(cfg, program, strategies[cfg.strategy].make(cfg))}
	return x, nil
}

// run lets the engines work, and watches them.
func (x *exploration) run() (r Result, err error) {
	defer x.ctl.close()
	x.results = make(chan Result, len(x.engines)) // so that one who is late can leave
	s := x.engines[0].strategy
	for _, e := range x.engines {
		e.ctl = x.ctl
		go func() { x.results <- e.work(e == x.engines[0]) }()
	}
	defer x.endBySignal()()
	watch, tell := time.NewTicker(x.ctl.cfg.patience/silentTicks), time.NewTicker(interval/4)
	defer watch.Stop()
	defer tell.Stop()
	for left := len(x.engines); left > 0; {
		select {
		case one := <-x.results:
			r.add(&one)
			left--
		case <-tell.C:
			x.ctl.progress.tick(x.ctl, time.Since(x.ctl.start))
		case <-watch.C:
			if v := x.ctl.blocked(x.engines); v != nil {
				x.ctl.abandon()
				r.add(&Result{Violation: v, Violations: 1, Complete: x.ctl.ended.Load(), Steps: x.ctl.steps.Load()})
				left = 0
				s = strategies[x.ctl.cfg.strategy].make(x.ctl.cfg) // the engine may still use its own
			}
		}
	}
	x.ctl.progress.end()
	r.Elapsed = time.Since(x.ctl.start)
	if x.before != nil {
		r.Elapsed += x.before.Elapsed
		r.add(x.before)
	}
	if v := r.Violation; v != nil && v.Property == Nondeterminism && x.before != nil {
		v.Message += changedSince(x.ctl.cfg.resume)
	}
	r.conclude(x.ctl, s)
	return r, x.keep(&r)
}

// work explores, and closes e.
func (e *engine) work(first bool) (r Result) {
	defer e.close()
	if first && !reserved[e.cfg.strategy] {
		if v := e.rehearse(); v != nil {
			e.ctl.stop("")
			return Result{Violation: v, Violations: 1}
		}
	}
	return e.explore()
}

// explore executes until the strategy has no execution left, or a budget is
// spent, or a property is violated.
func (e *engine) explore() (r Result) {
	if e.ctl == nil {
		e.ctl = newControl(e.cfg)
		defer e.ctl.close()
	}
	e.split()
	for e.strategy.begin(e) && e.ctl.admit() {
		e.perform()
		e.judge()
		e.strategy.end(e) // it may say that it was a repetition
		if v := e.ctl.fault(); v != nil {
			e.outcome, e.failure = failed, v
		}
		r.count(e)
		if e.enough() {
			break
		}
		e.tellProgress()
	}
	if s, ok := e.strategy.(*dpor); ok {
		s.tree.leave(s)
	}
	r.Steps, r.Elapsed = e.steps, time.Since(e.ctl.start)
	r.conclude(e.ctl, e.strategy)
	return r
}

// perform executes the program once, under the eyes of the watchdog.
func (e *engine) perform() {
	e.pulse.Store(executing)
	e.execute()
	e.pulse.Store(resting)
}

// enough says whether the execution that has just ended was the last one, and
// stops the other engines if so.
func (e *engine) enough() bool {
	switch {
	case e.failure != nil && (!e.cfg.keepGoing || e.outcome == diverged):
		e.ctl.stop("")
	case e.outcome == tooLong && !e.cfg.keepGoing && !samples(e.strategy):
		// Nothing can be verified any more.
		e.ctl.stop(e.endless())
	default:
		return false
	}
	return true
}

// sampler is a strategy that may leave executions out. Then it finds violations,
// and verifies nothing.
type sampler interface{ samples() bool }

func samples(s strategy) bool {
	p, ok := s.(sampler)
	return ok && p.samples()
}
