package engine

import "slices"

// # Pause
//
// A loop that waits for another thread has infinitely many executions: it may look once in
// vain, twice, and so on. Pause ends that. It cuts an execution at a state that the thread
// has been in before: a round that ends where it began can be left out, whatever the others
// do. So after such a round the thread waits, and is enabled again when another thread has
// done something that the next round can see.
//
// A round is what a thread does from one Pause to the next. Pause lets the thread wait only if
// all of this holds; what is taken on trust stands in 'Alone':
//
//  1. The round has no effect that lasts: what the thread has added to each variable is 0 in
//     sum. So a lock that was taken was released. It started no thread, woke none, did not
//     sleep, and did not call Choose.
//  2. Left alone, the thread would do the same again, for ever. This is tried out, off the
//     record: see 'Alone' in alone.go.
//
// What a thread does when it is left alone depends on what it has done so far, and on plain
// memory that is not watched. If threads share none, it is the same in all executions of a
// trace, and in all that begin alike.
//
// # Waking
//
// The thread is enabled again when another thread has, since the thread touched it:
//
//  1. changed a variable that the round has touched; or
//  2. touched, in any way, a variable that the round has changed for a while: the other
//     thread may have seen that, and what it did then cannot be left out.
//
// Rounds that change something for a while would wake each other for ever. So a step of a
// round that is the same as a round before, from the same state, wakes nobody (Event.Repeats).
// All that such a step can lead to, the first such round has led to: it can be left out, so
// it can as well come as late as the second one. Such rounds meet each other's changes, one
// or two or three at a time. If the state is the same after all of them, these values make no
// difference (look.loose).
//
// A thread may leave its loop in the midst of such a round, and keep what it has changed.
// That may not have woken a thread that waits. So when no thread is enabled any more, one is
// woken that would find another value than it did (stale). It follows all that was executed.
//
// # Livelock
//
// Where no thread is enabled and some wait after a Pause, they can go round for ever. Each of
// them does the same again when it is left alone. And their rounds have been executed, one
// after the other, without effect.

// look is an operation as its thread met it. If two rounds are made of the same looks, they
// are the same as far as can be seen from outside.
type look struct {
	obj      int32 // NoObject: none
	kind     Kind
	ok       bool
	mode     Mode
	old, new uint64
	change   uint64 // what it has added: the sum over a round without effect is 0
	loose    bool   // the values make no difference: see 'Waking'
}

// same says whether x does the same as l, of which it is known what makes a difference.
func (l look) same(x look) bool {
	if l.loose {
		l.old, l.new, l.loose = x.old, x.new, x.loose
	}
	return l == x
}

// lookOf returns event ev as a look; o is its object.
func lookOf(o *Object, ev *Event) look {
	return o.look(ev.Kind, ev.Mode, ev.Old, ev.New, ev.OK)
}

// look returns an operation on o, which may be nil, as a look.
func (o *Object) look(k Kind, m Mode, old, new uint64, ok bool) look {
	l := look{obj: NoObject, kind: k, ok: ok, mode: m, old: old, new: new, change: new - old}
	if o != nil {
		l.obj, l.old, l.new = o.ID, o.seen(old, m), o.seen(new, m)
	}
	return l
}

// seen returns what an operation that touches o in this mode makes of its bits. Readers of
// an RWMutex commute: what they do does not depend on how many there are.
func (o *Object) seen(bits uint64, m Mode) uint64 {
	if o.Class == ClassRWMutex && m == Reads {
		return bits & (locked | wanted)
	}
	return bits
}

// Mark is an object that a thread waits for.
type Mark struct {
	Obj     *Object
	At      int32  // the event by which the rounds touched it first
	Wrote   bool   // the rounds have changed it for a while: it counts as written
	WroteAt int32  // the event by which they changed it first
	looked  int32  // events before it have not touched it: see touchedSince
	last    uint64 // what they found or left last
	mode    Mode   // of all their operations
	sum     uint64 // what they have added
	actual  uint64 // its value, while a thread is alone that sees the last one
}

