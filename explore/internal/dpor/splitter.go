package dpor

import (
	"encoding/binary"
	"hash/fnv"
	"sync"

	"schedlab/explore/internal/engine"
)

// Splitter divides the executions of a program among shards that know nothing of each other.
// The first depth nodes of each execution are explored with sleep sets alone: every step is
// taken that is enabled and does not sleep. So each trace is still explored once, and what
// lies above a node at that depth says to which shard it belongs, though no process has
// explored anything before.
//
// Below that, a step that sleeps since then (step.outer) is like a thread that is not enabled
// until another step wakes it. Its races are not known here, so nothing says how to wake it,
// and every execution is explored in which it might be woken. An execution in which it never
// is was not needed, and is cut.
type Splitter struct {
	depth         int
	shard, shards int
	once          sync.Once // depth has been chosen
}

// NewSplitter makes the splitter of one shard, from 0, of shards.
func NewSplitter(shard, shards int) *Splitter { return &Splitter{shard: shard, shards: shards} }

// Fix makes depth the depth, before any is chosen.
func (s *Splitter) Fix(depth int) { s.once.Do(func() { s.depth = depth }) }

// perShard is how many parts there should be for each shard, so that their sizes even out.
const perShard = 16

// Divide chooses the depth of d's splitter, if there is one, before e's first execution
// that counts. All shards come to the same.
func (d *Strategy) Divide(e *engine.Engine) {
	if d.split == nil {
		return
	}
	d.split.once.Do(func() {
		was, steps := e.Strategy, e.Steps
		defer func() { e.Strategy, e.Steps = was, steps }()
		s := d.split
		for parts, more := 1, true; more && parts < perShard*s.shards; s.depth++ {
			n := s.parts(e)
			more = n > parts || s.depth == 0
			parts = max(n, parts)
		}
	})
}

// parts counts what one level more would divide e's program into.
func (s *Splitter) parts(e *engine.Engine) (n int) {
	count := &Strategy{split: &Splitter{depth: s.depth + 1, shard: -1, shards: s.shards}}
	e.Strategy = count
	for !e.Control.Halt.Load() && e.Control.Fault() == nil && count.Begin(e) {
		e.Perform()
		count.End(e)
		if e.Outcome == engine.Foreign {
			n++
		}
	}
	return n
}

// within says whether d's last node is one at which all steps are taken.
func (s *Splitter) within(d *Strategy) bool { return s != nil && d.depth <= s.depth }

// expand puts all steps that do not sleep into n's wakeup tree.
func (n *node) expand(e *engine.Engine) {
	n.full = true
	for _, t := range e.Enabled() {
		if !n.sleeps(t) {
			n.wakeup.add(stepOf(t), n.objects)
		}
	}
}

// foreign says whether the execution, which is about to take a step or has ended, belongs to
// another shard. That is decided at its first step below the depth.
func (s *Splitter) foreign(d *Strategy, e *engine.Engine, ended bool) bool {
	if s == nil || !ended && d.depth <= s.depth {
		return false
	}
	before := d.depth - 1 // the nodes before the step, which may have none if it has ended
	if !ended {
		before--
	}
	for before >= 0 && d.nodes[before].n != 0 {
		before--
	}
	if before >= s.depth {
		return false // decided already, though the last step may have failed and be no event
	}
	if e.Outcome == engine.Diverged || s.mine(e.Schedule) {
		return false
	}
	e.Outcome, e.Failure = engine.Foreign, nil // what it violates is told by its own shard
	return true
}

// mine says whether what begins with prefix belongs to this shard.
func (s *Splitter) mine(prefix engine.Schedule) bool {
	h := fnv.New32a()
	var b [4]byte
	for _, x := range prefix {
		binary.LittleEndian.PutUint32(b[:], uint32(x))
		h.Write(b[:])
	}
	return int64(h.Sum32())%int64(s.shards) == int64(s.shard)
}
