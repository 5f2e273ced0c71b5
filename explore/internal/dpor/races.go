package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// race is a pair of events, dependent and with nothing between them, that could have come
// the other way round. If f is negative, it is the step for which the thread -1-f waits in
// vain.
type race struct{ e, f int32 }

// endsFrom says whether r ends in an event from i on.
func (r race) endsFrom(i int) bool { return r.f < 0 || int(r.f) >= i }

// observe tells the history the events that it has not been told, and looks for the races
// that end in those of them that are new.
func (d *Strategy) observe(e *engine.Engine) {
	h := &d.past
	h.e = e
	for h.seen < len(e.Events) {
		i, ev := h.next()
		if h.seen >= h.kept {
			d.nodeOf = append(d.nodeOf[:i], int32(d.lastThreadNode()))
			d.stamp(i, ev)
		}
		h.note(i, ev)
	}
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
	for k, p := range preds {
		if h.ordered(p, c) {
			continue
		}
		if pe := &h.e.Events[p]; pe.Enables(ev.Kind) && pe.Obj == ev.Obj {
			d.disabled(i, ev, c)
			if !ev.Timed {
				continue
			}
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

// slept says whether the step that is event i sleeps where p was taken, and depends on
// nothing that came after that but p. Then it can come before all that does not depend on p,
// whatever follows. So what the reversal leads to has been explored.
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
		if s := &sleep[k]; s.thread == ev.Thread {
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
	r := race{e: p, f: i}
	if (len(d.races) == 0 || d.races[len(d.races)-1] != r) && h.stillWoken(p, i, ev) {
		d.races = append(d.races, r)
	}
}

// waitInVain adds the races of threads that wait for a lock for ever.
func (d *Strategy) waitInVain(e *engine.Engine) {
	if e.Outcome != engine.Stuck {
		return
	}
	h := &d.past
	for _, t := range e.Alive {
		if t.Ended || t.Op.Obj == nil || len(t.Await) > 0 || !t.Op.Kind.WaitsForLock() {
			continue
		}
		p := h.of(t.Op.Obj.ID).lock
		if p < 0 || e.Events[p].Thread == t.ID {
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

// reverse looks at the races, those that begin in the same event together.
func (d *Strategy) reverse(e *engine.Engine) {
	d.todo = d.todo[:0]
	for _, r := range d.races {
		if r.endsFrom(d.firstNew) || d.again(e, r) {
			d.todo = append(d.todo, r)
		}
	}
	slices.SortFunc(d.todo, func(a, b race) int { return int(a.e) - int(b.e) })
	for rest := d.todo; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].e == rest[0].e {
			n++
		}
		d.reverseAll(rest[:n])
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
func (d *Strategy) reverseAll(races []race) {
	p := &d.nodes[d.nodeOf[races[0].e]]
	if p.full {
		return
	}
	d.maker.begin(&d.past, races[0].e)
	d.tree.lock(p.node)
	defer d.tree.unlock(p.node)
	if !d.sleepers.begin(&d.past, p, d.maker.after) {
		return
	}
	for _, r := range races {
		if v, ok := d.maker.reverse(r); ok && d.sleepers.wokenBy(v) {
			v.ready(&d.past, p.objects)
			p.wakeup.insert(v, &d.pool)
		}
	}
}
