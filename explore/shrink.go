package explore

import (
	"slices"
	"time"
)

// What shortening a schedule may cost.
const (
	shortenExecutions = 20_000
	shortenSteps      = 2_000_000
)

// shortenTime is how long it may take. A variable for tests: what they compare must
// not depend on how busy the machine is.
var shortenTime = 2 * time.Second

// shorten returns the schedule with the fewest preemptions, and the fewest steps
// among those, that breaks v's property, and whether there is none better: whether
// the search came to its end.
//
// It looks for executions without preemptions, then for those with one, and so on
// (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
// Multithreaded Programs", PLDI 2007), depth first and without reduction; then for
// shorter and shorter ones within the bound that was found. Where that is too much
// it is at least quieter than it was: see calm.
//
// An execution on the way may block outside the controlled types. Then its
// goroutine is abandoned, and the schedule stays as it was.
func shorten(e *engine, v *Violation) (s Schedule, minimal bool) {
	type result struct {
		s       Schedule
		minimal bool
	}
	found := make(chan result, 1)
	property, first := v.Property, slices.Clone(v.Schedule)
	go func() {
		s, minimal := shortestOf(e, property, first)
		found <- result{s, minimal}
	}()
	select {
	case r := <-found:
		return r.s, r.minimal
	case <-time.After(shortenTime + e.cfg.patience):
		return v.Schedule, false
	}
}

func shortestOf(e *engine, p Property, first Schedule) (best Schedule, minimal bool) {
	x := again(e, first, nil)
	defer x.close()
	met := x.strategy.(*replay)
	if x.failure == nil || x.failure.Property != p {
		return first, false
	}
	c := newCalm(x, p, met.preemptions)
	deadline := time.Now().Add(shortenTime)
	x.observer = nil
	c.improve(x, deadline.Add(-shortenTime/2))
	s := &shortest{property: p, best: c.best, deadline: deadline}
	y := sibling(e, s)
	defer y.close()
	for s.most = 0; s.most <= c.preemptions && !s.found && !s.spent; s.most++ {
		s.limit = e.cfg.steps
		if s.most == c.preemptions {
			s.limit = s.best.steps() // what is met first is taken, whatever the best was
		}
		for s.walk = (walk{}); s.begin(y); {
			y.execute()
			s.end(y)
		}
	}
	return s.best, !s.spent
}

// shortest executes every interleaving with at most so many preemptions and
// steps. Whenever one breaks the property it allows fewer steps from then on.
type shortest struct {
	walk
	property    Property
	most        int // preemptions
	limit       int // steps
	best        Schedule
	found       bool
	preemptions int // in this execution so far

	executions int
	deadline   time.Time
	spent      bool // before the end
}

func (s *shortest) begin(e *engine) bool {
	s.preemptions = 0
	if !s.walk.begin(e) {
		return false
	}
	s.executions++
	s.spent = s.executions > shortenExecutions || e.steps > shortenSteps || s.executions%64 == 0 && time.Now().After(s.deadline)
	return !s.spent
}

func (s *shortest) next(e *engine) (t *thread) {
	switch {
	case e.grants >= s.limit:
		s.prune()
		return nil
	case s.repeating():
		t = s.repeat(e)
	default:
		t = s.fork(e, s.preemptions == s.most)
	}
	if t != nil && e.preempts(t) {
		s.preemptions++
	}
	return t
}

// prune gives up what is left of the path from here on.
func (s *shortest) prune() {
	for len(s.turns) > s.depth {
		last := len(s.turns) - 1
		s.todo = s.todo[:len(s.todo)-int(s.turns[last].left)]
		s.turns = s.turns[:last]
	}
	s.known = min(s.known, s.depth)
}

func (s *shortest) end(e *engine) {
	if e.failure != nil && e.failure.Property == s.property {
		s.found, s.best = true, slices.Clone(e.schedule)
		s.limit = s.best.steps() - 1
	}
}

func (s *shortest) bound() string { return "the shortest execution that breaks a property" }
