package explore

import (
	"fmt"
	"time"
)

// Run explores program: it executes it again and again, each time in another
// order of its threads' steps. program runs on the first thread of each
// execution; it makes what it uses, starts threads by [Go], and may end before
// them. The error is of options or flags that do not fit, or of the file of
// -explore.resume; with an error of that file the Result counts nevertheless. In a test,
// use [Test].
//
// To shorten the counterexample may take some seconds more.
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
	if x.kept() {
		defer x.endBySignal()()
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
	return cfg, cfg.possible(knowsGoroutines)
}

// possible says what cannot be done on a CPU where goroutines are known apart, or not.
func (c *config) possible(known bool) error {
	if c.workers > 1 && !known {
		return fmt.Errorf("explore: %d workers: on this CPU there can be one exploration at a time, since goroutines are told apart "+
			"on amd64 and arm64 only; leave Workers out, and use shards (-explore.shard) in processes of their own", c.workers)
	}
	return nil
}

// exploration is one call of Run.
type exploration struct {
	cfg     *config
	ctl     *control
	program func()
	name    string // in the file of -explore.resume
	origin  origin
	engines []*engine
	results chan Result
	shared  *tree   // what the engines share who explore exhaustively
	first   uint64  // what the first execution did, in short: see recognise; 0: not known yet
	before  *Result // what an earlier run has found, from which this one goes on

	saveEvery time.Duration
	progress  *progress // nil: nobody wants to read it
}

func newExploration(cfg *config, program func(), name string) (*exploration, error) {
	x := &exploration{cfg: cfg, ctl: newControl(cfg), program: program, name: name, saveEvery: saveEvery}
	if cfg.strategy == "exhaustive" {
		return x, x.divide()
	}
	x.engines = []*engine{newEngine(cfg, program, strategies[cfg.strategy].make(cfg))}
	return x, nil
}

// # Rounds
//
// An exploration that is kept in a file is done in rounds: now and then all engines
// leave what they have not explored to their tree, as at the end of a budget; that is
// written, and they go on from there. So who kills the process loses one round.

// saveEvery is how long a round takes.
const saveEvery = 30 * time.Second

// run lets the engines work, round by round, and explains what they find.
func (x *exploration) run() (r Result, err error) {
	defer x.ctl.close()
	s := x.engines[0].strategy
	for first := true; ; first = false {
		if x.round(&r, first) {
			s = strategies[x.cfg.strategy].make(x.cfg) // the engine may still use its own
			break
		}
		if x.shared == nil || !x.ctl.rest.Load() || x.ctl.halt.Load() || x.finished() {
			break
		}
		so := x.total(r)
		x.keep(&so) // if that fails the last one says so, unless it succeeds
		x.ctl.rest.Store(false)
		x.shared.reopen()
	}
	x.progress.end()
	r = x.total(r)
	if v := r.Violation; v != nil && v.Property == Nondeterminism && x.before != nil {
		v.Message += changedSince(x.cfg.resume)
	}
	r.conclude(x.ctl, s)
	if r.Violation != nil {
		x.origin.verdict = r.String()
		explain(x.engines[0], r.Violation, x.origin)
	}
	return r, x.keep(&r)
}

// total is r with what an earlier run has found.
func (x *exploration) total(r Result) Result {
	r.Elapsed = time.Since(x.ctl.start)
	if x.before != nil {
		r.Elapsed += x.before.Elapsed
		r.add(x.before)
	}
	return r
}

// round lets the engines work until they rest or have ended, watches them, and adds
// to r what they find. It says whether one blocks and is abandoned.
func (x *exploration) round(r *Result, first bool) (abandoned bool) {
	x.results = make(chan Result, len(x.engines)) // so that one who is late can leave
	for _, e := range x.engines {
		e.ctl = x.ctl
		go func() { x.results <- x.work(e, first && e == x.engines[0]) }()
	}
	watch, tell, save := time.NewTicker(x.cfg.patience/silentTicks), time.NewTicker(interval/4), time.NewTicker(x.saveEvery)
	defer watch.Stop()
	defer tell.Stop()
	defer save.Stop()
	for left := len(x.engines); left > 0; {
		select {
		case one := <-x.results:
			r.add(&one)
			left--
		case <-tell.C:
			x.progress.tick(x.ctl, time.Since(x.ctl.start))
		case <-save.C:
			x.ctl.rest.Store(x.kept())
		case <-watch.C:
			if v := x.ctl.blocked(x.engines); v != nil {
				x.ctl.abandon()
				r.add(&Result{Violation: v, Violations: 1})
				r.Complete, r.Steps = x.ctl.ended.Load()-r.Stuck-r.Cut-r.TooLong, x.ctl.steps.Load()
				return true
			}
		}
	}
	return false
}

// work explores, and closes e.
func (x *exploration) work(e *engine, first bool) (r Result) {
	defer e.close()
	defer leave(e)
	if first && !reserved[e.cfg.strategy] {
		is, v := rehearse(e, x.first)
		x.first = is
		if v != nil {
			e.ctl.stop("")
			return Result{Violation: v, Violations: 1}
		}
	}
	return explore(e, x.progress)
}

// explore executes until the strategy has no execution left, or a budget is
// spent, or a property is violated.
func explore(e *engine, p *progress) (r Result) {
	if e.ctl == nil {
		e.ctl = makeControl(e.cfg)
		defer e.ctl.close()
	}
	if d, ok := e.strategy.(*dpor); ok {
		d.divide(e)
	}
	before := e.steps
	for e.strategy.begin(e) && e.ctl.admit() {
		e.perform()
		e.strategy.end(e) // it may say that it was a repetition
		if v := e.ctl.fault(); v != nil {
			e.outcome, e.failure = failed, v
		}
		r.count(e)
		if enough(e) {
			break
		}
		p.tellPart(e)
	}
	r.Steps, r.Elapsed = e.steps-before, time.Since(e.ctl.start)
	r.conclude(e.ctl, e.strategy)
	return r
}

// leave ends the work of those who share e's tree.
func leave(e *engine) {
	if d, ok := e.strategy.(*dpor); ok {
		d.leave()
	}
}

// enough says whether the execution that has just ended was the last one, and
// stops the other engines if so.
func enough(e *engine) bool {
	switch {
	case e.failure != nil && (!e.cfg.keepGoing || e.outcome == diverged):
		e.ctl.stop("")
	case e.outcome == tooLong && !e.cfg.keepGoing && !samples(e.strategy):
		// Nothing can be verified any more.
		e.ctl.stop(endless(e))
	default:
		return false
	}
	return true
}
