package explore

import (
	"math"
	"slices"
)

// independentOf makes d.notdep the events that come after event i and do not
// depend on it.
func (d *dpor) independentOf(e *engine, i int32) {
	thread, seq := int(e.events[i].thread), e.events[i].seq
	d.notdep = d.notdep[:0]
	for i++; i < int32(len(e.events)); i++ {
		if d.clocks[int(i)*d.stride+thread] < seq {
			d.notdep = append(d.notdep, i)
		}
	}
}

// leaveOut takes the events that away names out of d.notdep.
func (d *dpor) leaveOut(e *engine, away func(int32) bool) {
	d.less = true
	d.notdep = slices.DeleteFunc(d.notdep, away)
}

// summary says quickly what steps of a sequence do not do. Each bit stands for
// all objects or threads with the same last digits.
type summary struct{ threads, touched, written uint64 }

func (s *summary) add(thread int32, f footprint) {
	s.threads |= 1 << (thread & 63)
	if f.obj >= 0 {
		s.touched |= 1 << (f.obj & 63)
		if f.mode == writes {
			s.written |= 1 << (f.obj & 63)
		}
	}
	if f.obj2 >= 0 {
		s.touched |= 1 << (f.obj2 & 63)
		s.written |= 1 << (f.obj2 & 63)
	}
}

// clear says whether f, which has no unknown object, can conflict with none of the
// steps. They and f have awaited nothing.
func (s *summary) clear(f footprint) bool {
	seen := s.written
	if f.mode == writes {
		seen = s.touched
	}
	return (f.obj == noObject || seen>>(f.obj&63)&1 == 0) && (f.obj2 == noObject || s.touched>>(f.obj2&63)&1 == 0)
}

// foresee makes d.f the step r.f as it would be before r.e, after d.notdep. It
// says false if it cannot be done there, which only a time limit can decide.
func (d *dpor) foresee(e *engine, r race) bool {
	ee := &e.events[r.e]
	if r.f < 0 {
		t := e.threads[-1-r.f]
		d.f, d.beforeF, d.fromF = stepOf(t), d.prior(t, t.seq+1), -1
		d.fx = effect{footprint: d.f.footprint}
		return true
	}
	ev := &e.events[r.f]
	d.f, d.beforeF, d.fromF = d.stepAt(e, r.f), d.prev[r.f], ev.from
	d.fx = e.effect(r.f)
	if (ev.kind == opCAS || ev.kind == opFutexWait) && ee.obj == ev.obj {
		d.f.mode = reads
		if ee.old == ev.want { // it finds what r.e found
			d.f.mode = writes
		}
		d.fx.mode = d.f.mode
	}
	return !ev.timed || d.foreseeTimed(e, r)
}

// foreseeTimed is foresee for steps with a time limit: whether they have been woken
// before r.e, and if not, whether they may time out there.
func (d *dpor) foreseeTimed(e *engine, r race) bool {
	ee, ev := &e.events[r.e], &e.events[r.f]
	woken := !ev.lapsed()
	switch {
	case ev.kind == opNoteSleep && ee.obj == ev.obj:
		woken = ee.old == noteSignaled
	case ev.kind == opNoteSleep && woken:
		woken = !d.before(e, r.e, lastWriteBefore(e, r.f))
	case ev.kind == opWoken && woken:
		woken = !d.before(e, r.e, ev.from)
	}
	d.f.obj2 = noObject
	if !woken {
		d.f.obj2, d.fromF = e.timeID, -1
	}
	d.fx.footprint = d.f.footprint
	if woken && !d.fx.conflicts(e.effect(r.e)) {
		return d.withoutWaker(e, r) && d.mayLapse(e, r) // see lateRace
	}
	return woken || d.mayLapse(e, r)
}

// withoutWaker leaves out of d.notdep what wakes r.f, so that it times out. It says
// false if that is not possible.
func (d *dpor) withoutWaker(e *engine, r race) bool {
	w := e.events[r.f].from
	if e.events[r.f].kind == opNoteSleep {
		w = lastWriteBefore(e, r.f)
	}
	if w < r.e || d.beforeF >= 0 && d.before(e, w, d.beforeF) {
		return false
	}
	d.leaveOut(e, func(i int32) bool { return d.before(e, w, i) })
	d.f.obj2, d.fromF = e.timeID, -1
	d.fx.footprint = d.f.footprint
	return true
}

