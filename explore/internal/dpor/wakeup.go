package dpor

import (
	"math"
	"slices"

	"schedlab/explore/internal/engine"
)

// independentOf makes d.notdep the events that come after event i and do not
// depend on it.
func (d *Strategy) independentOf(e *engine.Engine, i int32) {
	thread, seq := int(e.Events[i].Thread), e.Events[i].Seq
	d.notdep = d.notdep[:0]
	for i++; i < int32(len(e.Events)); i++ {
		if d.clocks[int(i)*d.stride+thread] < seq {
			d.notdep = append(d.notdep, i)
		}
	}
}

// leaveOut takes the events that away names out of d.notdep.
func (d *Strategy) leaveOut(e *engine.Engine, away func(int32) bool) {
	d.less = true
	d.notdep = slices.DeleteFunc(d.notdep, away)
}

// summary says quickly what steps of a sequence do not do. Each bit stands for
// all objects or threads with the same last digits.
type summary struct{ threads, touched, written uint64 }

func (s *summary) add(thread int32, f engine.Footprint) {
	s.threads |= 1 << (thread & 63)
	if f.Obj >= 0 {
		s.touched |= 1 << (f.Obj & 63)
		if f.Mode == engine.Writes {
			s.written |= 1 << (f.Obj & 63)
		}
	}
	if f.Obj2 >= 0 {
		s.touched |= 1 << (f.Obj2 & 63)
		s.written |= 1 << (f.Obj2 & 63)
	}
}

// clear says whether f, which has no unknown object, can conflict with none of the
// steps. They and f have awaited nothing.
func (s *summary) clear(f engine.Footprint) bool {
	seen := s.written
	if f.Mode == engine.Writes {
		seen = s.touched
	}
	return (f.Obj == engine.NoObject || seen>>(f.Obj&63)&1 == 0) && (f.Obj2 == engine.NoObject || s.touched>>(f.Obj2&63)&1 == 0)
}

// foresee makes d.f the step r.f as it would be before r.e, after d.notdep. It
// says false if it cannot be done there, which only a time limit can decide.
func (d *Strategy) foresee(e *engine.Engine, r race) bool {
	ee := &e.Events[r.e]
	if r.f < 0 {
		t := e.Threads[-1-r.f]
		d.f, d.beforeF, d.fromF = stepOf(t), d.prior(t, t.Seq+1), -1
		d.fx = engine.Effect{Footprint: d.f.Footprint}
		return true
	}
	ev := &e.Events[r.f]
	d.f, d.beforeF, d.fromF = d.stepAt(e, r.f), d.prev[r.f], ev.From
	d.fx = e.Effect(r.f)
	if (ev.Kind == engine.OpCAS || ev.Kind == engine.OpFutexWait) && ee.Obj == ev.Obj {
		d.f.Mode = engine.Reads
		if ee.Old == ev.Want { // it finds what r.e found
			d.f.Mode = engine.Writes
		}
		d.fx.Mode = d.f.Mode
	}
	return !ev.Timed || d.foreseeTimed(e, r)
}

// foreseeTimed is foresee for steps with a time limit: whether they have been woken
// before r.e, and if not, whether they may time out there.
func (d *Strategy) foreseeTimed(e *engine.Engine, r race) bool {
	ee, ev := &e.Events[r.e], &e.Events[r.f]
	woken := !ev.Lapsed()
	switch {
	case ev.Kind == engine.OpNoteSleep && ee.Obj == ev.Obj:
		woken = ee.Old == engine.NoteSignaled
	case ev.Kind == engine.OpNoteSleep && woken:
		woken = !d.before(e, r.e, lastWriteBefore(e, r.f))
	case ev.Kind == engine.OpWoken && woken:
		woken = !d.before(e, r.e, ev.From)
	}
	d.f.Obj2 = engine.NoObject
	if !woken {
		d.f.Obj2, d.fromF = e.TimeID, -1
	}
	d.fx.Footprint = d.f.Footprint
	if woken && !d.fx.Conflicts(e.Effect(r.e)) {
		return d.withoutWaker(e, r) && d.mayLapse(e, r) // see lateRace
	}
	return woken || d.mayLapse(e, r)
}

// withoutWaker leaves out of d.notdep what wakes r.f, so that it times out. It says
// false if that is not possible.
func (d *Strategy) withoutWaker(e *engine.Engine, r race) bool {
	w := e.Events[r.f].From
	if e.Events[r.f].Kind == engine.OpNoteSleep {
		w = lastWriteBefore(e, r.f)
	}
	if w < r.e || d.beforeF >= 0 && d.before(e, w, d.beforeF) {
		return false
	}
	d.leaveOut(e, func(i int32) bool { return d.before(e, w, i) })
	d.f.Obj2, d.fromF = e.TimeID, -1
	d.fx.Footprint = d.f.Footprint
	return true
}

