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
// Each round walks through the tree of decisions anew. It meets the executions of the rounds
// before again, and does not count them.
//
// # What has been explored
//
// Many orders of steps are one trace, and what can follow is the same after all of them. So
// a turn is given up if what follows has been explored: if there was a turn
//
//   - after the same trace: see fingerprint.go;
//   - with the same thread to go on, or where every switch was free;
//   - with at least as many preemptions left.
//
// With one preemption more left there, another thread may have been to go on. The traces are
// kept across rounds, in explored.go. Where a move leads is foreseen (Bounded.coming), so most
// moves that lead to such a turn are left out without an execution.
//
// An execution of a trace that has been counted is not counted again. So the count is that of
// the traces that have an execution within the bound.
//
// Nothing is lost. Let a trace have an execution with p preemptions, and none with fewer. Of
// those with p, let F be the one that comes first in round p: where two part, the move that
// is made first comes first. The strategy executes F to its end:
//
//  1. The limit refuses none of its steps.
//  2. No turn of F is given up. Otherwise let E be what was executed before the turn that was
//     met before, and w the rest of F. Then E.w is of the same trace, and has no more
//     preemptions. If E was met in an earlier round, E.w has fewer than p. If it was met in
//     this round, E.w comes before F. Both contradict the choice of F.
//  3. None of its steps sleeps, for the same reason: see 'Sleep sets'.
//
// So it makes no difference which threads sleep at a turn. In a round before p, the steps of
// such an F are executed up to the first preemption that the limit refuses. So each of these
// rounds notes that it has left something out.
//
// Two kinds of turns are not looked up. After a trace in which each step depends on the one
// before (nap.line) there is no other order. And if only the thread that ran may go on, it
// soon comes to a turn that is looked up. To keep those as well would take most of the memory.
//
// Rejected: to execute each trace once, and to count the preemptions of the trace (Marmanis,
// Kokologiannakis, Vafeiadis, "Reconciling Preemption Bounding with DPOR", TACAS 2023). To
// lose nothing that follows executions that exceed the bound, by the number of threads less
// two. One preemption more makes 6 to 22 times as many traces of gpm with 5 threads. What is
// explored here takes 2 to 3 times the steps of one execution for each trace.
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
// makes that possible: then t wakes. And E.t.u.v comes before E.u.v.t.
//
// A Chase-Lev deque with two thieves and three preemptions takes 4.5 times fewer steps than
// without sleep sets, if nothing is remembered. With both it takes 7.7 times fewer. A
// program in which everything depends on everything takes as many.
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

	// See 'What has been explored'.
	trace    fingerprint
	explored explored
	coming   []hash // the trace to which each move of Walk.todo leads; none: not known
}

// nap is what is known of a turn, for the steps that are explored there later.
type nap struct {
	at   moment // the turn
	from int32  // where its part of asleep begins
	left int32  // preemptions that are left after one of those steps
	went bool   // what it took first was to go on with the thread that ran
	goes bool   // the thread that took the step could go on after it
	line bool   // each step so far depends on the one before
}

// memory is how many bytes the table of what has been explored may take. What is forgotten is
// explored again.
const memory = 64 << 20

// NewBounded makes the strategy "bounded", with at most that many preemptions.
func NewBounded(most int) *Bounded {
	return &Bounded{most: most, explored: explored{most: memory / slotBytes}}
}

// Remember sets the bytes for what has been explored. With 0, nothing is remembered.
func (s *Bounded) Remember(bytes int) { s.explored.most = bytes / slotBytes }

