package explore

// The state of a lock. A Mutex is free or locked.
const (
	locked    = 1 // somebody holds it, of an RWMutex: for writing
	wanted    = 2 // RWMutex: somebody waits for its readers, to lock it
	oneReader = 4 // RWMutex: this for each of them
)

// tryLock is TryLock for the lock w of class c.
func (w *word) tryLock(c class, what string) bool {
	t := w.begin(c, opTryLock, 0, what)
	if w.bits != 0 {
		t.done(writes, w.bits, w.bits, false)
		return false
	}
	w.take(t)
	return true
}

// take makes t the holder, by the operation under way.
func (w *word) take(t *thread) {
	old := w.bits
	t.acquire(w.o)
	t.sync.join(w.o.rsync)
	w.set(locked)
	t.done(writes, old, locked, true)
}

// unlock is Unlock, of what must be locked, as how says.
func (w *word) unlock(c class, what, how string) {
	t := w.begin(c, opUnlock, 0, what)
	if w.bits != locked {
		t.violate(BadUnlock, "unlock of %s, which is not %s", w.o, how)
	}
	t.release(w.o)
	w.o.rsync = w.o.rsync[:0]
	w.set(0)
	t.done(writes, locked, 0, true)
}

// lock is Lock of a Mutex.
func (w *word) lock(c class, what string) { w.take(w.begin(c, opLock, 0, what)) }

// writeLock is Lock of an RWMutex. Where it finds readers it takes two steps.
func (w *word) writeLock(what string) {
	t := w.begin(classRWMutex, opLock, 0, what)
	if old := w.bits; old != 0 {
		w.set(old | wanted)
		t.done(writes, old, w.bits, false)
		t = w.begin(classRWMutex, opDrain, 0, what)
	}
	w.take(t)
}

// readLock is RLock of an RWMutex.
func (w *word) readLock(what string) { w.takeRead(w.begin(classRWMutex, opRLock, 0, what)) }

// tryReadLock is TryRLock of an RWMutex.
func (w *word) tryReadLock(what string) bool {
	t := w.begin(classRWMutex, opTryRLock, 0, what)
	if w.bits&(locked|wanted) != 0 {
		t.done(reads, w.bits, w.bits, false)
		return false
	}
	w.takeRead(t)
	return true
}

func (w *word) takeRead(t *thread) {
	t.acquire(w.o)
	old := w.bits
	w.set(old + oneReader)
	t.done(reads, old, w.bits, true)
}

// readUnlock is RUnlock of an RWMutex.
func (w *word) readUnlock(what string) {
	t := w.begin(classRWMutex, opRUnlock, 0, what)
	old := w.bits
	if old < oneReader {
		t.violate(BadUnlock, "read unlock of %s, which is not locked for reading", w.o)
	}
	w.o.rsync.join(t.sync)
	t.sync[t.id]++
	w.set(old - oneReader)
	t.done(reads, old, w.bits, true)
}
