package explore

// word is a shared variable of up to 64 bits, on which operations are atomic.
type word struct {
	bits uint64
	o    *object
}

func (w *word) reset(o *object) { w.bits, w.o = o.first, nil }

// object returns w's object in the execution of e; c is what it is.
func (w *word) object(e *engine, c class) *object {
	if w.o == nil {
		w.o = e.register(w, c, w.bits)
	}
	w.o.mine(e)
	return w.o
}

// set makes v the value.
func (w *word) set(v uint64) { w.bits, w.o.bits = v, v }

// begin announces k on w and returns the calling thread when that may do it; what
// is the method called.
func (w *word) begin(c class, k Kind, want uint64, what string) *thread {
	t := self(what)
	t.op = op{kind: k, obj: w.object(t.e, c), want: want}
	t.step()
	return t
}

func (w *word) load(c class, what string) uint64 {
	t := w.begin(c, opLoad, 0, what)
	t.acquire(w.o)
	t.done(reads, w.bits, w.bits, true)
	return w.bits
}

// change ends an operation that began with begin by making v the value.
func (w *word) change(t *thread, v uint64) {
	old := w.bits
	if t.op.kind != opStore {
		t.acquire(w.o)
	}
	t.release(w.o)
	w.set(v)
	t.done(writes, old, v, true)
}

func (w *word) cas(c class, old, new uint64, what string) bool {
	t := w.begin(c, opCAS, old, what)
	if w.bits != old {
		t.acquire(w.o)
		t.done(reads, w.bits, w.bits, false)
		return false
	}
	w.change(t, new)
	return true
}

// # Two kinds of happens-before
//
// A data race is two accesses of plain memory that nothing orders. What orders is
// what Go's memory model says: an atomic operation that observes another one, a
// lock and the unlock before it, a wakeup and the sleep. Each thread has a clock
// (thread.sync) of what it knows to have happened, and each object one of what
// who reads it learns. The strategies that reduce use another relation, in
// which a read also happens before the write that follows it: that keeps
// executions apart, but orders nobody's memory.

// acquire: t learns what was released to o.
func (t *thread) acquire(o *object) { t.sync.join(o.sync) }

// release: who acquires from o learns what t knows, and nothing else: a write
// is observed, or one before it, but not both.
func (t *thread) release(o *object) {
	o.sync.set(t.sync)
	t.sync[t.id]++
}
