package explore

import "schedlab/explore/internal/engine"

// Mutex is a controlled [sync.Mutex]. The zero Mutex is unlocked. It belongs to no
// thread: any thread may unlock it. A thread that waits for it takes no step.
type Mutex struct{ w engine.Word }

// Lock waits until no thread holds m, and takes it.
func (m *Mutex) Lock() { m.w.Lock(engine.ClassMutex, "Mutex.Lock") }

// TryLock takes m if no thread holds it, and says whether it did.
func (m *Mutex) TryLock() bool { return m.w.TryLock(engine.ClassMutex, "Mutex.TryLock") }

// Unlock releases m. To unlock a free Mutex is a violation of [BadUnlock].
func (m *Mutex) Unlock() { m.w.Unlock(engine.ClassMutex, "Mutex.Unlock", "locked") }

// RWMutex is a controlled [sync.RWMutex]. The zero RWMutex is unlocked. It belongs to no
// thread. As in sync, a writer that waits for readers keeps further readers out. So a
// reader that takes the read lock a second time may wait for ever.
type RWMutex struct{ w engine.Word }

// Lock waits until no thread holds m, and takes it for writing. If it finds readers it
// takes two steps. After the first no other thread gets in; the second waits for the
// readers.
func (m *RWMutex) Lock() { m.w.WriteLock("RWMutex.Lock") }

// TryLock takes m for writing if no thread holds it, and says whether it did.
func (m *RWMutex) TryLock() bool { return m.w.TryLock(engine.ClassRWMutex, "RWMutex.TryLock") }

// Unlock releases m. If m is not locked for writing, that is a violation of [BadUnlock].
func (m *RWMutex) Unlock() {
	m.w.Unlock(engine.ClassRWMutex, "RWMutex.Unlock", "locked for writing")
}

// RLock waits until no thread writes or waits to write, and takes m for reading.
func (m *RWMutex) RLock() { m.w.ReadLock("RWMutex.RLock") }

// TryRLock takes m for reading if no thread writes or waits to write, and says whether
// it did.
func (m *RWMutex) TryRLock() bool { return m.w.TryReadLock("RWMutex.TryRLock") }

// RUnlock releases m, which is held for reading. More calls of it than of RLock are a
// violation of [BadUnlock].
func (m *RWMutex) RUnlock() { m.w.ReadUnlock("RWMutex.RUnlock") }
