package explore

import (
	"fmt"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

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

// resume loads what an earlier run has left, if there was one.
func (x *exploration) resume(names *engine.ThreadNames) (*engine.ThreadNames, error) {
	cfg := x.cfg
	f, err := openState(cfg.resume)
	if err != nil {
		return nil, err
	}
	s := f.Explorations[x.name]
	if s == nil {
		return names, nil
	}
	if err := s.fits(cfg, cfg.resume); err != nil {
		return nil, err
	}
	if s.Result.Violation != nil && !cfg.KeepGoing {
		return names, nil // the program may have been repaired: look again from the beginning
	}
	if s.Binary != binaryHash() {
		return nil, fmt.Errorf("explore: %s was written by another binary: what was explored may have changed since; "+
			"remove it and begin again, or go back to that binary", cfg.resume)
	}
	x.before, x.first = s.Result.restore(), s.First
	if names, err = x.shared.Restore(&s.Remainder, s.Finished); err != nil {
		return nil, fmt.Errorf("explore: %s is damaged: %w; remove it and begin again", cfg.resume, err)
	}
	return names, nil
}

// finished says whether nothing is left to be explored.
func (x *exploration) finished() bool {
	return x.shared != nil && x.shared.Finished()
}

// kept says whether what is found is written to a file.
func (x *exploration) kept() bool { return x.cfg.resume != "" && x.shared != nil }

// keep writes what has been found, and what is left, for a later run.
func (x *exploration) keep(r *Result) error {
	cfg := x.cfg
	if !x.kept() || x.ctl.Gone.Load() {
		return nil
	}
	if v := r.Violation; v != nil && v.Property == Nondeterminism {
		return nil // what the file tells may be of use once the program is itself again
	}
	s := &state{
		Shard: cfg.Shard + 1, Shards: cfg.Shards, Steps: cfg.Steps, Timeouts: cfg.Timeouts, Expect: cfg.expect,
		Binary: binaryHash(), First: x.first, Finished: x.finished(), Result: saveResult(r),
		Remainder: x.shared.Save(x.engines[0].Names),
	}
	return writeState(cfg.resume, x.name, s)
}
