package story

import (
	"slices"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// What shortening a schedule may cost.
const (
	shortenExecutions = 20_000
	shortenSteps      = 2_000_000
)

// shortenTime is how long it may take. A variable for tests: what they compare must
// not depend on how busy the machine is.
var ShortenTime = 2 * time.Second

// shorten returns the schedule with the fewest preemptions, and the fewest steps
// among those, that breaks v's property, and whether there is none better: whether
// the search came to its end.
//
// It looks for executions without preemptions, then for those with one, and so on
// (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
// Multithreaded Programs", PLDI 2007), depth first and without reduction; then for
// shorter and shorter ones within the bound that was found. Where that is too much
// it is at least quieter than it was: see quieter.
//
// An execution on the way may block outside the controlled types. Then its
// goroutine is abandoned, and the schedule stays as it was.
func shorten(e *engine.Engine, v *engine.Violation) (s engine.Schedule, minimal bool) {
	type result struct {
		s       engine.Schedule
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
	case <-time.After(ShortenTime + e.Limits.Patience):
		return v.Schedule, false
	}
}

func shortestOf(e *engine.Engine, p engine.Property, first engine.Schedule) (best engine.Schedule, minimal bool) {
	x := again(e, first, nil)
	defer x.Close()
	met := x.Strategy.(*strategy.Replay)
	if x.Failure == nil || x.Failure.Property != p {
		return first, false
	}
	c := newQuieter(x, p, met.Preemptions)
	deadline := time.Now().Add(ShortenTime)
	x.Observer = nil
	c.improve(x, deadline.Add(-ShortenTime/2))
	s := &shortest{property: p, best: c.best, deadline: deadline}
	y := sibling(e, s)
	defer y.Close()
	for s.most = 0; s.most <= c.preemptions && !s.found && !s.spent; s.most++ {
		s.limit = e.Limits.Steps
		if s.most == c.preemptions {
			s.limit = s.best.Steps() // what is met first is taken, whatever the best was
		}
		for s.Walk = (strategy.Walk{}); s.Begin(y); {
			y.Execute()
			s.End(y)
		}
	}
	return s.best, !s.spent
}

// shortest executes every interleaving with at most so many preemptions and
// steps. Whenever one breaks the property it allows fewer steps from then on.
type shortest struct {
	strategy.Walk
	property    engine.Property
	most        int // preemptions
	limit       int // steps
	best        engine.Schedule
	found       bool
	preemptions int // in this execution so far

	executions int
	deadline   time.Time
	spent      bool // before the end
}

func (s *shortest) Begin(e *engine.Engine) bool {
	s.preemptions = 0
	if !s.Walk.Begin(e) {
		return false
	}
	s.executions++
	s.spent = s.executions > shortenExecutions || e.Steps > shortenSteps || s.executions%64 == 0 && time.Now().After(s.deadline)
	return !s.spent
}

func (s *shortest) Next(e *engine.Engine) (t *engine.Thread) {
	switch {
	case e.Grants >= s.limit:
		s.Prune()
		return nil
	case s.Repeating():
		t = s.Repeat(e)
	default:
		t = s.Fork(e, s.preemptions == s.most)
	}
	if t != nil && e.Preempts(t) {
		s.preemptions++
	}
	return t
}

func (s *shortest) End(e *engine.Engine) {
	if e.Failure != nil && e.Failure.Property == s.property {
		s.found, s.best = true, slices.Clone(e.Schedule)
		s.limit = s.best.Steps() - 1
	}
}

func (s *shortest) Bound() string { return "the shortest execution that breaks a property" }
