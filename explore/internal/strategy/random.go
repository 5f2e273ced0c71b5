package strategy

import "schedlab/explore/internal/engine"

// random draws each step from the threads that are enabled, all with the same
// probability. That is not uniform over executions: what many threads must let
// pass is met rarely. See pct and pos.
type random struct {
	dice
}

// NewRandom makes the strategy "random".
func NewRandom(c *Parameters) *random { return &random{dice: newDice(c)} }

func (s *random) Next(e *engine.Engine) *engine.Thread {
	ts := e.Enabled()
	return ts[s.rng.IntN(len(ts))]
}

func (s *random) End(*engine.Engine) {}

func (s *random) Bound() string { return "random: " + s.drawn() }
