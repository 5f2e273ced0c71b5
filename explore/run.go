package explore

import (
	"time"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
)

// Run explores program: it executes it again and again, each time in another order of its
// threads' steps. In a test, use [Test].
//
// program runs on the first thread of each execution. It makes the variables that it uses,
// starts threads by [Go], and may end before them. To shorten a counterexample may take
// some seconds more.
//
// An error says which options or flags do not fit, or what is wrong with the file of
// -explore.resume. If that file could not be written, the Result is valid nevertheless.
//
// When a thread blocks outside the controlled types, Run returns a violation of
// [Blocking]. It abandons the goroutines of that thread and of the others.
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

// exploration is one call of Run.
type exploration struct {
	cfg     *config
	ctl     *engine.Control
	program func()
	name    string // in the file of -explore.resume
	origin  story.Origin
	engines []*engine.Engine
	results chan Result
	shared  *dpor.Tree // of all engines; nil: the strategy is not exhaustive
	first   uint64     // identifies the first execution: see recognise; 0: not known yet
	before  *Result    // of the earlier run that this one continues; nil: there is none

	saveEvery time.Duration
	progress  *progress // nil: it is not told
}

func newExploration(cfg *config, program func(), name string) (*exploration, error) {
	x := &exploration{
		cfg: cfg, ctl: newControl(cfg), program: program, name: name, saveEvery: saveEvery,
	}
	if cfg.Strategy == "exhaustive" {
		return x, x.divide()
	}
	x.engines = []*engine.Engine{newEngine(cfg, program, strategies[cfg.Strategy].make(cfg))}
	return x, nil
}

// # Rounds
//
// An exploration that is kept in a file runs in rounds. At the end of a round all engines
// return what they have not explored to their tree, as at the end of a budget. The tree is
// written, and the engines go on from there. If the process is killed, one round is lost.

// saveEvery is the length of a round.
const saveEvery = 30 * time.Second

// run explores, explains what is found, and writes what a later run needs.
func (x *exploration) run() (Result, error) {
	r := x.search()
	if r.Violation != nil {
		x.origin.Verdict = r.String()
		story.Explain(x.engines[0], r.Violation.inner(), x.origin)
	}
	return r, x.keep(&r)
}

// search lets the engines work, round by round, and gives the verdict.
func (x *exploration) search() (r Result) {
	defer x.ctl.Close()
	s := x.engines[0].Strategy
	for first := true; ; first = false {
		if x.round(&r, first) {
			// The abandoned engine may still use its strategy.
			s = strategies[x.cfg.Strategy].make(x.cfg)
			break
		}
		if x.shared == nil || !x.ctl.Rest.Load() || x.ctl.Halt.Load() || x.finished() {
			break
		}
		so := x.total(r)
		x.keep(&so) // its error is dropped: what counts is the call at the end
		x.ctl.Rest.Store(false)
		x.shared.Reopen()
	}
	x.progress.end()
	r = x.total(r)
	if v := r.Violation; v != nil && v.Property == Nondeterminism && x.before != nil {
		v.Message += changedSince(x.cfg.resume)
	}
	r.conclude(x.ctl, s)
	return r
}

// total adds to r what an earlier run has found.
func (x *exploration) total(r Result) Result {
	r.Elapsed = time.Since(x.ctl.Start)
	if x.before != nil {
		r.Elapsed += x.before.Elapsed
		r.add(x.before)
	}
	return r
}

// round lets the engines work until they rest or have ended, watches them, and adds
// to r what they find. It says whether an engine blocks and is abandoned.
func (x *exploration) round(r *Result, first bool) (abandoned bool) {
	// The buffer lets an abandoned engine end.
	x.results = make(chan Result, len(x.engines))
	for _, e := range x.engines {
		e.Control = x.ctl
		go func() { x.results <- x.work(e, first && e == x.engines[0]) }()
	}
	watch := time.NewTicker(x.cfg.Patience / engine.SilentTicks)
	defer watch.Stop()
	tell := time.NewTicker(interval / 4)
	defer tell.Stop()
	save := time.NewTicker(x.saveEvery)
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
				r.Complete = x.ctl.Ended.Load() - r.Stuck - r.Cut - r.TooLong
				r.Steps = x.ctl.Steps.Load()
				return true
			}
		}
	}
	return false
}

// work explores with e, and closes it.
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

// explore executes until the strategy has no execution left, a budget is spent, or a
// property is violated.
func explore(e *engine.Engine, p *progress) (r Result) {
	if e.Control == nil {
		e.Control = engine.NewControl(e.Limits)
		defer e.Control.Close()
	}
	if d, ok := e.Strategy.(divided); ok {
		d.Divide(e)
	}
	before := e.Steps
	for e.Strategy.Begin(e) && e.Control.Admit() {
		e.Perform()
		e.Strategy.End(e) // it may mark the execution as a repetition
		if v := e.Control.Fault(); v != nil {
			e.Outcome, e.Failure = engine.Failed, v
		}
		r.count(e)
		if e.Outcome == engine.TooLong {
			r.giveUp(e)
		}
		if !engine.Samples(e.Strategy) {
			e.Control.Spend(len(e.Events))
		}
		if enough(e) {
			break
		}
		p.tellPart(e)
	}
	r.Steps, r.Elapsed = e.Steps-before, time.Since(e.Control.Start)
	r.conclude(e.Control, e.Strategy)
	return r
}

// divided is a strategy whose work several engines, or shards, divide: *dpor.Strategy.
type divided interface {
	Divide(e *engine.Engine)
	Leave()
}

// leave returns what e has not explored to the shared tree, and ends the work of all.
func leave(e *engine.Engine) {
	if d, ok := e.Strategy.(divided); ok {
		d.Leave()
	}
}

// enough says whether the execution that has just ended was the last one, and
// stops the other engines if so.
func enough(e *engine.Engine) bool {
	if e.Failure != nil && (!e.Limits.KeepGoing || e.Outcome == engine.Diverged) {
		e.Control.Stop("")
		return true
	}
	return false
}

// giveUp notes which loop made e's execution too long, if it is the first one. A strategy that
// draws goes on until its budget is spent; of the others see 'Executions that are too long' in
// explore/internal/engine/toolong.go.
func (r *Result) giveUp(e *engine.Engine) {
	if r.endless == "" {
		r.endless = story.Endless(e)
	}
	if !engine.Samples(e.Strategy) {
		e.Control.GiveUp()
	}
}

// divide makes the engines of an exhaustive exploration. They are workers that share a
// tree. If there are shards, all workers explore the part of this shard.
func (x *exploration) divide() error {
	cfg := x.cfg
	x.shared = dpor.NewTree(cfg.workers)
	names := &engine.ThreadIDs{}
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
