package strategy

import "schedlab/explore/internal/engine"

// fingerprint stands for the trace of the execution so far: for what its threads did and
// which steps depended on each other, not for the order of independent steps. Two executions
// of one program have the same sum if and only if they are of one trace, except that hashes
// of 128 bits may collide.
//
// # What is hashed
//
// A program is deterministic: what a thread does next follows from what it has done, what
// it found then, and what Choose returned to it. So the hash of a thread is a chain of its
// steps, and of a step only this is hashed:
//
//  1. What the thread did before. Of its first step, that is the step after which its parent
//     made it, and its id, which is the same in all executions.
//  2. For each object that it reads, the last step that wrote the object. For each one that
//     it writes, the reads since then as well: of these the order makes no difference, so
//     their hashes are added up. Which object it is follows from 1.
//  3. The step that woke it, or the last one of the thread that it joins.
//  4. If it is the first step of a recorded operation, all last ones so far; if it is the
//     last, all first ones.
//  5. If it was possible only because time had advanced, all steps until then.
//
// Values follow from the rest. The sum of the threads' hashes stands for the trace, since
// each step is in the chain of its thread. So where the sum is the same, the threads stand
// before the same steps, and the clock, the locks, the waits and the number of early
// timeouts are the same, too.
//
// Most executions repeat steps of the one before. Their hashes are kept, and rewind undoes
// what came after them.
type fingerprint struct {
	sum     hash // of all threads
	chains  []chain
	steps   []hash // by event: its thread's hash after it
	chosen  int    // numbers from Choose that have been told
	objects []accesses
	times   []advance

	marks []marked // by event: after it

	undo   []was // what threads were, the last change last
	before []had // what objects were
}

// chain is a thread, by id.
type chain struct {
	hash       // none: it has not taken a step, nor chosen
	last int32 // its last event
}

// accesses are what a step on an object depends on.
type accesses struct {
	write hash // the last step that wrote it
	all   hash // that one, and the sum of those that have read it since
}

// advance is a moment at which time had advanced, since no thread was enabled.
type advance struct {
	before int32 // the event before which it had
	sum    hash  // of all threads
}

// was is what a thread was before it took a step, or chose.
type was struct {
	chain
	thread  int32
	touched int32 // length of fingerprint.before then
	step    bool
}

// had is what an object was before a step touched it.
type had struct {
	accesses
	obj int32
}

// moment is how much of an execution has been told.
type moment struct{ events, choices int32 }

// now is all of e's execution so far.
func now(e *engine.Engine) moment { return moment{int32(len(e.Events)), int32(len(e.Choices))} }

// follow tells what has been executed since the last call. A number that Choose returned in
// the midst of a step is told after the step.
func (f *fingerprint) follow(e *engine.Engine) {
	for len(f.chains) < len(e.Threads) {
		f.chains = append(f.chains, chain{})
	}
	for len(f.objects) < len(e.Objects) {
		f.objects = append(f.objects, accesses{})
	}
	for i := len(f.steps); i < len(e.Events); i++ {
		f.numbers(e, int32(i))
		f.step(e, int32(i))
	}
	f.numbers(e, int32(len(e.Events)))
}

// numbers tells what Choose returned before event i.
func (f *fingerprint) numbers(e *engine.Engine, i int32) {
	for ; f.chosen < len(e.Choices) && e.Choices[f.chosen].After < i; f.chosen++ {
		c := &e.Choices[f.chosen]
		of := f.chainOf(e.Threads[c.Thread])
		f.become(c.Thread, chain{of.mix(number(chose, c.V)), of.last}, false)
	}
}

// step tells event i.
func (f *fingerprint) step(e *engine.Engine, i int32) {
	ev := &e.Events[i]
	if ev.After {
		f.times = append(f.times, advance{i, f.sum})
	}
	of := f.chainOf(e.Threads[ev.Thread])
	since := none
	if ev.After || ev.Waited {
		since = f.since(of.last)
	}
	effect := e.Effect(i)
	h := f.hash(of, effect, ev.From, since)
	f.become(ev.Thread, chain{h, i}, true)
	f.steps = append(f.steps, h)
	f.touch(effect, h)
}

// after returns what sum will be if t takes the next step, and calls Choose neither in it
// nor after it.
func (f *fingerprint) after(e *engine.Engine, t *engine.Thread) hash {
	if t.Effect().Marks.Unsure() {
		return none // it may lead to any trace
	}
	of := f.chainOf(t)
	since := none
	switch {
	case e.TimeAdvanced():
		since = f.sum
	case len(t.Await) > 0:
		since = f.since(of.last)
	}
	h := f.hash(of, t.Effect(), t.Follows(), since)
	return f.sum.minus(f.chains[t.ID].hash).plus(h)
}

// since returns what came before time last advanced, if a thread took its last step before
// that; none otherwise.
func (f *fingerprint) since(last int32) hash {
	if n := len(f.times); n > 0 && last < f.times[n-1].before {
		return f.times[n-1].sum
	}
	return none
}

// chainOf returns t's chain, which begins with what its parent had done.
func (f *fingerprint) chainOf(t *engine.Thread) chain {
	c := f.chains[t.ID]
	if c.hash != none {
		return c
	}
	var parent hash
	if t.Birth >= 0 {
		parent = f.steps[t.Birth]
	}
	return chain{parent.mix(number(born, t.ID)), t.Birth}
}

