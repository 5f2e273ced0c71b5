package explore

import (
	"fmt"
	"time"
)

// config is what Options and flags set.
type config struct {
	strategy   string // a name in strategies
	preempt    int    // preemption bound of "bounded"
	depth      int    // d of "pct"
	seed       uint64
	executions uint64        // budget; 0: none, or what the strategy takes for one
	budget     time.Duration // budget; 0: none
	steps      int           // of one execution
	timeouts   int           // early ones in one execution
	patience   time.Duration // between two steps: see Patience
	keepGoing  bool          // after a violation
	expect     Property      // of MustViolate; "": none
	disjoint   bool          // threads may share nothing
	search     bool          // Test passes if nothing is found
	workers    int           // engines at the same time
	shard      int           // from 0
	shards     int           // 1: no shards
	resume     string        // file
	replay     Schedule
	bytes      []byte // of a fuzzer

	wishes // what has been given, to see whether it fits together
}

func defaults() *config {
	return &config{
		strategy: "exhaustive", preempt: 2, depth: 3, steps: 10_000, timeouts: 1, patience: defaultPatience, workers: 1, shards: 1,
	}
}

// leftOut says why this shard leaves the exploration to another one; "" if it does
// not.
func (c *config) leftOut() string {
	if c.shard == 0 || c.strategy == "exhaustive" {
		return ""
	}
	return fmt.Sprintf("strategy %s cannot be divided: shard 1 explores this, and this is shard %d", c.strategy, c.shard+1)
}
