package explore

import (
	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// strategies is the table of all strategies. A new one is a file of package strategy and a
// row here; if it takes an option, also a field of [strategy.Parameters] and a function in
// options.go. What users read of it stands in doc.go.
var strategies = map[string]struct {
	doc  string
	make func(*config) engine.Strategy
}{
	"exhaustive": {
		"every execution, one of each Mazurkiewicz trace",
		func(*config) engine.Strategy { return dpor.New(nil, nil) },
	},
	"naive": {
		"every execution, without reduction",
		func(*config) engine.Strategy { return strategy.NewNaive() },
	},
	"bounded": {
		"every execution with few preemptions, fewest first",
		func(c *config) engine.Strategy { return strategy.NewBounded(c.Preempt) },
	},
	"random": {
		"executions drawn step by step",
		func(c *config) engine.Strategy { return strategy.NewRandom(&c.Parameters) },
	},
	"pct": {
		"executions drawn by priority, good at bugs of small depth",
		func(c *config) engine.Strategy { return strategy.NewPCT(&c.Parameters) },
	},
	"pos": {
		"executions drawn by priority of each step, more evenly over the traces",
		func(c *config) engine.Strategy { return strategy.NewPOS(&c.Parameters) },
	},
	"urw": {
		"executions drawn uniformly from all interleavings",
		func(c *config) engine.Strategy { return strategy.NewURW(&c.Parameters) },
	},
	"surw": {
		"executions in which the order of the steps on one object is drawn uniformly",
		func(c *config) engine.Strategy { return strategy.NewSURW(&c.Parameters) },
	},
	"fuzz": {
		"one execution, decided by bytes of a fuzzer",
		func(c *config) engine.Strategy { return strategy.NewFuzz(c.Bytes) },
	},
	"replay": {
		"one execution again",
		func(c *config) engine.Strategy { return strategy.NewReplay(c.Replay) },
	},
}
