package dpor

import "schedlab/explore/internal/engine"

// # Sleep sets
//
// A step that sleeps at a node can be the first of nothing that is new: all that begins with
// it has been explored. It sleeps on at the nodes below until a step is taken that depends on
// it. A sequence is worth exploring from the node only if it wakes all that sleeps there: if
// none of the steps that sleep is a weak initial of it. That is a step which could be executed
// first without any other effect. There are two kinds:
//
//   - the step is in the sequence, as the first of its thread, and depends on nothing before
//     it;
//   - its thread takes no step in the sequence, and it conflicts with nothing of it.
//
// Otherwise the step is woken: something that it depends on comes first, and then it is part
// of another trace. Of all reversals that begin in one event the steps but the last are the
// same, so that is looked at once (begin), and then the last step of each (wokenBy).

// sleeps says whether t's next step sleeps at n.
func (n *node) sleeps(t *engine.Thread) bool {
	for i := range n.sleep {
		if s := &n.sleep[i]; s.thread == t.ID && !s.lost() {
			return true
		}
	}
	return false
}

// inheritSleep gives n the steps that sleep at from, the node before, and do not depend on
// the event between the two. If time had advanced before that event, it follows all that had
// been executed, and wakes what slept then. The steps that were taken at from sleep on: time
// had advanced before them at the same point, so they and the event have no order for that.
func (n *node) inheritSleep(e *engine.Engine, from *place) {
	i, sleep := n.events-1, from.sleep
	if len(sleep) > 0 && e.Events[i].After {
		sleep = sleep[from.inherited:]
	}
	if len(sleep) == 0 {
		return
	}
	between := e.Effect(i)
	for k := range sleep {
		if sleep[k].lost() {
			continue
		}
		t := e.Threads[sleep[k].thread]
		s := stepOf(t)
		s.Marks = sleep[k].Marks // it has been executed, and would do the same here
		if !s.dependsOn(t, between) {
			s.outer = sleep[k].outer || from.full
			n.sleep = append(n.sleep, s)
		}
	}
	n.inherited = int32(len(n.sleep))
}

// dependsOn says whether s, t's next step, depends on x.
func (s *step) dependsOn(t *engine.Thread, x engine.Effect) bool {
	if s.waited || len(x.Awaited) > 0 {
		own := t.Effect()
		own.Marks = s.Marks
		return own.Conflicts(x)
	}
	return s.Footprint.Conflicts(x.Footprint)
}

// sleepers are the steps that sleep at a place, as far as they can begin all but the last
// step of the reversals of some races, which begin there in one event.
type sleepers struct {
	h      *history
	p      *place
	seq    sequence
	drowsy []*step    // conflict with nothing but, perhaps, the last step
	unsure bool       // of some it is not known with what they conflict: another worker takes them
	fewer  []*step    // room for those of a reversal that leaves something out
	late   *unsettled // it is a weak initial, but may be taken back: see 'Awaits'
	before *unsettled // likewise, of what all reversals have in common
}

// begin makes s the sleepers at p. list is what the reversals have in common: it is all of
// each but the last step. It says false if it wakes something in no case: if a step that
// sleeps is in the list, and can come first.
func (s *sleepers) begin(h *history, p *place, list []int32) (ok bool) {
	s.h, s.p, s.unsure, s.late = h, p, false, nil
	s.drowsy, ok = s.find(list, s.drowsy[:0])
	s.before = s.late
	return ok
}

// wokenBy says whether v wakes all sleepers: whether none of them is a weak initial of v.
func (s *sleepers) wokenBy(v *reversal) bool {
	drowsy := s.drowsy
	s.late = s.before
	if v.less {
		var ok bool
		s.late = nil
		if drowsy, ok = s.find(v.before, s.fewer[:0]); !ok {
			return false
		}
		s.fewer = drowsy
	}
	for _, x := range drowsy {
		initial := false
		if x.thread == v.last.thread {
			initial = v.last.initial(s.h, v.before)
		} else {
			initial = !x.outer && !s.h.asleep(x).Conflicts(v.last.effect)
		}
		if initial && !s.mayBeLost(x) {
			return false
		}
	}
	v.unsure = s.unsure || v.last.Marks.Unsure()
	return true
}

// find appends to to the steps that are not in list and conflict with nothing of it. It
// says false if a step that sleeps is in list, and can come first. Of what sleeps because
// of a splitter only steps that are in the list count: see Splitter.
func (s *sleepers) find(list []int32, to []*step) ([]*step, bool) {
	if len(s.p.node.sleep) == 1 {
		return to, true // it is what was taken here
	}
	s.seq.set(s.h, list, nil)
	for i := range s.p.node.sleep {
		x := &s.p.node.sleep[i]
		if i == len(s.p.sleep) || x.lost() {
			continue // what was taken here does not sleep for itself
		}
		if k := s.seq.find(x.thread); k >= 0 {
			if s.seq.initial(k) && !s.mayBeLost(x) {
				return to, false
			}
		} else if x.outer {
			to = append(to, x)
		} else if ok, _ := s.seq.independent(s.h.asleep(x), allKnown); ok {
			to = append(to, x)
		}
		s.unsure = s.unsure || x.Marks.Unsure()
	}
	return to, true
}

// mayBeLost says whether x, a weak initial, may still be taken back, and notes it in late.
func (s *sleepers) mayBeLost(x *step) bool {
	for i := range s.p.unsettled {
		if o := &s.p.unsettled[i]; x == &s.p.node.sleep[o.at] {
			s.late = o
			return true
		}
	}
	return false
}

// asleep returns what s, which sleeps, would do.
func (h *history) asleep(s *step) engine.Effect {
	if !s.waited {
		return engine.Effect{Footprint: s.Footprint}
	}
	x, _ := h.effectOf(s)
	return x
}