// lastWriteBefore returns the event that wrote last what event i reads.
func lastWriteBefore(e *engine, i int32) int32 {
	obj := e.events[i].obj
	for i--; e.events[i].obj != obj || e.events[i].mode != writes; {
		i--
	}
	return i
}

// mayLapse says whether r.f may time out before r.e, after d.notdep, from which it
// leaves out early timeouts if they would prevent that.
func (d *dpor) mayLapse(e *engine, r race) bool {
	before, now := 0, e.events[r.e].now
	var early []int32
	for _, i := range d.early {
		if i < r.e {
			before++
		}
	}
	for _, i := range d.notdep {
		if ev := &e.events[i]; ev.early {
			early = append(early, i)
			now = max(now, ev.due)
		}
	}
	if e.events[r.f].due <= now || before+len(early) < e.cfg.timeouts {
		return true
	}
	if before >= e.cfg.timeouts {
		return false
	}
	for _, i := range early {
		if d.beforeF >= 0 && d.before(e, i, d.beforeF) {
			return false
		}
	}
	d.leaveOut(e, func(i int32) bool {
		return slices.ContainsFunc(early, func(l int32) bool { return d.before(e, l, i) })
	})
	return true
}

// lastOfV stands for d.f in d.v.
const lastOfV = -1

// stepAt describes event i as a step.
func (d *dpor) stepAt(e *engine, i int32) step {
	if i == lastOfV {
		return d.f
	}
	ev := &e.events[i]
	return step{thread: ev.thread, seq: ev.seq, kind: ev.kind, waited: ev.waited, footprint: ev.footprint()}
}

// find returns where thread's first step stands in d.v; -1 if nowhere.
func (d *dpor) find(e *engine, thread int32) int {
	if d.sum.threads>>(thread&63)&1 == 0 {
		return -1
	}
	for k, i := range d.v {
		if i == lastOfV {
			if d.f.thread == thread {
				return k
			}
		} else if e.events[i].thread == thread {
			return k
		}
	}
	return -1
}

// initial says whether the k-th step of d.v depends on none before it.
func (d *dpor) initial(e *engine, k int) bool {
	i := d.v[k]
	if i == lastOfV {
		return d.initialF(e, d.v[:k])
	}
	c := d.clock(i)
	for _, j := range d.v[:k] {
		if y := &e.events[j]; c[y.thread] >= y.seq {
			return false
		}
	}
	return true
}

// initialF says whether d.f depends on none of some steps that precede it.
func (d *dpor) initialF(e *engine, before []int32) bool {
	for _, j := range before {
		if d.precedesF(e, j) {
			return false
		}
	}
	return true
}

// precedesF says whether event j, of d.notdep, happened before d.f.
func (d *dpor) precedesF(e *engine, j int32) bool {
	return d.fx.conflicts(e.effect(j)) || d.beforeF >= 0 && d.before(e, j, d.beforeF) || d.fromF >= 0 && d.before(e, j, d.fromF)
}

// awake says whether no step that sleeps at p can come before all of d.notdep: is
// a weak initial of it. It leaves in d.drowsy those of which that depends on d.f,
// too. Of what sleeps because of a splitter only steps that are in the sequence
// count: see there.
func (d *dpor) awake(e *engine, p *place) bool {
	d.setV(e, d.notdep)
	d.drowsy = d.drowsy[:0]
	for i := range p.node.sleep {
		s := &p.node.sleep[i]
		if i == len(p.sleep) {
			continue // what was taken here does not sleep for itself
		}
		if k := d.find(e, s.thread); k >= 0 {
			if d.initial(e, k) {
				return false
			}
		} else if s.outer || d.independent(e, d.asleep(e, s), maxID) {
			d.drowsy = append(d.drowsy, s)
		}
	}
	return true
}

// sequence makes d.v all of d.notdep, and d.f.
func (d *dpor) sequence(e *engine) {
	d.all = append(append(d.all[:0], d.notdep...), lastOfV)
	d.setV(e, d.all)
}

