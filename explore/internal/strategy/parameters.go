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
