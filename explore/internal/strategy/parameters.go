// Package strategy holds the strategies that need no partial-order reduction: each is a
// small file behind engine.Strategy.
//
//	parameters.go  Parameters: what strategies are made of
//	walk.go        a tree of decisions, depth first
//	naive.go       every interleaving
//	bounded.go     every execution with few preemptions
//	fingerprint.go a trace as a number
//	explored.go    traces of which all that follows has been explored
//	dice.go        what strategies that draw at random have in common
//	random.go      steps drawn at random
//	pct.go         priorities of threads drawn at random
//	pos.go         priorities of steps drawn at random
//	estimate.go    the steps that threads still have to take, as executions before let expect
//	urw.go         interleavings drawn uniformly
//	shared.go      which object is which in another execution
//	surw.go        the order of the steps on one object drawn uniformly
//	fuzz.go        decisions that a fuzzer makes
//	replay.go      one execution again
package strategy

import "schedlab/explore/internal/engine"

// Parameters are what strategies are made of.
type Parameters struct {
	engine.Limits
	Preempt int // preemption bound of "bounded"
	Depth   int // d of "pct"
	Seed    uint64
	Shard   int // from 0
	Shards  int // 1: no shards
	Replay  engine.Schedule
	Bytes   []byte // of a fuzzer
}
