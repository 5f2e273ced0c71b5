package explore

// random draws each step from the threads that are enabled, all with the same
// probability. That is not uniform over executions: what many threads must let
// pass is met rarely. See pct and pos.
type random struct {
	dice
	enabled []*thread
}

// newRandom makes the strategy "random".
func newRandom(c *parameters) *random { return &random{dice: newDice(c)} }

func (s *random) next(e *engine) *thread {
	s.enabled = e.runnable(s.enabled[:0])
	if len(s.enabled) == 0 {
		return nil
	}
	return s.enabled[s.rng.IntN(len(s.enabled))]
}

func (s *random) end(*engine) {}

func (s *random) bound() string { return "random: " + s.drawn() }
