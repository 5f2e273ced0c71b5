package dpor

import (
	"math"
	"slices"

	"schedlab/explore/internal/engine"
)

// # Initials
//
// A step of a sequence is initial if it can be executed first without any other effect. That
// is so if it is the first of its thread there, and none of the steps before it happened
// before it. Its clock says that. For the foreseen step, which has no clock, it is seen from
// what it touches, from the event before it of its thread, and from what it follows.
//
// A step that is not in the sequence can be executed before all of it if it conflicts with no
// step of it: then it is a weak initial. That is asked most. So each sequence has a summary,
// one bit for each object or thread, which answers at once in most cases. Each end of the
// sequence has one, too, so that the summary is known when steps are taken out at the front.

// sequence is a number of steps, one after the other: events of the execution under way and,
// perhaps, a last step that is foreseen. With an event it has all events between its first
// one and that event which happened before it. It says which of its steps can come first,
// and which other steps can come before all of them.
type sequence struct {
	h    *history
	f    *foreseen // what foreseenStep stands for; nil: no step of list does
	list []int32   // events

	sum   summary      // of list
	marks engine.Marks // of list, and perhaps of what has been taken out
	sums  []summary    // of the ends of list, by length
}

// foreseenStep stands for f in a list.
const foreseenStep = -1

// foreseen is a step as it would be elsewhere than where it was executed.
type foreseen struct {
	step
	effect engine.Effect
	prev   int32 // the event before it of its thread; -1
	from   int32 // an event that it follows besides; -1
}

// set makes list the steps, of which h is the history, and f what foreseenStep stands for.
func (s *sequence) set(h *history, list []int32, f *foreseen) {
	s.h, s.f, s.list, s.marks = h, f, list, 0
	s.sums = slices.Grow(s.sums[:0], len(list)+1)[:len(list)+1]
	s.sumUp(len(list))
}

func (s *sequence) empty() bool { return len(s.list) == 0 }

// describe makes to the step i of list. It is written where it belongs: to copy a step that has
// just been written takes longer than to make it.
func (s *sequence) describe(i int32, to *step) {
	if i == foreseenStep {
		*to = s.f.step
	} else {
		s.h.describe(i, to)
	}
}

// describe makes to what event i is as a step.
func (h *history) describe(i int32, to *step) {
	ev := &h.e.Events[i]
	to.thread, to.seq, to.kind, to.waited, to.outer = ev.Thread, ev.Seq, ev.Kind, ev.Waited, false
	to.Footprint = ev.Footprint()
}

// step describes event i as a step.
func (h *history) step(i int32) (s step) {
	h.describe(i, &s)
	return s
}

// find returns where thread's first step stands; -1 if nowhere.
func (s *sequence) find(thread int32) int {
	// Most often no step is of that thread.
	if s.sum.threads>>(thread&63)&1 == 0 {
		return -1
	}
	for k, i := range s.list {
		if i == foreseenStep {
			if s.f.thread == thread {
				return k
			}
		} else if s.h.e.Events[i].Thread == thread {
			return k
		}
	}
	return -1
}

// initial says whether the k-th step depends on none before it: then it can come first.
func (s *sequence) initial(k int) bool {
	i := s.list[k]
	if i == foreseenStep {
		return s.f.initial(s.h, s.list[:k])
	}
	c := s.h.clock(i)
	for _, j := range s.list[:k] {
		if s.h.ordered(j, c) {
			return false
		}
	}
	return true
}

// initial says whether f depends on none of some events that precede it.
func (f *foreseen) initial(h *history, before []int32) bool {
	for _, j := range before {
		if f.follows(h, j) {
			return false
		}
	}
	return true
}

// follows says whether event j must happen before f.
func (f *foreseen) follows(h *history, j int32) bool {
	if len(h.e.Awaited) > 0 || len(f.effect.Awaited) > 0 {
		if f.effect.Conflicts(h.e.Effect(j)) {
			return true
		}
	} else if f.effect.Footprint.Conflicts(h.e.Events[j].Footprint()) {
		return true
	}
	return f.prev >= 0 && h.before(j, f.prev) || f.from >= 0 && h.before(j, f.from)
}

