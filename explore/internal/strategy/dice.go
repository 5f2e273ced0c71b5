package strategy

import (
	"fmt"
	"math/rand/v2"

	"schedlab/explore/internal/engine"
)

// dice is what strategies that draw executions have in common: it counts the executions, and
// is the source of randomness. An execution depends on the seed and its number alone. So of
// n shards each takes every n-th.
type dice struct {
	seed   uint64
	number uint64 // of the next execution
	stride uint64 // from one to the next
	most   uint64 // numbers are smaller
	done   uint64 // executions so far
	pcg    *rand.PCG
	rng    *rand.Rand
}

// defaultDraws is how many executions are drawn if there is no budget.
const defaultDraws = 10_000

// newDice makes that of one strategy.
func newDice(c *Parameters) dice {
	s := dice{
		seed: c.Seed, number: uint64(c.Shard), stride: uint64(max(1, c.Shards)), most: c.Executions,
	}
	switch {
	case s.most == 0 && c.Budget == 0:
		s.most = defaultDraws
	case s.most == 0:
		s.most = 1 << 63 // until the time is up
	}
	s.pcg = rand.NewPCG(0, 0)
	s.rng = rand.New(s.pcg)
	return s
}

// Begin seeds the source with the number of the execution.
func (s *dice) Begin(*engine.Engine) bool {
	if s.number >= s.most {
		return false
	}
	s.pcg.Seed(s.seed, s.number)
	s.number += s.stride
	s.done++
	return true
}

// Choose draws a number.
func (s *dice) Choose(_ *engine.Engine, _ *engine.Thread, n int) int { return s.rng.IntN(n) }

// Samples says true: what has not been drawn has not been seen.
func (s *dice) Samples() bool { return true }

// Progress is the part of the executions that has begun.
func (s *dice) Progress() float64 { return float64(s.number) / float64(s.most) }

// drawn says how many executions there were, and how to have the same again.
func (s *dice) drawn() string { return fmt.Sprintf("%d executions, seed %d", s.done, s.seed) }

// priorities are those of threads, by id.
type priorities []uint64

// room makes room for all threads of e.
func (p *priorities) room(e *engine.Engine) {
	for len(*p) < len(e.Threads) {
		*p = append(*p, 0)
	}
}

// highest returns the enabled thread with the highest priority.
func (p priorities) highest(e *engine.Engine) (best *engine.Thread) {
	for _, t := range e.Enabled() {
		if best == nil || p[t.ID] > p[best.ID] {
			best = t
		}
	}
	return best
}

// stepPriorities are those of the threads' next steps, by thread.
type stepPriorities struct {
	priorities
	drawnFor []int32 // of each thread, the number of the step that its priority is for; 0: none
}

// begin forgets the priorities.
func (p *stepPriorities) begin() { clear(p.drawnFor) }

// forget says that t's step has no priority any more.
func (p *stepPriorities) forget(t *engine.Thread) {
	if int(t.ID) < len(p.drawnFor) {
		p.drawnFor[t.ID] = 0
	}
}

// draw draws the priorities of steps that have none.
func (p *stepPriorities) draw(e *engine.Engine, rng *rand.Rand) {
	p.room(e)
	for len(p.drawnFor) < len(e.Threads) {
		p.drawnFor = append(p.drawnFor, 0)
	}
	for _, t := range e.Alive {
		if p.drawnFor[t.ID] != t.Seq+1 {
			p.drawnFor[t.ID] = t.Seq + 1
			p.priorities[t.ID] = rng.Uint64()
		}
	}
}
