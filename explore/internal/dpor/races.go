package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// observe computes the clocks of the events that have not been seen yet, and
// looks for races that end in them.
func (d *Strategy) observe(e *engine.Engine) {
	for ; d.seen < len(e.Events); d.seen++ {
		i := int32(d.seen)
		ev := &e.Events[i]
		d.room(e, d.seen)
		if ev.After {
			d.barrier = i
		}
		if d.seen >= d.known {
			d.nodeOf[i] = int32(d.lastThreadNode())
			d.clockOf(e, i, ev)
		}
		d.note(e, i, ev)
		if ev.Early {
			d.early = append(d.early, i)
		}
		d.last[ev.Thread] = i
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

// room makes room for the clock of event i.
func (d *Strategy) room(e *engine.Engine, i int) {
	if len(e.Threads) > d.stride {
		d.widen((len(e.Threads) + 3) &^ 3)
	}
	for len(d.last) < len(e.Threads) {
		d.last = append(d.last, -1)
	}
	if i >= len(d.nodeOf) {
		d.nodeOf, d.prev = append(d.nodeOf, 0), append(d.prev, 0)
	}
	if need := (i + 1) * d.stride; need > len(d.clocks) {
		d.clocks = append(d.clocks, make([]int32, max(need, 2*len(d.clocks))-len(d.clocks))...)
	}
}

// widen makes clocks stride numbers long.
func (d *Strategy) widen(stride int) {
	n := 0
	if d.stride > 0 {
		n = len(d.clocks) / d.stride
	}
	wide := make([]int32, n*stride)
	for i := range n {
		copy(wide[i*stride:], d.clock(int32(i)))
	}
	d.clocks, d.stride = wide, stride
}

func (d *Strategy) clock(i int32) []int32 {
	at := int(i) * d.stride
	return d.clocks[at : at+d.stride]
}

// before says whether a happened before b, or is b.
func (d *Strategy) before(e *engine.Engine, a, b int32) bool {
	return d.clock(b)[e.Events[a].Thread] >= e.Events[a].Seq
}

func joinInto(c, other []int32) {
	for i, n := range other {
		if c[i] < n {
			c[i] = n
		}
	}
}

// prior returns the event of t's before the one with number seq, or its
// parent's that made it; -1 if there is none.
func (d *Strategy) prior(t *engine.Thread, seq int32) int32 {
	if seq == 1 {
		return t.Birth
	}
	return d.last[t.ID]
}

// clockOf computes the clock of event i and writes down its races. Whatever is in the
// clock by then is no race; so first comes only what i follows in every execution:
//
//  1. what came before in its thread;
//  2. what woke it, or the end of the thread that it joins, unless it could have timed
//     out instead;
//  3. if it is there because time advanced, all that had been executed: see afterAll.
//
// Then the races are looked for, and what it depends on is added.
func (d *Strategy) clockOf(e *engine.Engine, i int32, ev *engine.Event) {
	t := e.Threads[ev.Thread]
	c := d.clock(i)
	clear(c)
	d.prev[i] = d.prior(t, ev.Seq)
	if p := d.prev[i]; p >= 0 {
		copy(c, d.clock(p))
	}
	if ev.Timed && !ev.Early {
		d.lateRace(e, i, c)
	}
	if ev.From >= 0 && !ev.Timed {
		joinInto(c, d.clock(ev.From))
	}
	if ev.After {
		d.afterAll(e, i, ev, c)
	} else if ev.Waited && d.prev[i] < d.barrier && t.WaitedFor(e.TimeID) {
		d.afterBarrier(e, c)
	}
	d.predecessors(e, t, ev)
	d.findRaces(e, i, ev, c)
	for _, p := range d.preds {
		joinInto(c, d.clock(p))
	}
	if ev.From >= 0 {
		joinInto(c, d.clock(ev.From))
	}
	c[ev.Thread] = ev.Seq
}

// afterAll adds to c, the clock of event i, all that has been executed: nothing of
// that could have come after i, which was made possible by time advancing. But where
// a Note was signaled for a while i could have come before.
func (d *Strategy) afterAll(e *engine.Engine, i int32, ev *engine.Event, c []int32) {
	if ev.Kind == engine.OpNoteSleep {
		d.disabled(e, i, ev, c)
	}
	for _, l := range d.last {
		if l >= 0 {
			joinInto(c, d.clock(l))
		}
	}
}

// afterBarrier does the same for a thread that polled the clock and was not the
// first to see it advance.
func (d *Strategy) afterBarrier(e *engine.Engine, c []int32) {
	b := &e.Events[d.barrier]
	known := c[b.Thread]
	joinInto(c, d.clock(d.barrier))
	c[b.Thread] = max(known, b.Seq-1)
}

// predecessors makes d.preds the events that t's event ev depends on: the last ones
// that touched its objects.
func (d *Strategy) predecessors(e *engine.Engine, t *engine.Thread, ev *engine.Event) {
	d.preds = d.preds[:0]
	if ev.Obj != engine.NoObject {
		d.addPreds(&e.Object(ev.Obj).Dep, ev.Mode)
	}
	if ev.Obj2 != engine.NoObject {
		d.addPreds(&e.Object(ev.Obj2).Dep, engine.Writes)
	}
	if ev.Waited {
		for _, m := range t.Waited {
			d.addPreds(&m.Obj.Dep, engine.Reads)
		}
	}
}

func (d *Strategy) addPreds(dep *engine.Dependencies, m engine.Mode) {
	if dep.LastWrite >= 0 {
		d.preds = append(d.preds, dep.LastWrite)
	}
	if m == engine.Writes {
		d.preds = append(d.preds, dep.Reads...)
	}
}

// findRaces writes down the races that end in event i, whose objects were touched
// by d.preds; c is what its thread knew before.
func (d *Strategy) findRaces(e *engine.Engine, i int32, ev *engine.Event, c []int32) {
	for k, p := range d.preds {
		pe := &e.Events[p]
		if c[pe.Thread] >= pe.Seq {
			continue
		}
		if pe.Enables(ev.Kind) && pe.Obj == ev.Obj {
			d.disabled(e, i, ev, c)
			if !ev.Timed {
				continue
			}
		}
		if d.immediate(e, k) && d.stillWoken(e, p, ev) && !d.slept(e, p, i, ev) {
			d.races = append(d.races, race{e: p, f: i})
		}
	}
}

// slept says whether the step that is event i sleeps where p was taken, and depends on
// nothing that came after that, but p: then it can come before all that does not depend on
// p, whatever follows, and so what the race leads to has been explored.
func (d *Strategy) slept(e *engine.Engine, p, i int32, ev *engine.Event) bool {
	if ev.Waited || ev.Timed || ev.Kind == engine.OpCAS || ev.Kind == engine.OpFutexWait || d.prev[i] > p || ev.From > p {
		return false
	}
	for _, q := range d.preds {
		if q > p {
			return false
		}
	}
	for _, s := range d.nodes[d.nodeOf[p]].sleep {
		if s.thread == ev.Thread {
			return s.outer || s.Footprint == ev.Footprint()
		}
	}
	return false
}

// lateRace writes down the race of event i, which did not time out early, with the
// early timeout that was the last one allowed: before that, i could have. c is what
// its thread knew before.
func (d *Strategy) lateRace(e *engine.Engine, i int32, c []int32) {
	if len(d.early) == 0 || len(d.early) < e.Limits.Timeouts {
		return
	}
	p := d.early[len(d.early)-1]
	if pe := &e.Events[p]; c[pe.Thread] < pe.Seq {
		d.races = append(d.races, race{e: p, f: i})
	}
}

// immediate says whether no other predecessor comes after the k-th.
func (d *Strategy) immediate(e *engine.Engine, k int) bool {
	for j, q := range d.preds {
		if j != k && q != d.preds[k] && d.before(e, d.preds[k], q) {
			return false
		}
		if j < k && q == d.preds[k] {
			return false // the same one once more
		}
	}
	return true
}

// disabled writes down the race with the event that made event i impossible for a
// while.
func (d *Strategy) disabled(e *engine.Engine, i int32, ev *engine.Event, c []int32) {
	p := e.Object(ev.Obj).Dep.LastLock
	if p < 0 {
		return
	}
	pe := &e.Events[p]
	r := race{e: p, f: i}
	if c[pe.Thread] < pe.Seq && (len(d.races) == 0 || d.races[len(d.races)-1] != r) && d.stillWoken(e, p, ev) {
		d.races = append(d.races, r)
	}
}

// stillWoken says whether ev, if it had waited after a Pause, could have gone on
// without event p: whether something else was written, not because of p.
func (d *Strategy) stillWoken(e *engine.Engine, p int32, ev *engine.Event) bool {
	if !ev.Waited {
		return true
	}
	for _, m := range e.Threads[ev.Thread].Waited {
		for _, w := range m.Obj.Changes[m.Version:] {
			switch {
			case w < 0: // time advanced, before event -1-w
				if int(-1-w) <= d.seen {
					return true
				}
			case w < p || w > p && int(w) < d.seen && !d.before(e, p, w):
				return true
			}
		}
	}
	return false
}

// note tells the objects of event i that it has touched them.
func (d *Strategy) note(e *engine.Engine, i int32, ev *engine.Event) {
	if ev.Obj != engine.NoObject {
		e.Object(ev.Obj).Dep.Note(i, ev.Mode, e.Events)
	}
	if ev.Obj2 != engine.NoObject {
		e.Object(ev.Obj2).Dep.Note(i, engine.Writes, e.Events)
	}
	if ev.Waited {
		for _, m := range e.Threads[ev.Thread].Waited {
			if m.Obj.ID != ev.Obj {
				m.Obj.Dep.NoteRead(i, ev.Thread, e.Events)
			}
		}
	}
}

// waitInVain adds the races of threads that wait for a lock for ever.
func (d *Strategy) waitInVain(e *engine.Engine) {
	if e.Outcome != engine.Stuck {
		return
	}
	for _, t := range e.Alive {
		if t.Ended || t.Op.Obj == nil || len(t.Await) > 0 {
			continue
		}
		switch t.Op.Kind {
		case engine.OpLock, engine.OpRLock, engine.OpNoteSleep:
			p := t.Op.Obj.Dep.LastLock
			if p < 0 || e.Events[p].Thread == t.ID {
				continue
			}
			if q := d.prior(t, t.Seq+1); q < 0 || !d.before(e, p, q) {
				d.races = append(d.races, race{e: p, f: -1 - t.ID})
			}
		}
	}
}

// reverse looks at the races, those that begin in the same event together.
func (d *Strategy) reverse(e *engine.Engine) {
	d.order = d.order[:0]
	for _, r := range d.races {
		if r.since(d.fresh) || d.again(e, r) {
			d.order = append(d.order, r)
		}
	}
	slices.SortFunc(d.order, func(a, b race) int { return int(a.e) - int(b.e) })
	for rest := d.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].e == rest[0].e {
			n++
		}
		d.reverseAll(e, rest[:n])
		rest = rest[n:]
	}
}

// again says whether r, which has been looked at, must be looked at again because
// other things follow it now.
func (d *Strategy) again(e *engine.Engine, r race) bool {
	return len(d.nodes[d.nodeOf[r.e]].sleep) > 0 || len(e.Choices) > 0 || r.f >= 0 && e.Events[r.f].Timed
}

// reverseAll puts what follows if a race goes the other way into the wakeup tree
// of the node before it, unless that has been or will be explored anyway. All
// races begin in the same event.
func (d *Strategy) reverseAll(e *engine.Engine, races []race) {
	p := &d.nodes[d.nodeOf[races[0].e]]
	if p.full {
		return
	}
	d.independentOf(e, races[0].e)
	d.Tree.lock(p.node)
	defer d.Tree.unlock(p.node)
	if !d.awake(e, p) {
		return
	}
	less := false
	for _, r := range races {
		if less {
			d.independentOf(e, r.e)
			d.awake(e, p)
		}
		d.less = false
		ok := d.foresee(e, r)
		if less = d.less; !ok || less && !d.awake(e, p) || d.canBeginF(e) {
			continue
		}
		d.sequence(e)
		d.elsewhere, d.doubt = d.elsewhere[:0], false
		d.insert(e, p.node, &p.pending)
	}
}