// hash returns the hash of a thread after a step with that effect, which follows event from
// besides; -1: none.
func (f *fingerprint) hash(of chain, effect engine.Effect, from int32, since hash) hash {
	first := number(stepped, shape(effect, from, since))
	if effect.Obj != engine.NoObject {
		first = first.plus(f.objects[effect.Obj].found(effect.Mode))
	}
	h := of.mix(first)
	if effect.Obj2 != engine.NoObject {
		h = h.mix(f.objects[effect.Obj2].all)
	}
	for _, x := range effect.Awaited {
		o, m := engine.AwaitedObject(x)
		h = h.mix(f.objects[o].found(m))
	}
	if effect.Marks != 0 {
		h = h.mix(f.recorded(effect.Marks))
	}
	if from >= 0 {
		h = h.mix(f.steps[from])
	}
	if since != none {
		h = h.mix(since)
	}
	return h
}

// shape says of which parts the hash of a step is made.
func shape(effect engine.Effect, from int32, since hash) int32 {
	n := int32(len(effect.Awaited)) << 5
	if effect.Obj != engine.NoObject {
		n |= 1<<1 | int32(effect.Mode)
	}
	if effect.Obj2 != engine.NoObject {
		n |= 1 << 2
	}
	if from >= 0 {
		n |= 1 << 3
	}
	if since != none {
		n |= 1 << 4
	}
	return n
}

// found is what a step depends on that touches the object in this mode.
func (a *accesses) found(m engine.Mode) hash {
	if m == engine.Writes {
		return a.all
	}
	return a.write
}

// become makes c the chain of thread.
func (f *fingerprint) become(thread int32, c chain, step bool) {
	old := f.chains[thread]
	f.undo = append(f.undo, was{old, thread, int32(len(f.before)), step})
	f.chains[thread] = c
	f.sum = f.sum.minus(old.hash).plus(c.hash)
}

// touch notes that a step with that effect has hash h.
func (f *fingerprint) touch(effect engine.Effect, h hash) {
	if effect.Obj != engine.NoObject {
		f.access(effect.Obj, effect.Mode, h)
	}
	if effect.Obj2 != engine.NoObject {
		f.access(effect.Obj2, engine.Writes, h)
	}
	for _, x := range effect.Awaited {
		o, m := engine.AwaitedObject(x)
		f.access(o, m, h)
	}
	f.record(effect.Marks, h)
}

// marked is the sums of the steps that were first and last ones of recorded operations.
type marked struct{ calls, returns hash }

// marksNow returns those of the steps so far.
func (f *fingerprint) marksNow() marked {
	if n := len(f.steps); n > 0 && n <= len(f.marks) {
		return f.marks[n-1]
	}
	return marked{}
}

// recorded is what a step with these marks depends on: if it is the first of an operation,
// which operations have returned; if it is the last, which ones have been called.
func (f *fingerprint) recorded(m engine.Marks) (h hash) {
	now := f.marksNow()
	if m&engine.Calls != 0 {
		h = h.mix(now.returns)
	}
	if m&engine.Returns != 0 {
		h = h.mix(now.calls)
	}
	return h.mix(number(records, int32(m)))
}

// record notes that the last step, which has been put into steps, has these marks.
func (f *fingerprint) record(m engine.Marks, h hash) {
	n := len(f.steps) - 1
	now := marked{}
	if n > 0 {
		now = f.marks[n-1]
	}
	if m&engine.Calls != 0 {
		now.calls = now.calls.plus(h)
	}
	if m&engine.Returns != 0 {
		now.returns = now.returns.plus(h)
	}
	f.marks = append(f.marks[:n], now)
}

func (f *fingerprint) access(obj int32, m engine.Mode, h hash) {
	o := &f.objects[obj]
	f.before = append(f.before, had{*o, obj})
	if m == engine.Writes {
		o.write, o.all = h, h
	} else {
		o.all = o.all.plus(h)
	}
}

// rewind forgets what came after m.
func (f *fingerprint) rewind(m moment) {
	for len(f.steps) > int(m.events) || f.chosen > int(m.choices) {
		f.takeBack()
	}
	for n := len(f.times); n > 0 && f.times[n-1].before >= m.events; n-- {
		f.times = f.times[:n-1]
	}
}

// takeBack undoes the last change.
func (f *fingerprint) takeBack() {
	n := len(f.undo) - 1
	u := &f.undo[n]
	f.undo = f.undo[:n]
	f.sum = f.sum.minus(f.chains[u.thread].hash).plus(u.hash)
	f.chains[u.thread] = u.chain
	for k := len(f.before); k > int(u.touched); k-- {
		b := &f.before[k-1]
		f.objects[b.obj] = b.accesses
	}
	f.before = f.before[:u.touched]
	if u.step {
		f.steps = f.steps[:len(f.steps)-1]
	} else {
		f.chosen--
	}
}

// hash is one of 128 bits, in two halves that are mixed apart.
type hash struct{ a, b uint64 }

// none stands for nothing, such as for a variable that no step has touched.
var none hash

func (h hash) plus(g hash) hash  { return hash{h.a + g.a, h.b + g.b} }
func (h hash) minus(g hash) hash { return hash{h.a - g.a, h.b - g.b} }

// mix returns the chain h with g added.
func (h hash) mix(g hash) hash {
	return hash{
		scramble(h.a*0x9e3779b97f4a7c15 + g.a + 0x8a5cd789635d2dff),
		scramble(h.b*0xd1b54a32d192ed03 + g.b + 0x121fd2155c472f96),
	}
}

// scramble returns a number of which each bit depends on all bits of x: the finalizer of
// MurmurHash3, with the constants of Stafford's variant 13.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// link says what a link of a chain is, so that no two kinds have the same hash.
type link uint64

const (
	born    link = iota + 1 // a thread, by id
	chose                   // a number from Choose
	stepped                 // a step, by shape
	records                 // a step of a recorded operation, by marks
)

// number returns a hash of n.
func number(l link, n int32) hash {
	x := uint64(l)<<32 | uint64(uint32(n))
	return hash{x, x}
}
