package explore

// naive executes every interleaving: depth first over the tree of all decisions,
// without reduction. It is the yardstick of the others, and what remains for
// programs whose steps are not as independent as they look.
type naive struct{ walk }

// newNaive makes the strategy "naive".
func newNaive() *naive { return &naive{} }

func (s *naive) next(e *engine) *thread {
	if s.repeating() {
		return s.repeat(e)
	}
	return s.fork(e, false)
}

func (s *naive) end(*engine) {}

func (s *naive) bound() string { return "every interleaving" }
