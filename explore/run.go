package explore

import (
	"fmt"
	"time"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
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
	return cfg, cfg.possible(engine.KnowsGoroutines)
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
	ctl     *engine.Control
	program func()
	name    string // in the file of -explore.resume
	origin  story.Origin
	engines []*engine.Engine
	results chan Result
	shared  *dpor.Tree // what the engines share who explore exhaustively
	first   uint64     // what the first execution did, in short: see recognise; 0: not known yet
	before  *Result    // what an earlier run has found, from which this one goes on

	saveEvery time.Duration
	progress  *progress // nil: nobody wants to read it
}

func newExploration(cfg *config, program func(), name string) (*exploration, error) {
	x := &exploration{cfg: cfg, ctl: newControl(cfg), program: program, name: name, saveEvery: saveEvery}
	if cfg.Strategy == "exhaustive" {
		return x, x.divide()
	}
	x.engines = []*engine.Engine{newEngine(cfg, program, strategies[cfg.Strategy].make(cfg))}
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
	defer x.ctl.Close()
	s := x.engines[0].Strategy
	for first := true; ; first = false {
		if x.round(&r, first) {
			s = strategies[x.cfg.Strategy].make(x.cfg) // the engine may still use its own
			break
		}
		if x.shared == nil || !x.ctl.Rest.Load() || x.ctl.Halt.Load() || x.finished() {
			break
		}
		so := x.total(r)
		x.keep(&so) // if that fails the last one says so, unless it succeeds
		x.ctl.Rest.Store(false)
		x.shared.Reopen()
	}
	x.progress.end()
	r = x.total(r)
	if v := r.Violation; v != nil && v.Property == Nondeterminism && x.before != nil {
		v.Message += changedSince(x.cfg.resume)
	}
	r.conclude(x.ctl, s)
	if r.Violation != nil {
		x.origin.Verdict = r.String()
		story.Explain(x.engines[0], r.Violation.inner(), x.origin)
	}
	return r, x.keep(&r)
}

// total is r with what an earlier run has found.
func (x *exploration) total(r Result) Result {
	r.Elapsed = time.Since(x.ctl.Start)
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
		e.Control = x.ctl
		go func() { x.results <- x.work(e, first && e == x.engines[0]) }()
	}
	watch, tell, save := time.NewTicker(x.cfg.Patience/engine.SilentTicks), time.NewTicker(interval/4), time.NewTicker(x.saveEvery)
	defer watch.Stop()
	defer tell.Stop()
	defer save.Stop()
	for left := len(x.engines); left > 0; {
		select {
		case one := <-x.results:
			r.add(&one)
			left--
		case <-tell.C:
			x.progress.tick(x.ctl, time.Since(x.ctl.Start))
		case <-save.C:
			x.ctl.Rest.Store(x.kept())
		case <-watch.C:
			if v := x.ctl.Blocked(x.engines); v != nil {
				x.ctl.Abandon()
				r.add(&Result{Violation: (*Violation)(v), Violations: 1})
				r.Complete, r.Steps = x.ctl.Ended.Load()-r.Stuck-r.Cut-r.TooLong, x.ctl.Steps.Load()
				return true
			}
		}
	}
	return false
}

// work explores, and closes e.
func (x *exploration) work(e *engine.Engine, first bool) (r Result) {
	defer e.Close()
	defer leave(e)
	if first && !reserved[e.Limits.Strategy] {
		is, v := rehearse(e, x.first)
		x.first = is
		if v != nil {
			e.Control.Stop("")
			return Result{Violation: (*Violation)(v), Violations: 1}
		}
	}
	return explore(e, x.progress)
}

// explore executes until the strategy has no execution left, or a budget is
// spent, or a property is violated.
func explore(e *engine.Engine, p *progress) (r Result) {
	if e.Control == nil {
		e.Control = engine.NewControl(e.Limits)
		defer e.Control.Close()
	}
	if d, ok := e.Strategy.(*dpor.Strategy); ok {
		d.Divide(e)
	}
	before := e.Steps
	for e.Strategy.Begin(e) && e.Control.Admit() {
		e.Perform()
		e.Strategy.End(e) // it may say that it was a repetition
		if v := e.Control.Fault(); v != nil {
			e.Outcome, e.Failure = engine.Failed, v
		}
		r.count(e)
		if enough(e) {
			break
		}
		p.tellPart(e)
	}
	r.Steps, r.Elapsed = e.Steps-before, time.Since(e.Control.Start)
	r.conclude(e.Control, e.Strategy)
	return r
}

// leave ends the work of those who share e's tree.
func leave(e *engine.Engine) {
	if d, ok := e.Strategy.(*dpor.Strategy); ok {
		d.Leave()
	}
}

// enough says whether the execution that has just ended was the last one, and
// stops the other engines if so.
func enough(e *engine.Engine) bool {
	switch {
	case e.Failure != nil && (!e.Limits.KeepGoing || e.Outcome == engine.Diverged):
		e.Control.Stop("")
	case e.Outcome == engine.TooLong && !e.Limits.KeepGoing && !engine.Samples(e.Strategy):
		// Nothing can be verified any more.
		e.Control.Stop(story.Endless(e))
	default:
		return false
	}
	return true
}

// divide makes the engines of an exploration that is to be exhaustive: workers
// that share a tree, each with the same part if there are shards.
func (x *exploration) divide() error {
	cfg := x.cfg
	x.shared = dpor.NewTree(cfg.workers)
	names := &engine.ThreadNames{}
	if cfg.resume != "" {
		var err error
		if names, err = x.resume(names); err != nil {
			return err
		}
	}
	var split *dpor.Splitter
	if cfg.Shards > 1 {
		split = dpor.NewSplitter(cfg.Shard, cfg.Shards)
	}
	for range cfg.workers {
		e := newEngine(cfg, x.program, dpor.New(x.shared, split))
		e.Names = names
		e.Expect(names.Count())
		x.engines = append(x.engines, e)
	}
	return nil
}
