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
	priorities
	drawnFor []int32 // of each thread, the number of the step that its priority is for; 0: none
}

// NewPOS makes the strategy "pos".
func NewPOS(c *Parameters) *POS { return &POS{dice: newDice(c)} }

// Begin forgets the priorities.
func (s *POS) Begin(e *engine.Engine) bool {
	clear(s.drawnFor)
	return s.dice.Begin(e)
}

// Next draws the priorities of steps that are new, or have lost a race.
func (s *POS) Next(e *engine.Engine) *engine.Thread {
	s.room(e)
	for len(s.drawnFor) < len(e.Threads) {
		s.drawnFor = append(s.drawnFor, 0)
	}
	for _, t := range e.Alive {
		if s.drawnFor[t.ID] != t.Seq+1 || s.lost(e, t) {
			s.drawnFor[t.ID] = t.Seq + 1
			s.priorities[t.ID] = s.rng.Uint64()
		}
	}
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