// remove takes the k-th step out.
func (s *sequence) remove(k int) {
	if k == 0 { // most often
		s.list = s.list[1:]
		s.sum = s.sums[len(s.list)]
		return
	}
	copy(s.list[1:], s.list[:k]) // those before it move up: k is small
	s.list = s.list[1:]
	s.sumUp(k)
}

// Objects of which it is not known which they are in this execution.
const (
	unknown  = -2            // one that cannot be told from those with ids from some number on
	allKnown = math.MaxInt32 // the number, if all objects are known
)

// independent says whether x conflicts with no step: then it can come before all of them.
// Of objects that are unknown, which may be any with an id from known on, it is cautious;
// doubt says that an answer of false is due to that.
func (s *sequence) independent(x engine.Effect, known int32) (ok, doubt bool) {
	waits := len(s.h.e.Awaited) > 0 || len(x.Awaited) > 0
	recorded := x.Marks != 0 && s.marks != 0
	if !waits && !recorded && x.Obj != unknown && x.Obj2 != unknown {
		// With no more objects than bits the summary errs in no case.
		if clear := s.sum.clear(x.Footprint); clear || len(s.h.e.Objects) <= 64 {
			return clear, false
		}
	}
	for _, i := range s.list {
		var y engine.Effect
		if i == foreseenStep {
			y = s.f.effect
		} else {
			y = s.h.e.Effect(i)
		}
		if x.Conflicts(y) {
			return false, recorded && !x.Sure().Conflicts(y.Sure())
		}
		if mayConflict(x.Footprint, y.Footprint, known) {
			return false, true
		}
	}
	return true, false
}

// mayConflict says whether an unknown object of f may be one that g touches.
func mayConflict(f, g engine.Footprint, known int32) bool {
	changes := f.Mode == engine.Writes || g.Mode == engine.Writes
	if f.Obj == unknown && (g.Obj >= known && changes || g.Obj2 >= known) {
		return true
	}
	return f.Obj2 == unknown && (g.Obj >= known || g.Obj2 >= known)
}

// summary says quickly what the steps of a sequence do not do. Each bit stands for all
// objects or threads with the same last digits.
type summary struct{ threads, touched, written uint64 }

func (s *summary) add(thread, obj, obj2 int32, m engine.Mode) {
	s.threads |= 1 << (thread & 63)
	if obj >= 0 {
		s.touched |= 1 << (obj & 63)
		if m == engine.Writes {
			s.written |= 1 << (obj & 63)
		}
	}
	if obj2 >= 0 {
		s.touched |= 1 << (obj2 & 63)
		s.written |= 1 << (obj2 & 63)
	}
}

// clear says whether f, which has no unknown object, can conflict with none of the steps.
// They and f have awaited nothing, and record nothing.
func (s *summary) clear(f engine.Footprint) bool {
	seen := s.written
	if f.Mode == engine.Writes {
		seen = s.touched
	}
	return (f.Obj == engine.NoObject || seen>>(f.Obj&63)&1 == 0) &&
		(f.Obj2 == engine.NoObject || s.touched>>(f.Obj2&63)&1 == 0)
}

// sumUp summarises what the sequence is from each of its first k steps on.
func (s *sequence) sumUp(k int) {
	list, sums, events := s.list[:k], s.sums[len(s.list)-k:], s.h.e.Events
	sum, marks := sums[0], s.marks
	for k--; k >= 0; k-- {
		if i := list[k]; i == foreseenStep {
			sum.add(s.f.thread, s.f.Obj, s.f.Obj2, s.f.Mode)
			marks |= s.f.Marks
		} else {
			ev := &events[i]
			sum.add(ev.Thread, ev.Obj, ev.Obj2, ev.Mode)
			marks |= ev.Marks
		}
		sums[len(list)-k] = sum
	}
	s.sum, s.marks = sum, marks
}