// setV makes v d.v.
func (d *dpor) setV(e *engine, v []int32) {
	d.v = v
	d.sums = slices.Grow(d.sums[:0], len(v)+1)[:len(v)+1]
	d.sumUp(e, len(v))
}

// remove takes the k-th step out of d.v.
func (d *dpor) remove(e *engine, k int) {
	copy(d.v[1:], d.v[:k])
	d.v = d.v[1:]
	d.sumUp(e, k)
}

// sumUp summarises what d.v is from each of its first k steps on.
func (d *dpor) sumUp(e *engine, k int) {
	n := len(d.v)
	s := d.sums[n-k]
	for k--; k >= 0; k-- {
		if i := d.v[k]; i == lastOfV {
			s.add(d.f.thread, d.f.footprint)
		} else {
			s.add(e.events[i].thread, e.events[i].footprint())
		}
		d.sums[n-k] = s
	}
	d.sum = s
}

// asleep returns what s, which sleeps, would do.
func (d *dpor) asleep(e *engine, s *step) effect {
	if !s.waited {
		return effect{footprint: s.footprint}
	}
	x, _ := d.effectOf(e, s)
	return x
}

// canBeginF says whether one of d.drowsy can come before d.f.
func (d *dpor) canBeginF(e *engine) bool {
	for _, s := range d.drowsy {
		if s.thread == d.f.thread {
			if d.initialF(e, d.notdep) {
				return true
			}
		} else if !s.outer && !d.asleep(e, s).conflicts(d.fx) {
			return true
		}
	}
	return false
}

// maxID: all objects are known.
const maxID = math.MaxInt32

// independent says whether x conflicts with no step of d.v. Of objects that are
// unknown, which may be any with an id from known on, it is cautious.
func (d *dpor) independent(e *engine, x effect, known int32) bool {
	if len(e.awaited) == 0 && len(x.awaited) == 0 && x.obj != unknown && x.obj2 != unknown {
		if clear := d.sum.clear(x.footprint); clear || len(e.objects) <= 64 {
			return clear
		}
	}
	for _, i := range d.v {
		y := d.fx
		if i != lastOfV {
			y = e.effect(i)
		}
		if x.conflicts(y) {
			return false
		}
		if mayConflict(x.footprint, y.footprint, known) {
			d.doubt = true
			return false
		}
	}
	return true
}

// mayConflict says whether an unknown object of f may be one that g touches.
func mayConflict(f, g footprint, known int32) bool {
	if f.obj == unknown && (g.obj >= known && (f.mode == writes || g.mode == writes) || g.obj2 >= known) {
		return true
	}
	return f.obj2 == unknown && (g.obj >= known || g.obj2 >= known)
}

// insert puts d.v into the wakeup tree list of n, unless a branch leads to the
// same.
//
// A branch that ends is explored freely from there, and so covers all that begins
// with it: for everything that sleeps has been woken on the way. That is so because
// d.v, when it was inserted, could not begin with any of what comes before it. If
// that was only assumed, out of caution, something may sleep on, and the branch
// does not cover what would wake it (way.doubt).
func (d *dpor) insert(e *engine, n *node, list **branch) {
	for {
		b, at := d.branchFor(e, *list)
		if b == nil {
			d.append(e, n, list)
			return
		}
		w := b.ways
		if at >= 0 {
			choices := e.choicesAfter(at)
			if w = b.after(choices); w == nil {
				d.append(e, n, &b.newWay(choices, d.doubt).kids)
				return
			}
		} else if w.next != nil {
			d.insertAll(e, n, w) // it may choose anything there
			return
		}
		if len(d.v) == 0 || w.kids == nil && !w.doubt {
			return
		}
		list = &w.kids
	}
}

// after returns how b goes on after choices; nil if that is not known.
func (b *branch) after(choices []int32) *way {
	w := b.ways
	for w != nil && !slices.Equal(w.choices, choices) {
		w = w.next
	}
	return w
}