// ID is how a Mark stands in Engine.Awaited: the object's id, or its complement if it
// counts as written.
func (m *Mark) ID() int32 {
	if m.Wrote {
		return ^m.Obj.ID
	}
	return m.Obj.ID
}

// AwaitedObject returns the object of an entry of Effect.Awaited, and how it counts.
func AwaitedObject(x int32) (obj int32, m Mode) {
	if x < 0 {
		return ^x, Writes
	}
	return x, Reads
}

// rounds is what a thread that pauses knows of itself. It is found out at a Pause, from the
// events: other threads pay nothing.
type rounds struct {
	looks    []look            // of all of the thread's events
	at       []int32           // the events
	scanned  int               // events of the execution that have been looked at
	from     int               // of looks, where the round begins
	plain    int               // how often the round has touched plain memory
	tries    int               // Pauses at which the thread might have waited, and did not
	key      uint64            // stands for looks
	earlier  uint64            // stands for looks but the last
	pointers map[uint64]uint64 // the number of each pointer: see named
	choices  uint64            // stands for what Choose has returned, and where

	// See 'Waking'.
	before []round
	state  uint64 // stands for the stack at the last Pause; 0: the thread does not go round
	start  int    // of looks, what came after that Pause
	step   int    // how many steps since then are those of a round from that state
	open   uint64 // which of before it may be, a bit each
}

// sumOf returns what stands for a stack, without its unused bits.
func sumOf(stack, unused []uint64) uint64 {
	sum := uint64(1)
	for i, w := range stack {
		if len(unused) > 0 {
			w &^= unused[i]
		}
		sum = (sum ^ w ^ sum>>29) * prime
	}
	return sum
}

// round is one that a thread has executed, or more.
type round struct {
	state    uint64 // in which it began
	from, to int    // of looks
}

// reset makes r that of t, which begins.
func (r *rounds) reset(t *Thread) {
	r.looks, r.at, r.scanned, r.from = r.looks[:0], r.at[:0], int(t.Birth)+1, 0
	r.key, r.choices, r.tries, r.plain = 0, 0, 0, 0
	r.before, r.state = r.before[:0], 0
	clear(r.pointers)
}

// own returns the rounds of t, which has none before it pauses or chooses for the first time.
func (t *Thread) own() *rounds {
	if t.rounds == nil {
		t.rounds = &rounds{}
		t.rounds.reset(t)
	}
	return t.rounds
}

// forget drops the rounds before: the thread has got on.
func (t *Thread) forget() {
	t.rounds.before, t.rounds.state, t.repeats = t.rounds.before[:0], 0, false
}

// Pause says that the caller spins: see above. It is called by what the program calls, and not
// inlined: see pausing.
//
//go:noinline
func (t *Thread) Pause() {
	r := t.own()
	t.pc, t.depth = pausing()
	if t.alone {
		t.e.solo.paused()
		return
	}
	t.scan()
	round, hidden := r.looks[r.from:], t.hidden
	if len(round) == 0 {
		return // nothing is between two calls
	}
	r.from, t.hidden = len(r.looks), false
	r.plain, t.touches = t.touches, 0
	if !t.e.solo.begin(t, round, hidden) {
		t.forget()
	}
}

// scan looks at the events that it has not seen.
func (t *Thread) scan() {
	e, r := t.e, t.rounds
	if r.key == 0 {
		r.key = e.origin(t)
	}
	for ; r.scanned < len(e.Events); r.scanned++ {
		if ev := &e.Events[r.scanned]; ev.Thread == t.ID {
			var o *Object
			if ev.Obj != NoObject {
				o = e.Objects[ev.Obj]
			}
			l := lookOf(o, ev)
			r.looks, r.at = append(r.looks, l), append(r.at, int32(r.scanned))
			r.earlier, r.key = r.key, e.named(r, l).mix(r.key)
		}
	}
}

// named returns l with numbers in place of pointers: what they point to lies elsewhere in each
// execution. The thread numbers pointers in the order in which it meets them.
func (e *Engine) named(r *rounds, l look) look {
	if l.obj != NoObject && e.Objects[l.obj].Class == ClassPointer {
		l.old, l.new = r.number(l.old), r.number(l.new)
	}
	return l
}

