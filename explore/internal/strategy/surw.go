package strategy

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// SURW is the selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, "Selectively
// Uniform Concurrency Testing", ASPLOS 2025). A program has too many interleavings for URW to
// meet a given one. But a bug mostly depends on the order of a few steps. So in each execution
// some steps are of interest, and their order is drawn uniformly. Here, as in the paper's
// experiments, these are the steps on one object. It is drawn from the objects that two
// threads touch and one changes, with a probability in proportion to the steps on it.
//
// # Protocol
//
// The intent is the thread that is to take the next step of interest. Before each step:
//
//  1. Of the enabled threads that are not held, take the one whose step has the highest
//     priority. Each step has one of its own, drawn when it is announced.
//  2. If its step is of no interest, it takes it.
//  3. Otherwise, if there is no intent, draw one from the enabled threads. The probability is
//     in proportion to the steps of interest that are left to them: see 'Weights' in
//     estimate.go.
//  4. If the thread is the intent, it takes the step. No thread is held any more, and there
//     is no intent.
//  5. If it is not, it is held, and step 1 follows.
//
// When a thread makes another and is the intent, the intent passes to the new one with the
// probability that is the new one's part of their common weight. This is as if it had been
// drawn afterwards.
//
// The intent may never take a step of interest: it waits for a thread that is held, or the
// estimate is wrong. So the intent is given up, and the threads that are held are let go,
//
//   - when all enabled threads are held;
//   - when the intent has ended; or
//   - when more steps have been taken since it was drawn than any execution had before.
//
// # Guarantee
//
// All orders of the steps on the object that is drawn have the same probability, if
//
//   - no thread waits: for a lock, for another thread, or after a Pause; and
//   - each thread takes as many steps, and as many on the object, touches objects in the same
//     order, and makes the same threads after the same steps, as in the executions before.
//
// Besides, each interleaving of the program has a positive probability, whether threads wait
// or not: priorities may come in any order. Both are the paper's, which calls the latter
// Γ-completeness.
//
// As for URW, the steps of threads that never wait are ordered uniformly even if other threads
// wait, unless an execution is longer than all before. If all enabled threads are held, then
// those that never wait are among them or have no step on the object left. So the draw that
// follows is in proportion to their weights, too.
//
// What Choose returns is drawn evenly, and is not in the guarantee.
type SURW struct {
	dice
	stepPriorities
	census
	weights
	objects

	want   *object // whose steps are of interest; nil: none are
	target int32   // the object in this execution that is want; engine.NoObject: not found yet

	intent  int32 // noThread: none
	since   int   // the number of events when it was drawn
	held    []bool
	events  int    // of this execution's events, those that have been followed
	longest int    // the most steps that an execution took to its end
	exactly uint64 // executions in which the weights were exact
}

// NewSURW makes the strategy "surw".
func NewSURW(c *Parameters) *SURW { return &SURW{dice: newDice(c)} }

// Begin draws the object.
func (s *SURW) Begin(e *engine.Engine) bool {
	if !s.dice.Begin(e) {
		return false
	}
	s.stepPriorities.begin()
	s.objects.begin()
	s.target, s.events = engine.NoObject, 0
	s.release()
	var steps tally
	if s.want = s.drawObject(); s.want != nil {
		steps = s.want.steps
	}
	s.weights.begin(&s.census, steps)
	return true
}

// drawObject draws the object whose steps are of interest; nil: none is known.
func (s *SURW) drawObject() *object {
	all := int64(0)
	for _, o := range s.known {
		if o.shared() {
			all += o.all
		}
	}
	if all == 0 {
		return nil
	}
	n := s.rng.Int64N(all)
	for _, o := range s.known {
		if o.shared() {
			if n -= o.all; n < 0 {
				return o
			}
		}
	}
	return nil
}

// Object returns the object of this execution whose steps are of interest;
// [engine.NoObject]: none is, or no thread has come to it yet.
func (s *SURW) Object() int32 { return s.target }

// Next goes through 'Protocol'.
func (s *SURW) Next(e *engine.Engine) *engine.Thread {
	s.room(e)
	for len(s.held) < len(e.Threads) {
		s.held = append(s.held, false)
	}
	s.follow(e)
	s.seek(e)
	s.draw(e, s.rng)
	ts := e.Enabled()
	for {
		t := s.first(ts)
		switch {
		case t == nil: // all are held
			s.release()
			s.choose(e, ts)
			continue
		case !s.interests(t):
			return t
		case s.intent == noThread:
			s.choose(e, ts)
		}
		if t.ID == s.intent {
			s.release()
			return t
		}
		s.held[t.ID] = true
	}
}

// first returns the thread of ts that is not held and whose step has the highest priority.
func (s *SURW) first(ts []*engine.Thread) (best *engine.Thread) {
	for _, t := range ts {
		if !s.held[t.ID] && (best == nil || s.priorities[t.ID] > s.priorities[best.ID]) {
			best = t
		}
	}
	return best
}

// choose draws the intent from ts, one of which stands before a step of interest.
func (s *SURW) choose(e *engine.Engine, ts []*engine.Thread) {
	s.since = len(e.Events)
	s.intent = s.pick(s.rng, ts, func(t *engine.Thread) int64 {
		if s.interests(t) {
			return 1
		}
		return 0
	}).ID
}

// release says that there is no intent, and that no thread is held.
func (s *SURW) release() {
	s.intent = noThread
	clear(s.held)
}

// interests says whether t's next step is of interest.
func (s *SURW) interests(t *engine.Thread) bool {
	if s.target == engine.NoObject {
		return false
	}
	f := t.Op.Footprint()
	return f.Obj == s.target || f.Obj2 == s.target
}

// seek looks for the object that was drawn.
func (s *SURW) seek(e *engine.Engine) {
	if s.want == nil {
		return
	}
	for _, t := range e.Alive {
		if s.target != engine.NoObject {
			return
		}
		s.target = s.find(s.want, t)
	}
}

// follow brings the weights and the intent up to date.
func (s *SURW) follow(e *engine.Engine) {
	for ; s.events < len(e.Events); s.events++ {
		ev := &e.Events[s.events]
		s.touch(ev)
		if s.target != engine.NoObject && (ev.Obj == s.target || ev.Obj2 == s.target) {
			s.left[ev.Thread]--
		}
	}
	for t, maker := s.birth(e); t != nil; t, maker = s.birth(e) {
		if s.intent != noThread && s.intent == maker {
			s.inherit(t, maker)
		}
	}
	if s.intent == noThread {
		return
	}
	if e.Threads[s.intent].Ended || len(e.Events)-s.since > s.longest {
		s.release()
	}
}

// inherit passes the intent from maker to t, with t's part of their weight.
func (s *SURW) inherit(t *engine.Thread, maker int32) {
	own, rest := max(0, s.left[t.ID]), max(0, s.left[maker])
	if own > 0 && s.rng.Int64N(own+rest) < own {
		s.intent = t.ID
	}
}

// End learns from the execution if it came to its end.
func (s *SURW) End(e *engine.Engine) {
	if e.Outcome != engine.Complete {
		return
	}
	s.follow(e)
	if s.want != nil && s.exact(e) {
		s.exactly++
	}
	s.longest = max(s.longest, len(e.Events))
	s.census.add(e)
	s.learn(e)
}

// Bound states the guarantee.
func (s *SURW) Bound() string {
	return fmt.Sprintf("selectively uniform random walk: %s; in %d of them each thread took the "+
		"steps expected of it on one object: then all orders of these steps, of the threads "+
		"that never wait, are equally likely", s.drawn(), s.exactly)
}
