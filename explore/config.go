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
