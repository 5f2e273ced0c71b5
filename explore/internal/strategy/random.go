package strategy

import "schedlab/explore/internal/engine"

// Random draws each step from the threads that are enabled, all with the same probability.
// That is not uniform over executions: a step for which many others must wait is met rarely.
// See PCT and POS.
type Random struct{ dice }

// NewRandom makes the strategy "random".
func NewRandom(c *Parameters) *Random { return &Random{dice: newDice(c)} }

// Next draws a thread.
func (s *Random) Next(e *engine.Engine) *engine.Thread {
	ts := e.Enabled()
	return ts[s.rng.IntN(len(ts))]
}

// End does nothing.
func (s *Random) End(*engine.Engine) {}

// Bound says how many executions have been drawn.
func (s *Random) Bound() string { return "random: " + s.drawn() }
