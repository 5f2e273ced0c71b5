package explore

import "schedlab/explore/internal/engine"

// Mutex is a controlled [sync.Mutex]. The zero Mutex is unlocked. It belongs to no
// thread: another may unlock it. A thread that waits for it takes no step.
type Mutex struct{ w engine.Word }

// Lock waits until nobody holds m, and takes it.
func (m *Mutex) Lock() { m.w.Lock(engine.ClassMutex, "Mutex.Lock") }

// TryLock takes m if nobody holds it, and says whether it did.
func (m *Mutex) TryLock() bool { return m.w.TryLock(engine.ClassMutex, "Mutex.TryLock") }

// Unlock releases m. To unlock a free Mutex is a violation, of [BadUnlock].
func (m *Mutex) Unlock() { m.w.Unlock(engine.ClassMutex, "Mutex.Unlock", "locked") }

// RWMutex is a controlled [sync.RWMutex]. The zero RWMutex is unlocked. As there, a
// writer that waits for readers keeps further readers out: a thread that takes the
// read lock a second time waits then for ever. It belongs to no thread.
type RWMutex struct{ w engine.Word }

// Lock waits until nobody holds m, and takes it for writing. Where it finds
// readers, that is two steps: from the first one on nobody else gets in, and the
// second one waits for them.
func (m *RWMutex) Lock() { m.w.WriteLock("RWMutex.Lock") }

// TryLock takes m for writing if nobody holds it, and says whether it did.
func (m *RWMutex) TryLock() bool { return m.w.TryLock(engine.ClassRWMutex, "RWMutex.TryLock") }

// Unlock releases m. To unlock what is not locked for writing is a violation, of
// [BadUnlock].
func (m *RWMutex) Unlock() { m.w.Unlock(engine.ClassRWMutex, "RWMutex.Unlock", "locked for writing") }

// RLock waits until nobody writes or waits to write, and takes m for reading.
func (m *RWMutex) RLock() { m.w.ReadLock("RWMutex.RLock") }

// TryRLock takes m for reading if nobody writes or waits to write, and says whether
// it did.
func (m *RWMutex) TryRLock() bool { return m.w.TryReadLock("RWMutex.TryRLock") }

// RUnlock releases m, held for reading. To do it more often than RLock is a
// violation, of [BadUnlock].
func (m *RWMutex) RUnlock() { m.w.ReadUnlock("RWMutex.RUnlock") }
