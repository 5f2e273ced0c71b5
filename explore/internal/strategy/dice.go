package strategy

import (
	"fmt"
	"math/rand/v2"

	"schedlab/explore/internal/engine"
)

// dice is what strategies have in common that draw executions: it counts them,
// and is their source of randomness. An execution depends on the seed and its number alone: so
// shards take every shards-th.
type dice struct {
	seed   uint64
	number uint64 // of the next execution
	stride uint64
	most   uint64
	done   uint64
	pcg    *rand.PCG
	rng    *rand.Rand
}

// defaultDraws is how many executions are drawn if no budget says it.
const defaultDraws = 10_000

func newDice(c *Parameters) dice {
	s := dice{seed: c.Seed, number: uint64(c.Shard), stride: uint64(max(1, c.Shards)), most: c.Executions}
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

func (s *dice) Begin(*engine.Engine) bool {
	if s.number >= s.most {
		return false
	}
	s.pcg.Seed(s.seed, s.number)
	s.number += s.stride
	s.done++
	return true
}

func (s *dice) Choose(_ *engine.Engine, _ *engine.Thread, n int) int { return s.rng.IntN(n) }

// Samples: what has not been drawn has not been seen.
func (s *dice) Samples() bool { return true }

// Progress is the part of the executions that has begun.
func (s *dice) Progress() float64 { return float64(s.number) / float64(s.most) }

func (s *dice) drawn() string { return fmt.Sprintf("%d executions, seed %d", s.done, s.seed) }

// Priorities of threads, by id, that are drawn from a dice.
type priorities []uint64

// room makes room for all threads of e.
func (p *priorities) room(e *engine.Engine) {
	for len(*p) < len(e.Threads) {
		*p = append(*p, 0)
	}
}

// highest returns the thread with the highest priority of those that are
// enabled, nil if there is none.
func (p priorities) highest(e *engine.Engine) (best *engine.Thread) {
	for _, t := range e.Enabled() {
		if best == nil || p[t.ID] > p[best.ID] {
			best = t
		}
	}
	return best
}
