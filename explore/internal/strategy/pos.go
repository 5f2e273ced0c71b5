package strategy

import "schedlab/explore/internal/engine"

// POS is partial order sampling (Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling",
// CAV 2018). Each step has a priority, drawn when it is announced, and the enabled step with
// the highest is executed. Steps that depend on it, and so have lost a race, draw again: one
// that came late in one race has the same chances in the next.
//
// So traces are met more evenly. Take a step that is independent of k others. That it comes
// after all of them has a probability of 1/(k+1) here, and of 1/2^k with Random, where each
// of them must win against it.
type POS struct {
	dice
	stepPriorities
}

// NewPOS makes the strategy "pos".
func NewPOS(c *Parameters) *POS { return &POS{dice: newDice(c)} }

// Begin forgets the priorities.
func (s *POS) Begin(e *engine.Engine) bool {
	s.stepPriorities.begin()
	return s.dice.Begin(e)
}

// Next draws the priorities of steps that are new, or have lost a race.
func (s *POS) Next(e *engine.Engine) *engine.Thread {
	for _, t := range e.Alive {
		if s.lost(e, t) {
			s.forget(t)
		}
	}
	s.draw(e, s.rng)
	return s.highest(e)
}

// lost says whether the last event has won a race against t's step.
func (s *POS) lost(e *engine.Engine, t *engine.Thread) bool {
	n := len(e.Events)
	return n > 0 && !t.Ended && e.Events[n-1].Thread != t.ID && t.DependsOn(int32(n-1))
}

// End does nothing.
func (s *POS) End(*engine.Engine) {}

// Bound says how many executions have been drawn.
func (s *POS) Bound() string { return "partial order sampling: " + s.drawn() }
