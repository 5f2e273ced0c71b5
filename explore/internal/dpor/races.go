package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// # Races
//
// Events e and f, in this order, have a race if f could have come before e. They are of
// different threads and dependent. Looking at f, whose thread has just executed it:
//
//  1. e is one of the last events that touched what f touches: a predecessor of f.
//  2. e did not happen before f for another reason: it is not in the clock of f's thread.
//  3. No other predecessor of f happened after e. Otherwise f could not come before e without
//     coming before that one first: that is another race, and reversing it leads here.
//  4. f was possible before e: see the three sections below.
//
// So each pair that is next to each other in the trace is looked at, and no other.
//
// # Races with locks
//
// A Lock or RLock cannot be done just before the Unlock that made it possible. It can be done
// before the Lock of the thread that held the lock, or waited for readers to leave. Likewise
// a Sleep can be done before the Clear of an earlier round. So the race is with that one
// (disabled). A thread that waits for a lock when the execution is stuck has a race with that
// Lock, too, though it never came to its step (waitInVain).
//
// A writer shuts an RWMutex by the first step of its Lock, which readers do not prevent. So
// nothing has to be done about the second one, OpDrain: the readers that it waits for were
// there before the first, and leave afterwards.
//
// # Races with time limits
//
// A wait with a limit that was woken could have timed out instead, if early timeouts are left
// or its time had come. One that timed out late could have done so early, before the last
// early timeout that was allowed. So it has a race with its wakeup, and with that timeout
// (lateRace). Whether the reversal is possible is seen when it is made (foreseeTimed), and
// what would prevent it is left out.
//
// # Races of recorded operations
//
// The last step of an operation and the first step of another one depend on each other: see
// 'Recorded operations' in explore/internal/engine/recorded.go. So the predecessors of a first
// step are the last ones of other threads, and the other way round. Either can come first: that
// makes no step impossible, and changes nothing that a step finds. A step with a time limit is
// never a first step, since it follows a look at the clock.
//
// # Races after a Pause
//
// A step that waited for a change is possible before e only if something else has changed that
// it waited for, and not because of e (stillWoken).

// race is a pair of events, dependent and with nothing between them, that could have come
// the other way round. If f is negative, it is the step for which the thread -1-f waits in
// vain.
type race struct{ e, f int32 }

// endsFrom says whether r ends in an event from i on.
func (r race) endsFrom(i int) bool { return r.f < 0 || int(r.f) >= i }

// # Once is not enough
//
// A race that has been looked at is looked at again when other things follow it. Its reversal
// is all that does not depend on e, and so is another one then: one that did not wake what
// sleeps at e's node may do so now. At most nodes nothing sleeps; there once is enough. Where
// Choose or a time limit takes part, other things that follow may change what the reversal
// leads to, though nothing sleeps: so it is looked at again, too.

// observe tells the history the events that it has not been told, and looks for the races
// that end in those of them that are new.
func (d *Strategy) observe(e *engine.Engine) {
	h := &d.past
	h.e = e
	for h.seen < len(e.Events) {
		i, ev := h.next()
		if h.seen >= h.kept {
			d.nodeOf = append(d.nodeOf[:i], int32(d.lastThreadNode()))
			if ev.Inside {
				d.settle(i, ev)
			}
			d.stamp(i, ev)
		}
		h.note(i, ev)
	}
}

// settle says of the step that was taken as event i whether it is the last one of a recorded
// operation, which was not known when it was taken. Other workers may have the steps of a
// shared node in hand: theirs stay as they are.
func (d *Strategy) settle(i int32, ev *engine.Event) {
	n, m := &d.nodes[d.nodeOf[i]], ev.Marks
	if n.cur.Marks == m {
		return
	}
	d.tree.lock(n.node)
	defer d.tree.unlock(n.node)
	if n.shared {
		n.node.sleep = slices.Clone(n.node.sleep)
	}
	n.cur.Marks, n.node.sleep[len(n.sleep)].Marks = m, m
}

// lastThreadNode returns the node whose step has just been executed.
func (d *Strategy) lastThreadNode() int {
	i := d.depth - 1
	for d.nodes[i].n != 0 {
		i--
	}
	return i
}

// stamp makes the clock of event i, and writes down the races that end in it. What is in
// the clock by then is no race. See history for the steps.
func (d *Strategy) stamp(i int32, ev *engine.Event) {
	h := &d.past
	c := h.follow(i, ev)
	if ev.Timed && !ev.Early {
		d.lateRace(i, c)
	}
	if ev.After {
		if ev.Kind == engine.OpNoteSleep { // while the Note was signaled it could have come before
			d.disabled(i, ev, c)
		}
		h.followAll(c)
	} else if h.afterBarrier(i, ev) {
		h.followBarrier(c)
	}
	preds := h.predecessors(i, ev)
	d.findRaces(i, ev, c, preds)
	h.complete(ev, c, preds)
}

// findRaces writes down the races that end in event i, which depends on preds; c is what
// its thread knew before.
func (d *Strategy) findRaces(i int32, ev *engine.Event, c, preds []int32) {
	h := &d.past
	gate := h.e.GateOf(ev)
	for k, p := range preds {
		if h.ordered(p, c) {
			continue
		}
		if pe := &h.e.Events[p]; pe.Enables(ev.Kind) && pe.Obj == ev.Obj {
			// Before p it was not possible; but before what p has undone.
			d.disabled(i, ev, c)
			if !ev.Timed {
				continue
			}
			// It could have timed out in place of being woken by p.
		}
		if pe := &h.e.Events[p]; pe.Obj == ev.Obj && gate.Shut(pe.Old) {
			d.shut(i, ev, c, gate)
			continue
		}
		if h.immediate(k, preds) && h.stillWoken(p, i, ev) && !d.slept(p, i, ev, preds) {
			d.races = append(d.races, race{e: p, f: i})
		}
	}
}

