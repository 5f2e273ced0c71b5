package strategy

import (
	"fmt"
	"slices"

	"schedlab/explore/internal/engine"
)

// Bounded explores every execution with at most so many preemptions. It begins with those
// that have none, goes on with those that have one, and so on (Musuvathi and Qadeer,
// "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007).
// So the first violation that it meets has fewest preemptions. Most bugs need two at most.
// Of k steps there are of the order of k^c executions with c preemptions, not exponentially
// many.
//
// Each round walks through the tree of decisions anew: it keeps a path, not the set of all
// executions that can be preempted once more. It meets the executions of the rounds before
// again, and does not count them.
//
// # Sleep sets
//
// A step t explored at a turn would usually sleep while the other steps u of that turn are
// explored, until one that depends on it: E.u.v.t, where v is independent of t, is the same
// trace as E.t.u.v, which has been explored. Under a bound that is unsound, since E.t.u.v
// may have more preemptions, and may have been refused (Coons, Musuvathi, McKinley, "Bounded
// Partial-Order Reduction", OOPSLA 2013). So t sleeps only where it is certain that E.t.u.v
// has no more:
//
//   - t goes on with the thread that took the last step, and could: then E.u.v.t preempts it
//     at u, and E.t.u.v at most once, after t; or
//   - t's thread cannot go on after t: then the switch from t to u is free.
//
// What follows costs no more either. E.u.v.t must leave the thread of v's last step for t,
// which costs as much as to leave it in E.t.u.v for what follows there. The inner switches
// of v are the same in both, unless a thread of v was left because it could not go on, and t
// makes that possible: then t wakes. By induction over the order of exploration, each trace
// with an execution within the bound is explored, and first in the round of its fewest
// preemptions.
//
// A Chase-Lev deque with two thieves and three preemptions takes 4.5 times fewer steps than
// without sleep sets. A program in which everything depends on everything takes as many.
type Bounded struct {
	Walk
	most    int
	limit   int  // preemptions in this round, at most
	spent   int  // in this execution so far
	refused bool // the limit has kept some thread from a step in this round
	all     bool // the last limit has kept no thread from a step

	// See 'Sleep sets'.
	asleep []int32 // threads; those of each turn, one turn after the other
	naps   []nap   // of each turn
}

// nap is what is known of a turn, for the steps that are explored there later.
type nap struct {
	from int32 // where its part of asleep begins
	went bool  // what it took first was to go on with the thread that ran
	goes bool  // the thread that took the step could go on after it
}

// NewBounded makes the strategy "bounded", with at most that many preemptions.
func NewBounded(most int) *Bounded { return &Bounded{most: most} }

// Begin goes on with the next round when one has come to its end.
func (s *Bounded) Begin(e *engine.Engine) bool {
	if s.begun {
		s.sleep()
	}
	if !s.Walk.Begin(e) && !s.nextRound(e) {
		return false
	}
	s.spent = 0
	return true
}

// nextRound begins to allow one preemption more.
func (s *Bounded) nextRound(e *engine.Engine) bool {
	s.all = !s.refused
	if s.all || s.limit == s.most {
		return false
	}
	s.limit++
	s.refused, s.Walk.begun = false, false
	s.asleep, s.naps = s.asleep[:0], s.naps[:0]
	return s.Walk.Begin(e)
}

// sleep puts what has been explored at the turn where the next execution leaves the path
// to sleep, if that is sound.
func (s *Bounded) sleep() {
	n := len(s.turns)
	for n > 0 && s.turns[n-1].left == 0 {
		n--
	}
	if len(s.naps) > n {
		s.asleep, s.naps = s.asleep[:s.naps[n].from], s.naps[:n]
	}
	if n == 0 || s.turns[n-1].kind == engine.OpNone {
		return
	}
	u, p := &s.turns[n-1], &s.naps[n-1]
	if p.went || !p.goes {
		s.asleep = append(s.asleep, u.x)
	}
	p.went, p.goes = false, true
}

// Next counts the preemptions of the execution.
func (s *Bounded) Next(e *engine.Engine) (t *engine.Thread) {
	if s.Repeating() {
		t = s.Repeat(e)
	} else {
		t = s.branch(e)
	}
	if t != nil && e.Preempts(t) {
		s.spent++
	}
	return t
}

// branch begins a turn.
func (s *Bounded) branch(e *engine.Engine) *engine.Thread {
	last := e.LastThread()
	goesOn := e.GoesOn(last)
	n := len(s.turns)
	asleep := s.inherit(e, last, goesOn)
	stay := s.spent == s.limit
	if stay && goesOn && !s.refused {
		s.refused = slices.ContainsFunc(e.Enabled(), func(t *engine.Thread) bool {
			return t != last && !slices.Contains(asleep, t.ID)
		})
	}
	t := s.Fork(e, stay, asleep...)
	if t == nil {
		s.asleep = s.asleep[:s.naps[n].from]
		s.naps = s.naps[:n]
		return nil
	}
	s.naps[n].went = goesOn && t == last
	return t
}

// inherit makes the nap of a new turn and returns the threads that sleep there: those that
// slept at the turn before and do not depend on the step between.
func (s *Bounded) inherit(e *engine.Engine, last *engine.Thread, goesOn bool) []int32 {
	for len(s.naps) < len(s.turns) {
		s.naps = append(s.naps, nap{from: int32(len(s.asleep)), goes: true}) // of Choose
	}
	from := len(s.asleep)
	s.naps = append(s.naps, nap{from: int32(from), goes: true})
	p := len(s.turns) - 1
	for p >= 0 && s.turns[p].kind == engine.OpNone {
		p--
	}
	if p < 0 {
		return nil
	}
	s.naps[p].goes = goesOn
	for _, id := range s.asleep[s.naps[p].from:s.naps[p+1].from] {
		t := e.Threads[id]
		mayWake := !goesOn && !last.Ended && last.MayNeed(t)
		if !mayWake && !t.DependsOn(int32(len(e.Events)-1)) {
			s.asleep = append(s.asleep, id)
		}
	}
	return s.asleep[from:]
}

// End finds out whether the execution belongs to a round before.
func (s *Bounded) End(e *engine.Engine) {
	s.GiveUp(e)
	if s.spent < s.limit && e.Outcome != engine.Diverged {
		e.Outcome, e.Failure = engine.Repeated, nil
	}
}

// Bound says whether the bound has left anything out.
func (s *Bounded) Bound() string {
	if s.all {
		return fmt.Sprintf("every execution: a limit of %s leaves nothing out",
			engine.Count(s.limit, "preemption"))
	}
	return "every execution with at most " + engine.Count(s.most, "preemption")
}
