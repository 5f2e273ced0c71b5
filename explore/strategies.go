package explore

// strategies is the table of all strategies: the only place to edit to add one.
var strategies = map[string]struct {
	doc  string
	make func(*config) strategy
}{
	"exhaustive": {"every execution, one of each Mazurkiewicz trace", func(*config) strategy { return &dpor{} }},
	"naive":      {"every execution, without reduction", func(*config) strategy { return &naive{} }},
	"bounded":    {"every execution with few preemptions, fewest first", func(c *config) strategy { return &bounded{most: c.preempt} }},
	"random":     {"executions drawn step by step", func(c *config) strategy { return &random{dice: newDice(c)} }},
	"pct":        {"executions drawn by priority, good at bugs of small depth", func(c *config) strategy { return newPCT(c) }},
	"pos":        {"executions drawn by priority of each step, more evenly over the traces", func(c *config) strategy { return &pos{dice: newDice(c)} }},
	"fuzz":       {"one execution, decided by bytes of a fuzzer", func(c *config) strategy { return &fuzz{bytes: c.bytes} }},
	"replay":     {"one execution again", func(c *config) strategy { return &replay{schedule: c.replay} }},
}
