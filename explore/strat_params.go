package explore

// parameters are what strategies are made of.
type parameters struct {
	limits
	preempt int // preemption bound of "bounded"
	depth   int // d of "pct"
	seed    uint64
	shard   int // from 0
	shards  int // 1: no shards
	replay  Schedule
	bytes   []byte // of a fuzzer
}
