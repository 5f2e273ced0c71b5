package explore

import (
	"fmt"
	"math/rand/v2"
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

// defaultSamples is how many executions are drawn if no budget says it.
const defaultSamples = 10_000

func newDice(c *parameters) dice {
	s := dice{seed: c.seed, number: uint64(c.shard), stride: uint64(max(1, c.shards)), most: c.executions}
	switch {
	case s.most == 0 && c.budget == 0:
		s.most = defaultSamples
	case s.most == 0:
		s.most = 1 << 63 // until the time is up
	}
	s.pcg = rand.NewPCG(0, 0)
	s.rng = rand.New(s.pcg)
	return s
}

func (s *dice) begin(*engine) bool {
	if s.number >= s.most {
		return false
	}
	s.pcg.Seed(s.seed, s.number)
	s.number += s.stride
	s.done++
	return true
}

func (s *dice) choose(_ *engine, _ *thread, n int) int { return s.rng.IntN(n) }

// samples: what has not been drawn has not been seen.
func (s *dice) samples() bool { return true }

// progress is the part of the executions that has begun.
func (s *dice) progress() float64 { return float64(s.number) / float64(s.most) }

func (s *dice) drawn() string { return fmt.Sprintf("%d executions, seed %d", s.done, s.seed) }

// Priorities of threads, by id, that are drawn from a dice.
type priorities []uint64

// room makes room for all threads of e.
func (p *priorities) room(e *engine) {
	for len(*p) < len(e.threads) {
		*p = append(*p, 0)
	}
}

// highest returns the thread with the highest priority of those that are
// enabled, nil if there is none.
func (p priorities) highest(e *engine) (best *thread) {
	for _, t := range e.alive {
		if e.enabled(t) && (best == nil || p[t.id] > p[best.id]) {
			best = t
		}
	}
	return best
}
