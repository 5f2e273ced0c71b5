package explore

import (
	"fmt"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// config holds what options and flags set.
type config struct {
	strategy.Parameters
	expect  Property // of MustViolate; "": none
	search  bool     // Test passes if nothing is found
	workers int      // engines at the same time
	resume  string   // file

	wishes // to check that what is given fits together
}

func defaults() *config {
	c := &config{workers: 1}
	c.Strategy, c.Preempt, c.Depth, c.Shards = "exhaustive", 2, 3, 1
	c.Steps, c.Timeouts, c.Patience = 10_000, 1, defaultPatience
	return c
}

// configure makes a config of opts and of fl, which override them. fl may be nil.
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

// possible refuses several workers on a CPU where goroutines are not known apart.
func (c *config) possible(known bool) error {
	if c.workers > 1 && !known {
		return fmt.Errorf("explore: %d workers: on this CPU there can be one exploration "+
			"at a time, since goroutines are told apart on amd64 and arm64 only; "+
			"leave Workers out, and use shards (-explore.shard) in processes of their own",
			c.workers)
	}
	return nil
}

// limited completes the limits and returns them.
func (c *config) limited() *engine.Limits {
	c.Drawn, c.Sharded = c.draws(), c.Shards > 1
	return &c.Limits
}

// newEngine makes an engine for program, which executes it as s and cfg say.
func newEngine(cfg *config, program func(), s engine.Strategy) *engine.Engine {
	return engine.New(cfg.limited(), program, s)
}

// newControl makes what the engines of an exploration share.
func newControl(cfg *config) *engine.Control { return engine.NewControl(cfg.limited()) }

// leftOut says why this shard leaves the exploration to another one; "" if it explores.
func (c *config) leftOut() string {
	if c.Shard == 0 || c.Strategy == "exhaustive" {
		return ""
	}
	return fmt.Sprintf("strategy %s cannot be divided: shard 1 explores this, and this is shard %d",
		c.Strategy, c.Shard+1)
}