// immediate says whether no other of preds comes after the k-th.
func (h *history) immediate(k int, preds []int32) bool {
	for j, q := range preds {
		if j != k && q != preds[k] && h.before(preds[k], q) {
			return false
		}
		if j < k && q == preds[k] {
			return false // the same one once more
		}
	}
	return true
}

// slept says whether the step that is event i sleeps where p was taken. The step must
// depend on nothing that came after that, except p. Then it can come before all that does not
// depend on p, whatever follows. So what the reversal leads to has been explored.
//
// What compares, waits or has a limit may be another step there: it is not judged by its
// thread alone.
func (d *Strategy) slept(p, i int32, ev *engine.Event, preds []int32) bool {
	if ev.Waited || ev.Timed || ev.Kind.Compares() || d.past.prev[i] > p || ev.From > p {
		return false
	}
	for _, q := range preds {
		if q > p {
			return false
		}
	}
	sleep := d.nodes[d.nodeOf[p]].sleep
	for k := range sleep {
		if s := &sleep[k]; s.thread == ev.Thread && !s.lost() {
			return s.outer || s.Footprint == ev.Footprint()
		}
	}
	return false
}

// lateRace writes down the race of event i, which did not time out early, with the early
// timeout that was the last one allowed. Before that i could have timed out early. c is what
// its thread knew before.
func (d *Strategy) lateRace(i int32, c []int32) {
	h := &d.past
	if len(h.early) == 0 || len(h.early) < h.e.Limits.Timeouts {
		return
	}
	if p := h.early[len(h.early)-1]; !h.ordered(p, c) {
		d.races = append(d.races, race{e: p, f: i})
	}
}

// disabled writes down the race with the event that made event i impossible for a while:
// see 'Races with locks'.
func (d *Strategy) disabled(i int32, ev *engine.Event, c []int32) {
	h := &d.past
	p := h.of(ev.Obj).lock
	if p < 0 || h.ordered(p, c) {
		return
	}
	r := race{e: p, f: i} // several predecessors may lead to the same one
	if (len(d.races) == 0 || d.races[len(d.races)-1] != r) && h.stillWoken(p, i, ev) {
		d.races = append(d.races, r)
	}
}

// waitInVain adds the races of threads that wait to the end, for a lock or for a time: see
// 'Waiting below a border'.
func (d *Strategy) waitInVain(e *engine.Engine) {
	switch e.Outcome {
	case engine.Stuck, engine.TooLong, engine.Cut, engine.Repeated:
	default:
		return
	}
	h := &d.past
	for _, t := range e.Alive {
		d.lapseInVain(e, t)
		d.shutInVain(t)
		if t.Ended || t.Op.Obj == nil || !t.Op.Kind.WaitsForLock() {
			continue
		}
		p := h.of(t.Op.Obj.ID).lock
		if p < 0 || e.Events[p].Thread == t.ID || !h.wokenWithout(p, t) {
			continue
		}
		if q := h.prior(t, t.Seq+1); q < 0 || !h.before(p, q) {
			d.races = append(d.races, race{e: p, f: -1 - t.ID})
		}
	}
}

// forget removes the races that end in events from i on.
func (d *Strategy) forget(i int) {
	for len(d.races) > 0 && d.races[len(d.races)-1].endsFrom(i) {
		d.races = d.races[:len(d.races)-1]
	}
}

// reverse looks at the races of the first so many events, those that begin in the same event
// together.
func (d *Strategy) reverse(e *engine.Engine, looked int) {
	d.todo = d.todo[:0]
	for _, r := range d.races {
		if int(max(r.e, r.f)) >= looked {
			continue
		}
		if r.endsFrom(d.firstNew) || d.again(e, r) {
			d.todo = append(d.todo, r)
		}
	}
	// What the reversals of one event have in common is then computed once.
	slices.SortFunc(d.todo, func(a, b race) int { return int(a.e) - int(b.e) })
	for rest := d.todo; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].e == rest[0].e {
			n++
		}
		d.reverseAll(rest[:n], looked)
		rest = rest[n:]
	}
}

// again says whether r, which has been looked at, must be looked at again because other
// things follow it now.
func (d *Strategy) again(e *engine.Engine, r race) bool {
	timed := r.f >= 0 && e.Events[r.f].Timed
	return timed || len(e.Choices) > 0 || len(d.nodes[d.nodeOf[r.e]].sleep) > 0
}

// reverseAll puts the reversals of races, which begin in the same event, into the wakeup
// tree of the node before it, unless they have been or will be explored anyway.
func (d *Strategy) reverseAll(races []race, looked int) {
	p := &d.nodes[d.nodeOf[races[0].e]]
	if p.full {
		return // all that is enabled there is taken anyway
	}
	d.maker.begin(&d.past, races[0].e)
	d.maker.cut(looked)
	d.tree.lock(p.node)
	defer d.tree.unlock(p.node)
	if !d.sleepers.begin(&d.past, p, d.maker.after) {
		return
	}
	for _, r := range races {
		// Either f cannot be done there, or v has been explored, or v may be new.
		if v, ok := d.maker.reverse(r); ok && d.sleepers.wokenBy(v) {
			v.ready(&d.past, p.objects)
			if late := d.sleepers.late; late != nil {
				late.tree.insert(v, &d.pool)
			} else {
				p.wakeup.insert(v, &d.pool)
			}
		}
	}
}
