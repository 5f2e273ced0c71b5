package strategy

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// URW is the uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform
// Concurrency Testing", ASPLOS 2025). Each step is drawn from the threads that are enabled,
// with a probability in proportion to the steps that they still have to take: see 'Weights'
// in estimate.go. Random gives all threads the same probability, so that it hardly ever lets a
// short thread wait for a long one.
//
// # Guarantee
//
// All interleavings have the same probability, if
//
//   - no thread waits: for a lock, for another thread, or after a Pause; and
//   - each thread takes as many steps, and makes the same threads after the same ones of them,
//     as in the executions before.
//
// That is the paper's. It leaves threads that wait out of a draw, and so does URW. Of two
// threads that never wait, and whose makers never do, neither is preferred by that: they are
// drawn in proportion to their weights, whatever the others do. So of all such threads the
// interleavings still have the same probability. Nothing is promised of the others, except
// that each interleaving of the program has a positive probability.
//
// What Choose returns is drawn evenly, and is not in the guarantee.
type URW struct {
	dice
	census
	weights
	steps   tally
	events  int    // of this execution's events, those that are taken off the weights
	exactly uint64 // executions in which the weights were exact
}

// NewURW makes the strategy "urw".
func NewURW(c *Parameters) *URW { return &URW{dice: newDice(c)} }

// Begin sets the weights.
func (s *URW) Begin(e *engine.Engine) bool {
	s.weights.begin(&s.census, s.steps)
	s.events = 0
	return s.dice.Begin(e)
}

// Next draws a thread.
func (s *URW) Next(e *engine.Engine) *engine.Thread {
	s.follow(e)
	return s.pick(s.rng, e.Enabled(), func(*engine.Thread) int64 { return 1 })
}

// follow brings the weights up to date.
func (s *URW) follow(e *engine.Engine) {
	for ; s.events < len(e.Events); s.events++ {
		s.left[e.Events[s.events].Thread]--
	}
	for t, _ := s.birth(e); t != nil; t, _ = s.birth(e) {
	}
}

// End learns from the execution if it came to its end.
func (s *URW) End(e *engine.Engine) {
	if e.Outcome != engine.Complete {
		return
	}
	s.follow(e)
	if s.exact(e) {
		s.exactly++
	}
	s.census.add(e)
	for i := range e.Events {
		s.steps.add(e.Events[i].Thread)
	}
}

// Bound states the guarantee.
func (s *URW) Bound() string {
	return fmt.Sprintf("uniform random walk: %s; in %d of them each thread took the steps "+
		"expected of it: then all interleavings of the threads that never wait are equally "+
		"likely", s.drawn(), s.exactly)
}
