package strategy

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// # Objects of other executions
//
// An engine numbers objects in the order in which threads first announce steps on them, which
// differs between executions. So an object is known here by a label: a thread and a number n,
// if it is the n-th object that the thread touches. Of the threads that touch it, the label
// has the one with the smallest id.
//
// Let each thread touch objects for the first time in the same order in all executions. Then a
// label stands for the same object in all of them. How often a thread touches an object makes
// no difference: a loop that waits has some number of rounds.
//
// While an execution runs, the object of a label is found before a step on it is taken. Then a
// thread announces a step on an object that it has not touched yet, and the object's number
// among those of the thread is the right one.

// label is the name of an object. See 'Objects of other executions'.
type label struct{ thread, nth int32 }

// object is what is known of an object from the executions before.
type object struct {
	steps   tally
	all     int64   // steps on it, of all threads
	nth     []int32 // by thread: the object's number among those that it touches; -1: none
	users   int     // threads that touch it
	written bool
}

// shared says whether the order of steps on o can matter.
func (o *object) shared() bool { return o.written && o.users > 1 }

// numberOf returns o's number among the objects that thread touches; -1 if it touches it not.
func (o *object) numberOf(thread int32) int32 {
	if int(thread) < len(o.nth) {
		return o.nth[thread]
	}
	return -1
}

// usedBy says that o is the nth object which thread touches.
func (o *object) usedBy(thread, nth int32) {
	for int(thread) >= len(o.nth) {
		o.nth = append(o.nth, -1)
	}
	if o.nth[thread] < 0 {
		o.users++
	}
	o.nth[thread] = nth
}

// objects are those of all executions, and what the threads of the one under way touch.
type objects struct {
	known   []*object
	labels  map[label]int // what stands for known[i]
	touched [][]int32     // by thread: objects of this execution, in the order of its steps
	of      []int         // by object of this execution: its index in known; scratch of learn
}

// begin forgets what the threads have touched.
func (s *objects) begin() {
	for i := range s.touched {
		s.touched[i] = s.touched[i][:0]
	}
}

// touch notes what ev touches.
func (s *objects) touch(ev *engine.Event) {
	for int(ev.Thread) >= len(s.touched) {
		s.touched = append(s.touched, nil)
	}
	own := &s.touched[ev.Thread]
	for _, o := range [...]int32{ev.Obj, ev.Obj2} {
		if o != engine.NoObject && !slices.Contains(*own, o) {
			*own = append(*own, o)
		}
	}
}

// find returns the object of t's next step that is o; [engine.NoObject] if none is, or if it
// is not certain.
func (s *objects) find(o *object, t *engine.Thread) int32 {
	nth := o.numberOf(t.ID)
	if nth < 0 || t.Ended {
		return engine.NoObject
	}
	var own []int32
	if int(t.ID) < len(s.touched) {
		own = s.touched[t.ID]
	}
	n := int32(len(own))
	f := t.Op.Footprint()
	for _, id := range [...]int32{f.Obj, f.Obj2} {
		if id == engine.NoObject || slices.Contains(own, id) {
			continue
		}
		if n == nth {
			return id
		}
		n++
	}
	return engine.NoObject
}

// learn counts the steps of e's execution, of which touch has seen every event.
func (s *objects) learn(e *engine.Engine) {
	s.of = s.of[:0]
	for range e.Objects {
		s.of = append(s.of, -1)
	}
	for thread, own := range s.touched {
		for nth, id := range own {
			if s.of[id] < 0 {
				s.of[id] = s.index(label{int32(thread), int32(nth)})
			}
			s.known[s.of[id]].usedBy(int32(thread), int32(nth))
		}
	}
	for i := range e.Events {
		ev := &e.Events[i]
		s.count(ev, ev.Obj, ev.Mode)
		if ev.Obj2 != ev.Obj {
			s.count(ev, ev.Obj2, engine.Writes)
		}
	}
}

// count counts ev, which touches the object id.
func (s *objects) count(ev *engine.Event, id int32, mode engine.Mode) {
	if id == engine.NoObject {
		return
	}
	o := s.known[s.of[id]]
	o.steps.add(ev.Thread)
	o.all++
	o.written = o.written || mode == engine.Writes
}

// index returns the index in known of what l stands for.
func (s *objects) index(l label) int {
	i, ok := s.labels[l]
	if !ok {
		if s.labels == nil {
			s.labels = map[label]int{}
		}
		i = len(s.known)
		s.labels[l] = i
		s.known = append(s.known, &object{})
	}
	return i
}
