package engine

// The state of a lock. A Mutex is free or locked.
const (
	locked    = 1 // it is held; an RWMutex: for writing
	wanted    = 2 // RWMutex: a writer waits for the readers to leave
	oneReader = 4 // RWMutex: this for each reader
)

// TryLock is TryLock of a lock of class c.
func (w *Word) TryLock(c Class, what string) bool {
	t := w.begin(c, OpTryLock, 0, what)
	if w.bits != 0 {
		t.done(Writes, w.bits, w.bits, false)
		return false
	}
	w.hold(t)
	return true
}

// hold makes t the holder, by the operation under way.
func (w *Word) hold(t *Thread) {
	old := w.bits
	t.acquire(w.o)
	t.acquireReads(w.o)
	w.set(locked)
	t.done(Writes, old, locked, true)
}

// Unlock is Unlock of a lock of class c, which must be locked, as how says.
func (w *Word) Unlock(c Class, what, how string) {
	t := w.announce(c, OpUnlock, 0, what)
	t.step()
	if w.bits != locked {
		t.Violate(BadUnlock, "unlock of %s, which is not %s", w.o, how)
	}
	t.release(w.o)
	if !t.alone {
		w.o.rsync = w.o.rsync[:0]
	}
	w.set(0)
	t.done(Writes, locked, 0, true)
}

// Lock is Lock of a Mutex.
func (w *Word) Lock(c Class, what string) {
	t := w.announce(c, OpLock, 0, what)
	t.step()
	w.hold(t)
}

// WriteLock is Lock of an RWMutex. Where it finds readers it takes two steps.
func (w *Word) WriteLock(what string) {
	t := w.begin(ClassRWMutex, OpLock, 0, what)
	if old := w.bits; old != 0 {
		w.set(old | wanted)
		t.done(Writes, old, w.bits, false)
		t = w.begin(ClassRWMutex, OpDrain, 0, what)
	}
	w.hold(t)
}

// ReadLock is RLock of an RWMutex.
func (w *Word) ReadLock(what string) { w.takeRead(w.begin(ClassRWMutex, OpRLock, 0, what)) }

// TryReadLock is TryRLock of an RWMutex.
func (w *Word) TryReadLock(what string) bool {
	t := w.begin(ClassRWMutex, OpTryRLock, 0, what)
	if w.bits&(locked|wanted) != 0 {
		t.done(Reads, w.bits, w.bits, false)
		return false
	}
	w.takeRead(t)
	return true
}

// takeRead makes t a reader, by the operation under way.
func (w *Word) takeRead(t *Thread) {
	t.acquire(w.o)
	old := w.bits
	w.set(old + oneReader)
	t.done(Reads, old, w.bits, true)
}

// ReadUnlock is RUnlock of an RWMutex.
func (w *Word) ReadUnlock(what string) {
	t := w.begin(ClassRWMutex, OpRUnlock, 0, what)
	old := w.bits
	if old < oneReader {
		t.Violate(BadUnlock, "read unlock of %s, which is not locked for reading", w.o)
	}
	t.releaseRead(w.o)
	w.set(old - oneReader)
	t.done(Reads, old, w.bits, true)
}
