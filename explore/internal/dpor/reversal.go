package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// # Reversals
//
// The reversal of a race (e, f) is what can be executed in place of e, from the node before
// it, and leads to f. It is made of all events that come after e and do not depend on it, in
// their order, and then f.
//
//   - It can be executed. What depends on an event that depends on e depends on e as well. So
//     with each event it has all that happened before that event and after e. f depends on e,
//     but on nothing else that does: no other predecessor of f happened after e.
//   - f is the same step there, unless it compares or has a time limit. What it does then is
//     foreseen.
//   - It is all that does not depend on e and not only what f needs, because it has to wake what
//     sleeps at the node. To keep only what f and the waking need is tempting: trees are shorter
//     and comparisons fewer. It loses traces.
//
// # Making one
//
//  1. begin collects what comes after e and does not depend on it. That is the same for all
//     races that begin in e.
//  2. reverse makes f the step that it would be just before e (foresee). A step that compares
//     finds there what e has found, so a CAS that failed may succeed. If what f finds may decide
//     whether it is the last step of a recorded operation, that is not known.
//  3. If f has a time limit, foreseeTimed finds out whether f is woken there or times out, and
//     leaves out what would prevent that. See 'Time limits'.
//  4. ready joins the two: what is left, and then f.
//
// An example. Threads 1 and 3 store x, thread 2 stores y, and the execution is 1 2 3. The race
// is that of 1 and 3. What comes after 1 and does not depend on it is 2. So the reversal is
// 2 3: executed in place of 1, it makes 3 store x before 1 does.

// reversal is that of one race. It is a value of its own: computed by a reverser from the
// history and the race, then inserted into the wakeup tree of the node, which uses it up.
type reversal struct {
	before []int32 // the sequence without f
	less   bool    // something is left out of before, since it would make f impossible
	last   foreseen
	sequence

	objects   int32   // of the node: see chain
	unsure    bool    // that it wakes all that sleeps was assumed out of caution
	doubt     bool    // something was assumed about the sequence out of caution
	elsewhere []int32 // threads that have taken a step on the way down the tree which is not in it
	room      []int32 // for its list
}

// reverser makes reversals. What they are made of belongs to it: one is valid until the
// next is made.
type reverser struct {
	h     *history
	after []int32 // the events after e that do not depend on it
	fewer []int32 // room for those that are left
	early []int32 // see mayLapse
	made  reversal
}

// begin prepares the reversals of races that begin in event e.
func (m *reverser) begin(h *history, e int32) {
	m.h = h
	m.after = h.independentOf(e, m.after[:0])
}

// reverse returns the reversal of r. It says false if r.f cannot be done before r.e, which
// only a time limit can decide.
func (m *reverser) reverse(r race) (v *reversal, ok bool) {
	v = &m.made // used again: a step allocates nothing
	v.before, v.less = m.after, false
	if r.f < 0 {
		v.last.pend(m.h, -1-r.f)
		return v, m.pendTimed(v, r)
	}
	v.last.foresee(m.h, r)
	return v, !m.h.e.Events[r.f].Timed || m.foreseeTimed(v, r)
}

// ready completes v, whose f is known, to be inserted at a node at which so many objects
// are known.
func (v *reversal) ready(h *history, objects int32) {
	v.room = append(append(v.room[:0], v.before...), foreseenStep)
	v.h, v.f, v.list = h, &v.last, v.room // insert sums it up
	v.objects, v.doubt, v.elsewhere = objects, v.unsure, v.elsewhere[:0]
}

// leaveOut takes the events that away names out of v.before.
func (m *reverser) leaveOut(v *reversal, away func(int32) bool) {
	if !v.less { // m.after belongs to all reversals of e
		m.fewer = append(m.fewer[:0], v.before...)
		v.before, v.less = m.fewer, true
	}
	v.before = slices.DeleteFunc(v.before, away)
}

// pend makes f the step for which the thread waits in vain.
func (f *foreseen) pend(h *history, thread int32) {
	t := h.e.Threads[thread]
	f.step, f.prev, f.from = stepOf(t), h.prior(t, t.Seq+1), -1
	f.effect = engine.Effect{Footprint: f.Footprint, Awaited: slices.Clone(t.Effect().Awaited)}
}

// foresee makes f event r.f just before r.e. What compares finds there what r.e has found.
func (f *foreseen) foresee(h *history, r race) {
	first, ev := &h.e.Events[r.e], &h.e.Events[r.f]
	f.step, f.prev, f.from = h.step(r.f), h.prev[r.f], ev.From
	f.effect = h.e.Effect(r.f)
	if ev.Kind.Compares() && first.Obj == ev.Obj {
		f.Mode = engine.Reads
		if first.Old == ev.Want {
			f.Mode = engine.Writes
		}
		f.effect.Mode = f.Mode
	}
	if ev.Inside && (ev.Timed || h.tells(first, ev)) {
		// It finds something else there. So another step may be the last of its operation.
		f.Marks = ev.Marks | engine.Inside
		f.effect.Marks = f.Marks
	}
}

// tells says whether ev may have learned something of what first did.
func (h *history) tells(first, ev *engine.Event) bool {
	return ev.Kind.Learns() && first.Footprint().Touches(ev.Footprint())
}

