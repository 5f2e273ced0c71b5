package strategy

import "schedlab/explore/internal/engine"

// random draws each step from the threads that are enabled, all with the same
// probability. That is not uniform over executions: what many threads must let
// pass is met rarely. See pct and pos.
type random struct {
	dice
	enabled []*engine.Thread
}

// NewRandom makes the strategy "random".
func NewRandom(c *Parameters) *random { return &random{dice: newDice(c)} }

func (s *random) Next(e *engine.Engine) *engine.Thread {
	s.enabled = e.Runnable(s.enabled[:0])
	if len(s.enabled) == 0 {
		return nil
	}
	return s.enabled[s.rng.IntN(len(s.enabled))]
}

func (s *random) End(*engine.Engine) {}

func (s *random) Bound() string { return "random: " + s.drawn() }