// lastWriteBefore returns the event that wrote last what event i reads.
func lastWriteBefore(e *engine.Engine, i int32) int32 {
	obj := e.Events[i].Obj
	for i--; e.Events[i].Obj != obj || e.Events[i].Mode != engine.Writes; {
		i--
	}
	return i
}

// mayLapse says whether r.f may time out before r.e, after d.notdep, from which it
// leaves out early timeouts if they would prevent that.
func (d *Strategy) mayLapse(e *engine.Engine, r race) bool {
	before, now := 0, e.Events[r.e].Now
	var early []int32
	for _, i := range d.early {
		if i < r.e {
			before++
		}
	}
	for _, i := range d.notdep {
		if ev := &e.Events[i]; ev.Early {
			early = append(early, i)
			now = max(now, ev.Due)
		}
	}
	if e.Events[r.f].Due <= now || before+len(early) < e.Limits.Timeouts {
		return true
	}
	if before >= e.Limits.Timeouts {
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
func (d *Strategy) stepAt(e *engine.Engine, i int32) step {
	if i == lastOfV {
		return d.f
	}
	ev := &e.Events[i]
	return step{thread: ev.Thread, seq: ev.Seq, kind: ev.Kind, waited: ev.Waited, Footprint: ev.Footprint()}
}

// find returns where thread's first step stands in d.v; -1 if nowhere.
func (d *Strategy) find(e *engine.Engine, thread int32) int {
	if d.sum.threads>>(thread&63)&1 == 0 {
		return -1
	}
	for k, i := range d.v {
		if i == lastOfV {
			if d.f.thread == thread {
				return k
			}
		} else if e.Events[i].Thread == thread {
			return k
		}
	}
	return -1
}

// initial says whether the k-th step of d.v depends on none before it.
func (d *Strategy) initial(e *engine.Engine, k int) bool {
	i := d.v[k]
	if i == lastOfV {
		return d.initialF(e, d.v[:k])
	}
	c := d.clock(i)
	for _, j := range d.v[:k] {
		if y := &e.Events[j]; c[y.Thread] >= y.Seq {
			return false
		}
	}
	return true
}

// initialF says whether d.f depends on none of some steps that precede it.
func (d *Strategy) initialF(e *engine.Engine, before []int32) bool {
	for _, j := range before {
		if d.precedesF(e, j) {
			return false
		}
	}
	return true
}

// precedesF says whether event j, of d.notdep, happened before d.f.
func (d *Strategy) precedesF(e *engine.Engine, j int32) bool {
	return d.fx.Conflicts(e.Effect(j)) || d.beforeF >= 0 && d.before(e, j, d.beforeF) || d.fromF >= 0 && d.before(e, j, d.fromF)
}

// awake says whether no step that sleeps at p can come before all of d.notdep: is
// a weak initial of it. It leaves in d.drowsy those of which that depends on d.f,
// too. Of what sleeps because of a splitter only steps that are in the sequence
// count: see there.
func (d *Strategy) awake(e *engine.Engine, p *place) bool {
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
func (d *Strategy) sequence(e *engine.Engine) {
	d.all = append(append(d.all[:0], d.notdep...), lastOfV)
	d.setV(e, d.all)
}

// setV makes v d.v.
func (d *Strategy) setV(e *engine.Engine, v []int32) {
	d.v = v
	d.sums = slices.Grow(d.sums[:0], len(v)+1)[:len(v)+1]
	d.sumUp(e, len(v))
}

// remove takes the k-th step out of d.v.
func (d *Strategy) remove(e *engine.Engine, k int) {
	copy(d.v[1:], d.v[:k])
	d.v = d.v[1:]
	d.sumUp(e, k)
}

// sumUp summarises what d.v is from each of its first k steps on.
func (d *Strategy) sumUp(e *engine.Engine, k int) {
	n := len(d.v)
	s := d.sums[n-k]
	for k--; k >= 0; k-- {
		if i := d.v[k]; i == lastOfV {
			s.add(d.f.thread, d.f.Footprint)
		} else {
			s.add(e.Events[i].Thread, e.Events[i].Footprint())
		}
		d.sums[n-k] = s
	}
	d.sum = s
}

// asleep returns what s, which sleeps, would do.
func (d *Strategy) asleep(e *engine.Engine, s *step) engine.Effect {
	if !s.waited {
		return engine.Effect{Footprint: s.Footprint}
	}
	x, _ := d.effectOf(e, s)
	return x
}

// canBeginF says whether one of d.drowsy can come before d.f.
func (d *Strategy) canBeginF(e *engine.Engine) bool {
	for _, s := range d.drowsy {
		if s.thread == d.f.thread {
			if d.initialF(e, d.notdep) {
				return true
			}
		} else if !s.outer && !d.asleep(e, s).Conflicts(d.fx) {
			return true
		}
	}
	return false
}

// maxID: all objects are known.
const maxID = math.MaxInt32

// independent says whether x conflicts with no step of d.v. Of objects that are
// unknown, which may be any with an id from known on, it is cautious.
func (d *Strategy) independent(e *engine.Engine, x engine.Effect, known int32) bool {
	if len(e.Awaited) == 0 && len(x.Awaited) == 0 && x.Obj != unknown && x.Obj2 != unknown {
		if clear := d.sum.clear(x.Footprint); clear || len(e.Objects) <= 64 {
			return clear
		}
	}
	for _, i := range d.v {
		y := d.fx
		if i != lastOfV {
			y = e.Effect(i)
		}
		if x.Conflicts(y) {
			return false
		}
		if mayConflict(x.Footprint, y.Footprint, known) {
			d.doubt = true
			return false
		}
	}
	return true
}

// mayConflict says whether an unknown object of f may be one that g touches.
func mayConflict(f, g engine.Footprint, known int32) bool {
	if f.Obj == unknown && (g.Obj >= known && (f.Mode == engine.Writes || g.Mode == engine.Writes) || g.Obj2 >= known) {
		return true
	}
	return f.Obj2 == unknown && (g.Obj >= known || g.Obj2 >= known)
}

// insert puts d.v into the wakeup tree list of n, unless a branch leads to the
// same.
//
// A branch that ends is explored freely from there, and so covers all that begins
// with it: for everything that sleeps has been woken on the way. That is so because
// d.v, when it was inserted, could not begin with any of what comes before it. If
// that was only assumed, out of caution, something may sleep on, and the branch
// does not cover what would wake it (way.doubt).
func (d *Strategy) insert(e *engine.Engine, n *node, list **branch) {
	for {
		b, at := d.branchFor(e, *list)
		if b == nil {
			d.append(e, n, list)
			return
		}
		w := b.ways
		if at >= 0 {
			choices := e.ChoicesAfter(at)
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
func (d *Strategy) insertAll(e *engine.Engine, n *node, w *way) {
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
func (d *Strategy) branchFor(e *engine.Engine, list *branch) (b *branch, at int32) {
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
func (d *Strategy) translate(e *engine.Engine, b *branch) (engine.Effect, bool) {
	f := b.Footprint
	if !b.waited && f.Obj < b.known && f.Obj2 < b.known {
		return engine.Effect{Footprint: f}, true
	}
	if !slices.Contains(d.elsewhere, b.thread) {
		// Its thread has done the same here as on the way to b.
		if x, ok := d.effectOf(e, &b.step); ok {
			return x, true
		}
	}
	if b.waited {
		d.doubt = true
		return engine.Effect{}, false
	}
	if f.Obj >= b.known {
		f.Obj = unknown
	}
	if f.Obj2 >= b.known {
		f.Obj2 = unknown
	}
	return engine.Effect{Footprint: f}, true
}

// effectOf finds s, or what it is about to be, in this execution. Its mode is
// that of s.
func (d *Strategy) effectOf(e *engine.Engine, s *step) (x engine.Effect, ok bool) {
	x.Footprint = s.Footprint
	if int(s.thread) >= len(e.Threads) {
		return x, false // made by another worker's executions only
	}
	t := e.Threads[s.thread]
	switch {
	case !t.Ended && t.Seq == s.seq-1:
		x = t.Effect()
	case t.Seq >= s.seq:
		i := t.Last
		for e.Events[i].Thread != s.thread || e.Events[i].Seq != s.seq {
			i--
		}
		x = e.Effect(i)
	default:
		return x, false
	}
	x.Mode = s.Mode
	return x, true
}

// append adds d.v to list as a branch that is explored last.
func (d *Strategy) append(e *engine.Engine, n *node, list **branch) {
	for *list != nil {
		list = &(*list).next
	}
	for _, i := range d.v {
		b := d.newBranch()
		b.step, b.known, b.ways = d.stepAt(e, i), n.objects, d.newWay()
		b.ways.doubt = d.doubt
		if i != lastOfV {
			b.ways.choices = e.ChoicesAfter(i)
		}
		*list = b
		list = &b.ways.kids
	}
}

func (d *Strategy) newBranch() *branch {
	if d.branches == nil {
		d.plant()
	}
	b := d.branches
	d.branches, b.next = b.next, nil
	return b
}

func (d *Strategy) newWay() *way {
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
func (d *Strategy) plant() {
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
