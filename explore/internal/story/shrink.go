package story

import (
	"slices"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// The budget of a search for the shortest schedule.
const (
	shortenExecutions = 20_000
	shortenSteps      = 2_000_000
)

// ShortenTime is the time that it may take. It is a variable for tests: what they compare
// must not depend on how busy the machine is.
var ShortenTime = 2 * time.Second

// shorten returns a schedule that breaks v's property with the fewest preemptions, and
// among those with the fewest steps. minimal says that there is none better, because the
// search came to its end.
//
// It looks for executions without preemptions, then for those with one, and so on, depth
// first and without reduction (Musuvathi and Qadeer, "Iterative Context Bounding for
// Systematic Testing of Multithreaded Programs", PLDI 2007). Within the bound that it finds
// it looks for shorter and shorter ones. If that costs too much, the result is at least
// quieter than v's schedule: see quieter.
//
// An execution on the way may block outside the controlled types. Then its goroutine is
// abandoned, and the schedule stays as it was.
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

// shortestOf does the work of shorten for the property p, from the schedule first.
func shortestOf(
	e *engine.Engine, p engine.Property, first engine.Schedule,
) (best engine.Schedule, minimal bool) {
	x := again(e, first, nil)
	defer x.Close()
	met := x.Strategy.(*strategy.Replay)
	if x.Failure == nil || x.Failure.Property != p {
		return first, false
	}
	q := newQuieter(x, p, met.Preemptions)
	deadline := time.Now().Add(ShortenTime)
	x.Observer = nil
	q.improve(x, deadline.Add(-ShortenTime/2))
	s := &shortest{property: p, best: q.best, deadline: deadline}
	y := sibling(e, s)
	defer y.Close()
	for s.most = 0; s.most <= q.preemptions && !s.found && !s.spent; s.most++ {
		s.limit = e.Limits.Steps
		if s.most == q.preemptions {
			// Not one less: of the executions as short as q's the first one met is taken, so
			// that the result does not depend on where the search began.
			s.limit = s.best.Steps()
		}
		for s.Walk = (strategy.Walk{}); s.Begin(y); {
			y.Execute()
			s.End(y)
		}
	}
	return s.best, !s.spent
}

// shortest executes every interleaving with at most so many preemptions and steps. When
// one breaks the property, the next ones must have fewer steps.
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
	spent      bool // the budget, before the end of the search
}

func (s *shortest) Begin(e *engine.Engine) bool {
	s.preemptions = 0
	if !s.Walk.Begin(e) {
		return false
	}
	s.executions++
	s.spent = s.executions > shortenExecutions || e.Steps > shortenSteps ||
		s.executions%64 == 0 && time.Now().After(s.deadline)
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
