package explore

import "sync"

// splitter divides the executions of a program among shards that know nothing of
// each other. The first depth nodes of each execution are explored with sleep
// sets alone: whatever is enabled and does not sleep is taken. So each trace is
// still explored once, and what lies above a node at that depth says which shard
// it belongs to, without anybody having explored anything before.
//
// Below, a step that sleeps since then (step.outer) is a thread that is not
// enabled until another step wakes it: its races are not known here, so nothing
// says how to wake it, and every execution is explored in which it might be. That
// costs executions that are cut, because it never was.
type splitter struct {
	depth         int
	shard, shards int
	once          sync.Once // depth has been chosen
}

// newSplitter makes that of one shard, from 0, of shards.
func newSplitter(shard, shards int) *splitter { return &splitter{shard: shard, shards: shards} }

// perShard is how many parts there should be for each shard, so that their sizes
// even out.
const perShard = 16

// divide chooses the depth of d's splitter, if there is one, before e's first execution
// that counts. All shards come to the same.
func (d *dpor) divide(e *engine) {
	if d.split == nil {
		return
	}
	d.split.once.Do(func() {
		steps := e.steps
		defer func() { e.strategy, e.steps = d, steps }()
		s := d.split
		for parts, more := 1, true; more && parts < perShard*s.shards; s.depth++ {
			n := s.parts(e)
			more = n > parts || s.depth == 0
			parts = max(n, parts)
		}
	})
}

// parts counts what one level more would divide e's program into.
func (s *splitter) parts(e *engine) (n int) {
	count := &dpor{split: &splitter{depth: s.depth + 1, shard: -1, shards: s.shards}}
	e.strategy = count
	for !e.ctl.halt.Load() && e.ctl.fault() == nil && count.begin(e) {
		e.perform()
		count.end(e)
		if e.outcome == foreign {
			n++
		}
	}
	return n
}

// within says whether d's last node is one at which everything is taken.
func (s *splitter) within(d *dpor) bool { return s != nil && d.depth <= s.depth }

// expand puts all steps that do not sleep into n's wakeup tree.
func (s *splitter) expand(d *dpor, e *engine, n *place) {
	n.full = true
	list := &n.pending
	for _, t := range e.alive {
		if e.enabled(t) && !n.sleeps(t) {
			*list = &branch{step: stepOf(t), known: n.objects, ways: &way{}}
			list = &(*list).next
		}
	}
}

// foreign says whether the execution, which is about to take a step or has ended,
// belongs to another shard: that is decided at its first step below the depth.
func (s *splitter) foreign(d *dpor, e *engine, ended bool) bool {
	if s == nil || !ended && d.depth <= s.depth {
		return false
	}
	if n := len(e.events); n > 0 && int(d.nodeOf[n-1]) >= s.depth {
		return false // decided already
	}
	if e.outcome == diverged || s.mine(e.schedule) {
		return false
	}
	e.outcome, e.failure = foreign, nil // what it violates is told by its own shard
	return true
}

// mine says whether what begins with prefix belongs to this shard.
func (s *splitter) mine(prefix Schedule) bool {
	h := uint32(2166136261) // FNV-1a
	for _, x := range prefix {
		h = (h ^ uint32(x)) * 16777619
	}
	return int(h>>4)%s.shards == s.shard
}
