package engine

// Word is a shared variable of up to 64 bits, on which operations are atomic. A value of
// fewer bits is extended, with its sign if it has one. In all methods what is the method
// that the program has called.
type Word struct {
	_    noCopy
	bits uint64
	o    *Object
}

func (w *Word) reset(o *Object) { w.bits, w.o = o.first, nil }

// Object returns w's object in the execution of e; c is what it is.
func (w *Word) Object(e *Engine, c Class) *Object {
	if w.o == nil {
		w.o = e.register(w, c, w.bits)
		w.o.word = w
	}
	w.o.mine(e, w)
	return w.o
}

// set makes v the value.
func (w *Word) set(v uint64) { w.bits, w.o.bits = v, v }

// announce makes k on w the next operation of the calling thread, which it returns.
func (w *Word) announce(c Class, k Kind, want uint64, what string) *Thread {
	t, o := Self(what), w.o
	if o == nil || o.word != w || o.e != t.e {
		o = w.Object(t.e, c)
	}
	t.Op = Op{Kind: k, Obj: o, want: want}
	return t
}

// begin is announce, and waits until the thread may do it. The operations that are done most
// call announce and step themselves: after a switch of coroutines the CPU predicts the
// return from each frame wrongly, and so begin would cost some 5 ns.
func (w *Word) begin(c Class, k Kind, want uint64, what string) *Thread {
	t := w.announce(c, k, want, what)
	t.step()
	return t
}

// Load returns the value.
func (w *Word) Load(c Class, what string) uint64 {
	t := w.announce(c, OpLoad, 0, what)
	t.step()
	t.acquire(w.o)
	t.done(Reads, w.bits, w.bits, true)
	return w.bits
}

// Update changes the value by v, as k says, and returns what it was.
func (w *Word) Update(c Class, k Kind, v uint64, what string) (old uint64) {
	t := w.announce(c, k, 0, what)
	t.step()
	old = w.bits
	switch k {
	case OpAdd:
		v = c.fit(v + old)
	case OpAnd:
		v &= old
	case OpOr:
		v |= old
	}
	w.change(t, v)
	return old
}

// change completes the operation under way by making v the value.
func (w *Word) change(t *Thread, v uint64) {
	old := w.bits
	if t.Op.Kind != OpStore {
		t.acquire(w.o)
	}
	t.release(w.o)
	w.set(v)
	t.done(Writes, old, v, true)
}

// Cas makes new the value if it is old, and says whether it was.
func (w *Word) Cas(c Class, old, new uint64, what string) bool {
	t := w.announce(c, OpCAS, old, what)
	t.step()
	if w.bits != old {
		t.acquire(w.o)
		t.done(Reads, w.bits, w.bits, false)
		return false
	}
	w.change(t, new)
	return true
}

// # Two kinds of happens-before
//
// A data race is two accesses of plain memory that nothing orders. What orders is what Go's
// memory model says: an atomic operation that observes another one, a lock and the unlock
// before it, a wakeup and the sleep. Each thread has a clock (Thread.sync) of what it knows
// to have happened. Each object has one of what a thread that reads it learns.
//
// The strategies that reduce use another relation, in which a read also happens before the
// write that follows it. That keeps executions apart, but orders no thread's memory.

// acquire: t learns what was released to o.
func (t *Thread) acquire(o *Object) {
	if len(o.sync) > 0 && !t.alone { // alone it learns nothing new
		t.sync.join(o.sync)
	}
}

// release: a thread that acquires from o learns what t knows, and nothing else: a write is
// observed, or one before it, but not both.
func (t *Thread) release(o *Object) {
	if t.alone {
		return
	}
	o.sync.set(t.sync)
	t.sync[t.ID]++
}

// acquireReads: t, which is to write, learns what was released by readers of o.
func (t *Thread) acquireReads(o *Object) {
	if len(o.rsync) > 0 && !t.alone {
		t.sync.join(o.rsync)
	}
}

// releaseRead: a thread that is to write learns what t, a reader, knows.
func (t *Thread) releaseRead(o *Object) {
	if !t.alone {
		o.rsync.join(t.sync)
		t.sync[t.ID]++
	}
}
