package strategy

import (
	"fmt"
	"math"

	"schedlab/explore/internal/engine"
)

// PCT draws executions by priority (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A
// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). Each
// thread has a priority, drawn when it begins. Of the threads that are enabled, the one with
// the highest priority takes the next step. There are depth-1 change points, steps that are
// drawn in advance. There the thread that is about to go on falls below all others: the i-th
// change point gives it priority i, whatever their order.
//
// # Guarantee
//
// A bug has depth d if d ordering constraints between steps suffice to make it happen. A step
// that comes too early has depth 1; a lost update, or two locks taken in opposite orders, has
// depth 2. An execution of a program with at most n threads and k steps meets a given bug of
// depth d with probability at least 1/(n k^(d-1)).
//
// k is not known in advance: it is the length of the longest execution so far. So the
// guarantee holds for the executions after the longest one; the first has no change points
// at all. n counts every thread that began. What Choose returns is drawn evenly, and is not
// in the formula.
type PCT struct {
	dice
	priorities
	depth  int
	change []int // for i from 1: the step, from 0, whose thread gets priority i before it
	n, k   int   // of the executions so far: most threads, most steps
}

// NewPCT makes the strategy "pct".
func NewPCT(c *Parameters) *PCT {
	d := max(1, c.Depth)
	return &PCT{dice: newDice(c), depth: d, change: make([]int, d)}
}

// Begin draws the change points.
func (s *PCT) Begin(e *engine.Engine) bool {
	if !s.dice.Begin(e) {
		return false
	}
	clear(s.priorities)
	for i := range s.change {
		s.change[i] = -1
		if i > 0 && s.k > 0 {
			s.change[i] = s.rng.IntN(s.k)
		}
	}
	return true
}

// Next draws the priorities of threads that are new.
func (s *PCT) Next(e *engine.Engine) *engine.Thread {
	s.room(e)
	for _, t := range e.Alive {
		if s.priorities[t.ID] == 0 {
			s.priorities[t.ID] = 1<<63 | s.rng.Uint64() // above those of change points
		}
	}
	t := s.highest(e)
	for i, at := range s.change {
		if t != nil && at == len(e.Events) {
			s.priorities[t.ID] = uint64(i)
			t = s.highest(e)
		}
	}
	return t
}

// End takes the measure of the execution.
func (s *PCT) End(e *engine.Engine) {
	s.n, s.k = max(s.n, len(e.Alive)), max(s.k, len(e.Events))
}

// Chance is the probability with which one execution meets a given bug of s.depth, at least.
func (s *PCT) Chance() float64 {
	return 1 / (float64(max(1, s.n)) * math.Pow(float64(max(1, s.k)), float64(s.depth-1)))
}

// Bound states the guarantee.
func (s *PCT) Bound() string {
	all := -math.Expm1(float64(s.done) * math.Log1p(-s.Chance()))
	return fmt.Sprintf("pct: %s; each meets a given bug of depth %d with probability "+
		">= 1/(n k^%d) = %.2g (n=%d threads, k=%d steps), all together %s",
		s.drawn(), s.depth, s.depth-1, s.Chance(), s.n, s.k, probability(all))
}

// probability writes p, and does not round it to certainty.
func probability(p float64) string {
	if p > 0.99 {
		return "> 0.99"
	}
	return fmt.Sprintf("%.2g", p)
}
