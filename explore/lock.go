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

// Mutex is a controlled [sync.Mutex]. The zero Mutex is unlocked. It belongs to no
// thread: another may unlock it. A thread that waits for it takes no step.
type Mutex struct{ w word }

// Lock waits until nobody holds m, and takes it.
func (m *Mutex) Lock() { m.w.take(m.w.begin(classMutex, opLock, 0, "Mutex.Lock")) }

// TryLock takes m if nobody holds it, and says whether it did.
func (m *Mutex) TryLock() bool { return m.w.tryLock(classMutex, "Mutex.TryLock") }

// Unlock releases m. To unlock a free Mutex is a violation, of [BadUnlock].
func (m *Mutex) Unlock() { m.w.unlock(classMutex, "Mutex.Unlock", "locked") }

// RWMutex is a controlled [sync.RWMutex]. The zero RWMutex is unlocked. As there, a
// writer that waits for readers keeps further readers out: a thread that takes the
// read lock a second time waits then for ever. It belongs to no thread.
type RWMutex struct{ w word }

// Lock waits until nobody holds m, and takes it for writing. Where it finds
// readers, that is two steps: from the first one on nobody else gets in, and the
// second one waits for them.
func (m *RWMutex) Lock() {
	t := m.w.begin(classRWMutex, opLock, 0, "RWMutex.Lock")
	if old := m.w.bits; old != 0 {
		m.w.set(old | wanted)
		t.done(writes, old, m.w.bits, false)
		t = m.w.begin(classRWMutex, opDrain, 0, "RWMutex.Lock")
	}
	m.w.take(t)
}

// TryLock takes m for writing if nobody holds it, and says whether it did.
func (m *RWMutex) TryLock() bool { return m.w.tryLock(classRWMutex, "RWMutex.TryLock") }

// Unlock releases m. To unlock what is not locked for writing is a violation, of
// [BadUnlock].
func (m *RWMutex) Unlock() { m.w.unlock(classRWMutex, "RWMutex.Unlock", "locked for writing") }

// RLock waits until nobody writes or waits to write, and takes m for reading.
func (m *RWMutex) RLock() { m.takeRead(m.w.begin(classRWMutex, opRLock, 0, "RWMutex.RLock")) }

// TryRLock takes m for reading if nobody writes or waits to write, and says whether
// it did.
func (m *RWMutex) TryRLock() bool {
	t := m.w.begin(classRWMutex, opTryRLock, 0, "RWMutex.TryRLock")
	if m.w.bits&(locked|wanted) != 0 {
		t.done(reads, m.w.bits, m.w.bits, false)
		return false
	}
	m.takeRead(t)
	return true
}

func (m *RWMutex) takeRead(t *thread) {
	t.acquire(m.w.o)
	old := m.w.bits
	m.w.set(old + oneReader)
	t.done(reads, old, m.w.bits, true)
}

// RUnlock releases m, held for reading. To do it more often than RLock is a
// violation, of [BadUnlock].
func (m *RWMutex) RUnlock() {
	t := m.w.begin(classRWMutex, opRUnlock, 0, "RWMutex.RUnlock")
	old := m.w.bits
	if old < oneReader {
		t.violate(BadUnlock, "read unlock of %s, which is not locked for reading", m.w.o)
	}
	m.w.o.rsync.join(t.sync)
	t.sync[t.id]++
	m.w.set(old - oneReader)
	t.done(reads, old, m.w.bits, true)
}
