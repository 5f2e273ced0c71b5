package strategy

import "schedlab/explore/internal/engine"

// pos is partial order sampling (Yuan, Yang, Gu, "Partial Order Aware Concurrency
// Sampling", CAV 2018). Each step that is announced has a priority, drawn when it
// is announced, and the highest that is enabled is executed. Those that depend on
// it, and so have lost a race, draw again: who came late in one race has the same
// chances in the next. So traces are met more evenly: that one step comes after k
// others it has nothing to do with has a probability of 1/(k+1), where random, which
// lets it go on with each of them, has 1/2^k.
type pos struct {
	dice
	priorities
	drawnFor []int32 // of each thread, the number of the step that its priority is for; 0: none
}

// NewPOS makes the strategy "pos".
func NewPOS(c *Parameters) *pos { return &pos{dice: newDice(c)} }

func (s *pos) Begin(e *engine.Engine) bool {
	clear(s.drawnFor)
	return s.dice.Begin(e)
}

func (s *pos) Next(e *engine.Engine) *engine.Thread {
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
func (s *pos) lost(e *engine.Engine, t *engine.Thread) bool {
	n := len(e.Events)
	return n > 0 && !t.Ended && e.Events[n-1].Thread != t.ID && t.DependsOn(int32(n-1))
}

func (s *pos) End(*engine.Engine) {}

func (s *pos) Bound() string { return "partial order sampling: " + s.drawn() }
