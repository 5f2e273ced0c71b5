package strategy

import "schedlab/explore/internal/engine"

// Naive executes every interleaving: depth first over the tree of all decisions, without
// reduction. It is the yardstick of the others, and what remains for programs whose steps
// are not as independent as they look.
type Naive struct{ Walk }

// NewNaive makes the strategy "naive".
func NewNaive() *Naive { return &Naive{} }

// Next repeats the path, then forks at each step.
func (s *Naive) Next(e *engine.Engine) *engine.Thread {
	if s.Repeating() {
		return s.Repeat(e)
	}
	return s.Fork(e, false)
}

// End gives up an execution that is too long.
func (s *Naive) End(e *engine.Engine) { s.GiveUp(e) }

// Bound says that nothing is left out.
func (s *Naive) Bound() string { return "every interleaving" }
