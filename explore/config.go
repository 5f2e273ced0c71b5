package explore

import "fmt"

// config is what Options and flags set.
type config struct {
	parameters
	expect  Property // of MustViolate; "": none
	search  bool     // Test passes if nothing is found
	workers int      // engines at the same time
	resume  string   // file

	wishes // what has been given, to see whether it fits together
}

func defaults() *config {
	c := &config{workers: 1}
	c.strategy, c.preempt, c.depth, c.shards = "exhaustive", 2, 3, 1
	c.steps, c.timeouts, c.patience = 10_000, 1, defaultPatience
	return c
}

// limited returns the limits, complete.
func (c *config) limited() *limits {
	c.drawn, c.sharded = c.draws(), c.shards > 1
	return &c.limits
}

// newEngine makes an engine for program, which executes it as s and cfg say.
func newEngine(cfg *config, program func(), s strategy) *engine {
	return makeEngine(cfg.limited(), program, s)
}

// newControl makes what the engines of an exploration share.
func newControl(cfg *config) *control { return makeControl(cfg.limited()) }

// leftOut says why this shard leaves the exploration to another one; "" if it does
// not.
func (c *config) leftOut() string {
	if c.shard == 0 || c.strategy == "exhaustive" {
		return ""
	}
	return fmt.Sprintf("strategy %s cannot be divided: shard 1 explores this, and this is shard %d", c.strategy, c.shard+1)
}