// number returns the number of a pointer with these bits; 0 of nil.
func (r *rounds) number(bits uint64) uint64 {
	if bits == 0 {
		return 0
	}
	n, ok := r.pointers[bits]
	if !ok {
		n = uint64(len(r.pointers)) + 1
		if r.pointers == nil {
			r.pointers = map[uint64]uint64{}
		}
		r.pointers[bits] = n
	}
	return n
}

// origin stands for what t was made of: what those from which it descends had done.
func (e *Engine) origin(t *Thread) (key uint64) {
	key = uint64(t.ID) + 1
	for i := t.Birth; i >= 0; i-- {
		ev := &e.Events[i]
		if i == t.Birth {
			t = e.Threads[ev.Thread]
		}
		if ev.Thread == t.ID {
			key = look{kind: ev.Kind, ok: ev.OK, obj: ev.Obj}.mix(key)
		}
	}
	return key
}

const prime = 0x9e3779b97f4a7c15

// mix adds l to what key stands for.
func (l look) mix(key uint64) uint64 {
	key = (key ^ l.old) * prime
	key = (key ^ key>>29 ^ l.new) * prime
	key ^= uint64(l.obj)<<16 ^ uint64(l.kind)<<8 ^ uint64(l.mode)<<1
	if l.ok {
		key ^= 1
	}
	return (key ^ key>>32) * prime
}

// choosing notes that t has been given v by Choose.
func (t *Thread) choosing(v int) {
	r := t.own()
	r.choices = (r.choices ^ uint64(t.Seq)<<32 ^ uint64(v)) * prime
}

// changed says whether another thread has done something for which t waits: see 'Waking'.
func (t *Thread) changed() bool {
	for i := range t.Await {
		m := &t.Await[i]
		if m.Obj.changedSince(m.At, t.ID) || m.Wrote && m.touchedSince(t.ID) {
			return true
		}
	}
	return false
}

// changedSince says whether another thread than that of id has changed o after event at.
func (o *Object) changedSince(at, id int32) bool {
	for _, c := range slices.Backward(o.Changes) {
		switch {
		case c < 0:
			return -1-c > at // time advanced
		case c <= at:
			return false
		case o.e.Events[c].Thread != id:
			return true
		}
	}
	return false
}

// touchedSince says whether another thread than that of id has touched what m waits for.
func (m *Mark) touchedSince(id int32) bool {
	e := m.Obj.e
	for m.looked = max(m.looked, m.WroteAt+1); int(m.looked) < len(e.Events); m.looked++ {
		ev := &e.Events[m.looked]
		if ev.Thread != id && !ev.Repeats && (ev.Obj == m.Obj.ID || ev.Obj2 == m.Obj.ID) {
			return true
		}
	}
	return false
}

// repeating says whether ev, which touches o, goes on with a round as it was before.
func (t *Thread) repeating(o *Object, ev *Event) bool {
	r := t.rounds
	l := lookOf(o, ev)
	still := uint64(0)
	for i, b := range r.before {
		at := b.from + r.step
		if i < 64 && r.open>>i&1 != 0 && at < b.to && r.looks[at].same(l) {
			still |= 1 << i
		}
	}
	r.open, r.step = still, r.step+1
	t.repeats = still != 0
	return t.repeats
}

// wakeStale wakes the threads that wait for something that is not what it was any more: see
// 'Waking'. It says whether there are any.
func (e *Engine) wakeStale() (any bool) {
	for _, t := range e.Alive {
		if t.Ended || t.stale || len(t.Await) == 0 {
			continue
		}
		for i := range t.Await {
			if m := &t.Await[i]; m.now() != m.last {
				t.stale, any = true, true
			}
		}
	}
	e.barrier = e.barrier || any
	return any
}

// now returns what an operation of the round would find.
func (m *Mark) now() uint64 {
	if m.Obj.Class == classTime {
		return uint64(m.Obj.e.Now)
	}
	return m.Obj.seen(m.Obj.bits, m.mode)
}

// HasPaused says whether t has called Pause after its first steps.
func (t *Thread) HasPaused() bool { return t.rounds != nil && t.rounds.key != 0 }