// Begin goes on with the next round when one has come to its end.
func (s *Bounded) Begin(e *engine.Engine) bool {
	if s.begun {
		s.turnOff()
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
	s.trace.rewind(moment{})
	return s.Walk.Begin(e)
}

// turnOff goes back to the turn where the next execution leaves the path. There it leaves
// out what has been explored elsewhere, and puts to sleep what has been explored, if that
// is sound.
func (s *Bounded) turnOff() {
	for s.retreat() {
		n := len(s.turns)
		u, p := &s.turns[n-1], &s.naps[n-1]
		s.trace.rewind(p.at)
		if len(s.naps) > n {
			s.asleep, s.naps = s.asleep[:s.naps[n].from], s.naps[:n]
		}
		if u.kind == engine.OpNone {
			return
		}
		if p.went || !p.goes {
			s.asleep = append(s.asleep, u.x)
		}
		p.went, p.goes = false, true
		next := len(s.todo) - 1
		if !s.explored.covers(s.coming[next], s.todo[next].x, int(p.left)) {
			return
		}
		s.pop()
	}
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

// branch begins a turn, unless what follows has been explored.
func (s *Bounded) branch(e *engine.Engine) *engine.Thread {
	last := e.LastThread()
	goesOn := e.GoesOn(last)
	stay := goesOn && s.spent == s.limit
	line := s.inLine(e)
	if !stay && !line && s.known(e, last, goesOn) {
		return nil
	}
	n := len(s.turns)
	asleep := s.inherit(e, last, goesOn)
	if stay && !s.refused {
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
	s.naps[n].went, s.naps[n].line = goesOn && t == last, line
	s.foresee(e)
	return t
}

// inLine finds nap.line for a new turn.
func (s *Bounded) inLine(e *engine.Engine) bool {
	p := s.lastStep()
	if p < 0 {
		return true
	}
	i := int32(len(e.Events) - 1)
	return s.naps[p].line && (i == 0 || e.Events[i].Thread == e.Events[i-1].Thread ||
		e.Events[i].After || e.Effect(i).Conflicts(e.Effect(i-1)))
}

// lastStep returns the last turn that was no Choose; -1: there is none.
func (s *Bounded) lastStep() int {
	p := len(s.turns) - 1
	for p >= 0 && s.turns[p].kind == engine.OpNone {
		p--
	}
	return p
}

// known says whether all that follows has been explored.
func (s *Bounded) known(e *engine.Engine, last *engine.Thread, goesOn bool) bool {
	id := int32(nobody)
	if goesOn {
		id = last.ID
	}
	s.trace.follow(e)
	return s.explored.visit(s.trace.sum, id, s.limit-s.spent)
}

// foresee finds out to which traces the moves of a new turn lead.
func (s *Bounded) foresee(e *engine.Engine) {
	p := len(s.turns) - 1
	for i := len(s.todo) - int(s.turns[p].left); i < len(s.todo); i++ {
		h := none
		if t := e.Threads[s.todo[i].x]; !s.naps[p].line || !goesInLine(e, t) {
			s.trace.follow(e)
			h = s.trace.after(e, t)
		}
		s.coming = append(s.coming[:i], h)
	}
}

// goesInLine says whether t's next step depends on the last one.
func goesInLine(e *engine.Engine, t *engine.Thread) bool {
	last := e.LastThread()
	return last == nil || last == t || t.DependsOn(int32(len(e.Events)-1))
}

// inherit makes the nap of a new turn and returns the threads that sleep there: those that
// slept at the turn before and do not depend on the step between.
func (s *Bounded) inherit(e *engine.Engine, last *engine.Thread, goesOn bool) []int32 {
	from := len(s.asleep)
	left := s.limit - s.spent
	if goesOn {
		left--
	}
	s.naps = append(s.naps, nap{at: now(e), from: int32(from), left: int32(left), goes: true})
	p := s.lastStep()
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

// Choose makes a turn of which the numbers are the moves.
func (s *Bounded) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if !s.Repeating() {
		s.naps = append(s.naps, nap{at: now(e), from: int32(len(s.asleep)), goes: true})
	}
	v := s.Walk.Choose(e, t, n)
	for len(s.coming) < len(s.todo) {
		s.coming = append(s.coming, none) // they may lead to any trace
	}
	return v
}

// End finds out whether the execution has been counted before: in another round, or another
// one of its trace.
func (s *Bounded) End(e *engine.Engine) {
	s.GiveUp(e)
	again := s.spent < s.limit
	switch e.Outcome {
	case engine.Diverged:
		return
	case engine.Cut:
	default:
		if len(e.Events) == e.Grants && !s.inLine(e) { // it did not end in the midst of a step
			s.trace.follow(e)
			again = s.explored.visit(s.trace.sum, nobody, s.limit-s.spent) || again
		}
	}
	if again {
		e.Outcome, e.Failure = engine.Repeated, nil
	}
}

// Bound says whether the bound has left anything out.
func (s *Bounded) Bound() string {
	bound := "every execution with at most " + engine.Count(s.most, "preemption")
	if s.all {
		bound = fmt.Sprintf("every execution: a limit of %s leaves nothing out",
			engine.Count(s.limit, "preemption"))
	}
	if s.explored.forgot {
		bound += fmt.Sprintf("; some count several times, since %s are too few to "+
			"remember what has been explored", bytes(s.explored.most*slotBytes))
	}
	return bound
}

// bytes returns n bytes as text.
func bytes(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return engine.Count(n, "byte")
}
