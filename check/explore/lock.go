package explore

// Mutex is a controlled lock. The zero Mutex is unlocked. It belongs to no
// thread: another may unlock it. A thread that waits for it takes no step.
type Mutex struct{ w word }

// Lock waits until nobody holds m, and takes it.
func (m *Mutex) Lock() {
	t := m.w.begin(classMutex, opLock, 0, "Mutex.Lock")
	m.take(t)
}

// TryLock takes m if nobody holds it, and says whether it did.
func (m *Mutex) TryLock() bool {
	t := m.w.begin(classMutex, opTryLock, 0, "Mutex.TryLock")
	if m.w.bits != 0 {
		t.done(writes, m.w.bits, m.w.bits, false)
		return false
	}
	m.take(t)
	return true
}

func (m *Mutex) take(t *thread) {
	t.acquire(m.w.o)
	m.w.set(uint64(t.id) + 1)
	t.done(writes, 0, m.w.bits, true)
}

// Unlock releases m. To unlock a free Mutex is a violation.
func (m *Mutex) Unlock() {
	t := m.w.begin(classMutex, opUnlock, 0, "Mutex.Unlock")
	old := m.w.bits
	if old == 0 {
		t.violate(BadUnlock, "unlock of %s, which is not locked", m.w.o)
	}
	t.release(m.w.o)
	m.w.set(0)
	t.done(writes, old, 0, true)
}

// RWMutex is a controlled readers-writer lock. The zero RWMutex is unlocked.
// Unlike that of package sync it lets readers in while a writer waits: so it
// allows more executions, and misses the deadlock of a thread that takes the read
// lock a second time while a writer waits.
type RWMutex struct{ w word }

// The state of an RWMutex: this bit, and twice the number of readers.
const (
	writeLocked = 1
	oneReader   = 2
)

// Lock waits until nobody holds m, and takes it for writing.
func (m *RWMutex) Lock() {
	t := m.w.begin(classRWMutex, opLock, 0, "RWMutex.Lock")
	m.take(t)
}

// TryLock takes m for writing if nobody holds it, and says whether it did.
func (m *RWMutex) TryLock() bool {
	t := m.w.begin(classRWMutex, opTryLock, 0, "RWMutex.TryLock")
	if m.w.bits != 0 {
		t.done(writes, m.w.bits, m.w.bits, false)
		return false
	}
	m.take(t)
	return true
}

func (m *RWMutex) take(t *thread) {
	t.acquire(m.w.o)
	t.sync.join(m.w.o.rsync)
	m.w.set(writeLocked)
	t.done(writes, 0, writeLocked, true)
}

// Unlock releases m. To unlock what is not locked for writing is a violation.
func (m *RWMutex) Unlock() {
	t := m.w.begin(classRWMutex, opUnlock, 0, "RWMutex.Unlock")
	old := m.w.bits
	if old != writeLocked {
		t.violate(BadUnlock, "unlock of %s, which is not locked for writing", m.w.o)
	}
	t.release(m.w.o)
	m.w.o.rsync = m.w.o.rsync[:0]
	m.w.set(0)
	t.done(writes, old, 0, true)
}

// RLock waits until nobody writes, and takes m for reading.
func (m *RWMutex) RLock() {
	t := m.w.begin(classRWMutex, opRLock, 0, "RWMutex.RLock")
	m.takeRead(t)
}

// TryRLock takes m for reading if nobody writes, and says whether it did.
func (m *RWMutex) TryRLock() bool {
	t := m.w.begin(classRWMutex, opTryRLock, 0, "RWMutex.TryRLock")
	if m.w.bits&writeLocked != 0 {
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
// violation.
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