// # Time limits
//
// A step with a time limit that is foreseen elsewhere has either been woken there or times
// out there. Which of the two it is decides what it touches: to time out touches the clock.
// Whether it may time out depends on the early timeouts before it, of which there are at
// most so many. What would prevent that is left out of what comes before it, if it can be.

// foreseeTimed completes v.last for a step with a time limit: whether it has been
// woken before r.e and, if not, whether it may time out there.
func (m *reverser) foreseeTimed(v *reversal, r race) bool {
	woken := m.h.wokenBefore(r)
	v.last.Obj2 = engine.NoObject
	if !woken {
		v.last.lapses(m.h)
	}
	v.last.effect.Footprint = v.last.Footprint
	if woken && !v.last.effect.Conflicts(m.h.e.Effect(r.e)) {
		return m.withoutWaker(v, r) && m.mayLapse(v, r, m.h.e.Events[r.f].Due) // see lateRace
	}
	return woken || m.mayLapse(v, r, m.h.e.Events[r.f].Due)
}

// lapses makes f a step that times out.
func (f *foreseen) lapses(h *history) {
	f.Obj2, f.from = h.e.TimeID, -1
	f.effect.Footprint = f.Footprint
}

// wokenBefore says whether r.f, just before r.e, has been woken.
func (h *history) wokenBefore(r race) bool {
	first, ev := &h.e.Events[r.e], &h.e.Events[r.f]
	woken := !ev.Lapsed()
	switch {
	case ev.Kind == engine.OpNoteSleep && first.Obj == ev.Obj:
		return first.Old == engine.NoteSignaled
	case ev.Kind == engine.OpNoteSleep && woken:
		return !h.before(r.e, h.lastWriteBefore(r.f))
	case ev.Kind == engine.OpWoken && woken:
		return !h.before(r.e, ev.From)
	}
	return woken
}

// withoutWaker leaves out of v.before what wakes r.f, so that it times out. It says false
// if that is not possible.
func (m *reverser) withoutWaker(v *reversal, r race) bool {
	w := m.h.e.Events[r.f].From
	if m.h.e.Events[r.f].Kind == engine.OpNoteSleep {
		w = m.h.lastWriteBefore(r.f)
	}
	if w < r.e || v.last.prev >= 0 && m.h.before(w, v.last.prev) {
		return false
	}
	m.leaveOut(v, func(i int32) bool { return m.h.before(w, i) })
	v.last.lapses(m.h)
	return true
}

// mayLapse says whether r.f, which is due then, may time out before r.e, after v.before. It
// leaves early timeouts out of that if they would prevent it.
func (m *reverser) mayLapse(v *reversal, r race, due int64) bool {
	events, limit := m.h.e.Events, m.h.e.Limits.Timeouts
	before, now := 0, events[r.e].Now // early timeouts before e, and the time there
	for _, i := range m.h.early {
		if i < r.e {
			before++
		}
	}
	m.early = m.early[:0]
	for _, i := range v.before {
		if ev := &events[i]; ev.Early {
			m.early = append(m.early, i)
			now = max(now, ev.Due)
		}
	}
	switch {
	case due <= now, before+len(m.early) < limit:
		return true // its time has come, or an early timeout is left
	case before >= limit, v.last.prev >= 0 && m.anyEarly(v.last.prev):
		return false // what uses them up cannot be left out
	}
	m.leaveOut(v, m.anyEarly)
	return true
}

// anyEarly says whether one of m.early happened before event i.
func (m *reverser) anyEarly(i int32) bool {
	return slices.ContainsFunc(m.early, func(l int32) bool { return m.h.before(l, i) })
}

// # Objects of other executions
//
// A reversal is compared with branches that other executions have left, without executing
// them. So it must be known which objects are the same in different executions. Those that
// were announced before the node have the same id (chain.objects). Of others it is known only
// within one execution: there, the branch's thread may stand before the same step, or have
// taken it (effectOf). That holds as long as it has taken no step on the way down the tree that
// is not in the reversal (elsewhere).
//
// Where that does not suffice two steps are taken to be dependent, and what is inserted then is
// marked (way.doubt). That can cost an execution that is cut, but none is missing.

// startsAfter says whether s, a step of a branch that is not in v, can come before all of v.
// Of the objects, so many are known.
func (v *reversal) startsAfter(s *step, objects int32) bool {
	x, ok := v.translate(s, objects)
	if !ok {
		v.doubt = true
		return false
	}
	ok, doubt := v.independent(x, objects)
	v.doubt = v.doubt || doubt
	return ok
}

// translate returns what s, a step of a branch that is not in v, does, in terms of this
// execution; false if that cannot be said.
func (v *reversal) translate(s *step, objects int32) (engine.Effect, bool) {
	f := s.Footprint
	if !s.waited && f.Obj < objects && f.Obj2 < objects {
		return engine.Effect{Footprint: f}, true
	}
	if !slices.Contains(v.elsewhere, s.thread) {
		// Its thread has done the same here as on the way to the branch.
		if x, ok := v.h.effectOf(s); ok {
			return x, true
		}
	}
	if s.waited {
		return engine.Effect{}, false
	}
	if f.Obj >= objects {
		f.Obj = unknown
	}
	if f.Obj2 >= objects {
		f.Obj2 = unknown
	}
	return engine.Effect{Footprint: f}, true
}
