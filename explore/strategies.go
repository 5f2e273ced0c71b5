package explore

// strategies is the table of all strategies: the only place to edit to add one.
var strategies = map[string]struct {
	doc  string
	make func(*config) strategy
}{
	"exhaustive": {"every execution, one of each Mazurkiewicz trace", func(*config) strategy { return newDPOR(nil, nil) }},
	"naive":      {"every execution, without reduction", func(*config) strategy { return newNaive() }},
	"bounded":    {"every execution with few preemptions, fewest first", func(c *config) strategy { return newBounded(c.preempt) }},
	"random":     {"executions drawn step by step", func(c *config) strategy { return newRandom(&c.parameters) }},
	"pct":        {"executions drawn by priority, good at bugs of small depth", func(c *config) strategy { return newPCT(&c.parameters) }},
	"pos":        {"executions drawn by priority of each step, more evenly over the traces", func(c *config) strategy { return newPOS(&c.parameters) }},
	"fuzz":       {"one execution, decided by bytes of a fuzzer", func(c *config) strategy { return newFuzz(c.bytes) }},
	"replay":     {"one execution again", func(c *config) strategy { return newReplay(c.replay) }},
}