// newWay adds one that b goes on, after choices.
func (b *branch) newWay(choices []int32, doubt bool) *way {
	w := &b.ways
	for *w != nil {
		w = &(*w).next
	}
	*w = &way{choices: choices, doubt: doubt}
	return *w
}

// insertAll puts d.v behind w and those after it.
func (d *dpor) insertAll(e *engine, n *node, w *way) {
	v, doubt, elsewhere := slices.Clone(d.v), d.doubt, len(d.elsewhere)
	for ; w != nil; w = w.next {
		d.setV(e, append(d.all[:0], v...))
		d.doubt, d.elsewhere = doubt, d.elsewhere[:elsewhere]
		if len(v) > 0 && (w.kids != nil || w.doubt) {
			d.insert(e, n, &w.kids)
		}
	}
}

// notInV says that a step is not in d.v.
const notInV = -2

// branchFor returns the first branch of list of which the step can come before
// all of d.v, takes that step out of d.v and says which it was.
func (d *dpor) branchFor(e *engine, list *branch) (b *branch, at int32) {
	for b := list; b != nil; b = b.next {
		if k := d.find(e, b.thread); k >= 0 {
			if d.initial(e, k) {
				at := d.v[k]
				d.remove(e, k)
				return b, at
			}
		} else if x, ok := d.translate(e, b); ok && d.independent(e, x, b.known) {
			d.elsewhere = append(d.elsewhere, b.thread)
			return b, notInV
		}
	}
	return nil, notInV
}

// unknown stands for an object that cannot be told from those of this execution
// which have ids from b.known on.
const unknown = -2

// translate returns what b's step, which is not in d.v, does, in terms of this
// execution; false if that cannot be said.
func (d *dpor) translate(e *engine, b *branch) (effect, bool) {
	f := b.footprint
	if !b.waited && f.obj < b.known && f.obj2 < b.known {
		return effect{footprint: f}, true
	}
	if !slices.Contains(d.elsewhere, b.thread) {
		// Its thread has done the same here as on the way to b.
		if x, ok := d.effectOf(e, &b.step); ok {
			return x, true
		}
	}
	if b.waited {
		d.doubt = true
		return effect{}, false
	}
	if f.obj >= b.known {
		f.obj = unknown
	}
	if f.obj2 >= b.known {
		f.obj2 = unknown
	}
	return effect{footprint: f}, true
}

// effectOf finds s, or what it is about to be, in this execution. Its mode is
// that of s.
func (d *dpor) effectOf(e *engine, s *step) (x effect, ok bool) {
	x.footprint = s.footprint
	if int(s.thread) >= len(e.threads) {
		return x, false // made by another worker's executions only
	}
	t := e.threads[s.thread]
	switch {
	case !t.ended && t.seq == s.seq-1:
		x = t.effect()
	case t.seq >= s.seq:
		i := t.last
		for e.events[i].thread != s.thread || e.events[i].seq != s.seq {
			i--
		}
		x = e.effect(i)
	default:
		return x, false
	}
	x.mode = s.mode
	return x, true
}

// append adds d.v to list as a branch that is explored last.
func (d *dpor) append(e *engine, n *node, list **branch) {
	for *list != nil {
		list = &(*list).next
	}
	for _, i := range d.v {
		b := d.newBranch()
		b.step, b.known, b.ways = d.stepAt(e, i), n.objects, d.newWay()
		b.ways.doubt = d.doubt
		if i != lastOfV {
			b.ways.choices = e.choicesAfter(i)
		}
		*list = b
		list = &b.ways.kids
	}
}

func (d *dpor) newBranch() *branch {
	if d.branches == nil {
		d.plant()
	}
	b := d.branches
	d.branches, b.next = b.next, nil
	return b
}

func (d *dpor) newWay() *way {
	if d.ways == nil {
		d.plant()
	}
	w := d.ways
	d.ways = w.next
	*w = way{}
	return w
}

// plant makes branches and ways for newBranch and newWay: many at a time, since
// trees have thousands.
func (d *dpor) plant() {
	some := make([]struct {
		b branch
		w way
	}, 64)
	for i := range some {
		b, w := &some[i].b, &some[i].w
		b.next, d.branches = d.branches, b
		w.next, d.ways = d.ways, w
	}
}
