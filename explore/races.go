package explore

import "slices"

// observe computes the clocks of the events that have not been seen yet, and
// looks for races that end in them.
func (d *dpor) observe(e *engine) {
	for ; d.seen < len(e.events); d.seen++ {
		i := int32(d.seen)
		ev := &e.events[i]
		d.room(e, d.seen)
		if ev.after {
			d.barrier = i
		}
		if d.seen >= d.known {
			d.nodeOf[i] = int32(d.lastThreadNode())
			d.clockOf(e, i, ev)
		}
		d.note(e, i, ev)
		if ev.early {
			d.early = append(d.early, i)
		}
		d.last[ev.thread] = i
	}
}

// lastThreadNode returns the node whose step has just been executed.
func (d *dpor) lastThreadNode() int {
	i := d.depth - 1
	for d.nodes[i].n != 0 {
		i--
	}
	return i
}

// room makes room for the clock of event i.
func (d *dpor) room(e *engine, i int) {
	if len(e.threads) > d.stride {
		d.widen((len(e.threads) + 3) &^ 3)
	}
	for len(d.last) < len(e.threads) {
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
func (d *dpor) widen(stride int) {
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

func (d *dpor) clock(i int32) []int32 {
	at := int(i) * d.stride
	return d.clocks[at : at+d.stride]
}

// before says whether a happened before b, or is b.
func (d *dpor) before(e *engine, a, b int32) bool {
	return d.clock(b)[e.events[a].thread] >= e.events[a].seq
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
func (d *dpor) prior(t *thread, seq int32) int32 {
	if seq == 1 {
		return t.birth
	}
	return d.last[t.id]
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
func (d *dpor) clockOf(e *engine, i int32, ev *event) {
	t := e.threads[ev.thread]
	c := d.clock(i)
	clear(c)
	d.prev[i] = d.prior(t, ev.seq)
	if p := d.prev[i]; p >= 0 {
		copy(c, d.clock(p))
	}
	if ev.timed && !ev.early {
		d.lateRace(e, i, c)
	}
	if ev.from >= 0 && !ev.timed {
		joinInto(c, d.clock(ev.from))
	}
	if ev.after {
		d.afterAll(e, i, ev, c)
	} else if ev.waited && d.prev[i] < d.barrier && t.waitedFor(e.timeID) {
		d.afterBarrier(e, c)
	}
	d.predecessors(e, t, ev)
	d.findRaces(e, i, ev, c)
	for _, p := range d.preds {
		joinInto(c, d.clock(p))
	}
	if ev.from >= 0 {
		joinInto(c, d.clock(ev.from))
	}
	c[ev.thread] = ev.seq
}

// afterAll adds to c, the clock of event i, all that has been executed: nothing of
// that could have come after i, which was made possible by time advancing. But where
// a Note was signaled for a while i could have come before.
func (d *dpor) afterAll(e *engine, i int32, ev *event, c []int32) {
	if ev.kind == opNoteSleep {
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
func (d *dpor) afterBarrier(e *engine, c []int32) {
	b := &e.events[d.barrier]
	known := c[b.thread]
	joinInto(c, d.clock(d.barrier))
	c[b.thread] = max(known, b.seq-1)
}

// predecessors makes d.preds the events that t's event ev depends on: the last ones
// that touched its objects.
func (d *dpor) predecessors(e *engine, t *thread, ev *event) {
	d.preds = d.preds[:0]
	if ev.obj != noObject {
		d.addPreds(&e.object(ev.obj).dep, ev.mode)
	}
	if ev.obj2 != noObject {
		d.addPreds(&e.object(ev.obj2).dep, writes)
	}
	if ev.waited {
		for _, m := range t.waited {
			d.addPreds(&m.obj.dep, reads)
		}
	}
}

func (d *dpor) addPreds(dep *dependencies, m mode) {
	if dep.lastWrite >= 0 {
		d.preds = append(d.preds, dep.lastWrite)
	}
	if m == writes {
		d.preds = append(d.preds, dep.reads...)
	}
}

// findRaces writes down the races that end in event i, whose objects were touched
// by d.preds; c is what its thread knew before.
func (d *dpor) findRaces(e *engine, i int32, ev *event, c []int32) {
	for k, p := range d.preds {
		pe := &e.events[p]
		if c[pe.thread] >= pe.seq {
			continue
		}
		if pe.enables(ev.kind) && pe.obj == ev.obj {
			d.disabled(e, i, ev, c)
			if !ev.timed {
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
func (d *dpor) slept(e *engine, p, i int32, ev *event) bool {
	if ev.waited || ev.timed || ev.kind == opCAS || ev.kind == opFutexWait || d.prev[i] > p || ev.from > p {
		return false
	}
	for _, q := range d.preds {
		if q > p {
			return false
		}
	}
	for _, s := range d.nodes[d.nodeOf[p]].sleep {
		if s.thread == ev.thread {
			return s.outer || s.footprint == ev.footprint()
		}
	}
	return false
}

// lateRace writes down the race of event i, which did not time out early, with the
// early timeout that was the last one allowed: before that, i could have. c is what
// its thread knew before.
func (d *dpor) lateRace(e *engine, i int32, c []int32) {
	if len(d.early) == 0 || len(d.early) < e.cfg.timeouts {
		return
	}
	p := d.early[len(d.early)-1]
	if pe := &e.events[p]; c[pe.thread] < pe.seq {
		d.races = append(d.races, race{e: p, f: i})
	}
}

// immediate says whether no other predecessor comes after the k-th.
func (d *dpor) immediate(e *engine, k int) bool {
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
func (d *dpor) disabled(e *engine, i int32, ev *event, c []int32) {
	p := e.object(ev.obj).dep.lastLock
	if p < 0 {
		return
	}
	pe := &e.events[p]
	r := race{e: p, f: i}
	if c[pe.thread] < pe.seq && (len(d.races) == 0 || d.races[len(d.races)-1] != r) && d.stillWoken(e, p, ev) {
		d.races = append(d.races, r)
	}
}

// stillWoken says whether ev, if it had waited after a Pause, could have gone on
// without event p: whether something else was written, not because of p.
func (d *dpor) stillWoken(e *engine, p int32, ev *event) bool {
	if !ev.waited {
		return true
	}
	for _, m := range e.threads[ev.thread].waited {
		for _, w := range m.obj.changes[m.version:] {
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
func (d *dpor) note(e *engine, i int32, ev *event) {
	if ev.obj != noObject {
		e.object(ev.obj).dep.note(i, ev.mode, e.events)
	}
	if ev.obj2 != noObject {
		e.object(ev.obj2).dep.note(i, writes, e.events)
	}
	if ev.waited {
		for _, m := range e.threads[ev.thread].waited {
			if m.obj.id != ev.obj {
				m.obj.dep.noteRead(i, ev.thread, e.events)
			}
		}
	}
}

// waitInVain adds the races of threads that wait for a lock for ever.
func (d *dpor) waitInVain(e *engine) {
	if e.outcome != stuck {
		return
	}
	for _, t := range e.alive {
		if t.ended || t.op.obj == nil || len(t.await) > 0 {
			continue
		}
		switch t.op.kind {
		case opLock, opRLock, opNoteSleep:
			p := t.op.obj.dep.lastLock
			if p < 0 || e.events[p].thread == t.id {
				continue
			}
			if q := d.prior(t, t.seq+1); q < 0 || !d.before(e, p, q) {
				d.races = append(d.races, race{e: p, f: -1 - t.id})
			}
		}
	}
}

// reverse looks at the races, those that begin in the same event together.
func (d *dpor) reverse(e *engine) {
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
func (d *dpor) again(e *engine, r race) bool {
	return len(d.nodes[d.nodeOf[r.e]].sleep) > 0 || len(e.choices) > 0 || r.f >= 0 && e.events[r.f].timed
}

// reverseAll puts what follows if a race goes the other way into the wakeup tree
// of the node before it, unless that has been or will be explored anyway. All
// races begin in the same event.
func (d *dpor) reverseAll(e *engine, races []race) {
	p := &d.nodes[d.nodeOf[races[0].e]]
	if p.full {
		return
	}
	d.independentOf(e, races[0].e)
	d.tree.lock(p.node)
	defer d.tree.unlock(p.node)
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
