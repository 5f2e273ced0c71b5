package gsync

import (
	"sync"

	"schedlab/host"
	"schedlab/rt"
)

// RWMutex is a lock of Gs that one writer or any number of readers hold. The zero RWMutex is
// unlocked. It belongs to no G, like [Mutex].
//
// Neither side starves:
//
//   - A waiting writer keeps later readers out. So it waits for the readers that hold the lock
//     when it comes, and for the writers ahead of it.
//   - A writer that unlocks lets in all readers that wait at that moment, ahead of the next
//     writer. So a reader waits for one writer at most: the one that holds the lock or is first
//     in line when the reader comes.
//
// Writers are served first come, first served. Between two of them goes at most one batch of
// readers. A reader must not read-lock again while it holds the lock: a writer that came in
// between would wait for the reader, and the reader for the writer. Each turn is handed over,
// which costs a switch whenever somebody waits. A [Mutex] is cheaper where most Gs only write.
type RWMutex struct {
	native sync.RWMutex // for native Gs; the rest is then unused

	mu             host.Mutex
	readers        int  // how many hold it
	writing        bool // a writer holds it
	waitingReaders gs   // only while a writer holds it or waits
	waitingWriters gs   // only while somebody holds it
}

// Lock takes m for writing, and blocks until it can.
func (m *RWMutex) Lock(g *rt.G) {
	if g.Native() {
		m.native.Lock()
		return
	}
	p := g.Parker()
	p.Enter(&m.mu)
	if m.writing || m.readers > 0 {
		m.waitingWriters.Put(g)
		p.ParkUnlock(rt.WaitMutex, &m.mu)
		return
	}
	m.writing = true
	m.mu.Unlock()
}

// Unlock gives m back from writing. It panics if it is not locked for that.
func (m *RWMutex) Unlock(g *rt.G) {
	if g.Native() {
		m.native.Unlock()
		return
	}
	p := g.Parker()
	p.Enter(&m.mu)
	if !m.writing {
		m.mu.Unlock()
		throw("RWMutex.Unlock: the mutex is not locked for writing")
	}
	m.writing = false
	var next gs
	if m.waitingReaders.Empty() {
		m.admitWriter(&next)
	} else {
		m.readers = m.waitingReaders.Len()
		next.Append(&m.waitingReaders)
	}
	m.mu.Unlock()
	readyAll(p, &next)
}

// RLock takes m for reading, and blocks until it can.
func (m *RWMutex) RLock(g *rt.G) {
	if g.Native() {
		m.native.RLock()
		return
	}
	p := g.Parker()
	p.Enter(&m.mu)
	if m.writing || !m.waitingWriters.Empty() {
		m.waitingReaders.Put(g)
		p.ParkUnlock(rt.WaitMutex, &m.mu)
		return
	}
	m.readers++
	m.mu.Unlock()
}

// RUnlock gives m back from reading. It panics if nobody reads.
func (m *RWMutex) RUnlock(g *rt.G) {
	if g.Native() {
		m.native.RUnlock()
		return
	}
	p := g.Parker()
	p.Enter(&m.mu)
	if m.readers == 0 {
		m.mu.Unlock()
		throw("RWMutex.RUnlock: the mutex is not locked for reading")
	}
	m.readers--
	var next gs
	if m.readers == 0 {
		m.admitWriter(&next)
	}
	m.mu.Unlock()
	readyAll(p, &next)
}

// admitWriter hands m, which nobody holds, to the first writer. Needs mu.
func (m *RWMutex) admitWriter(next *gs) {
	if gp := m.waitingWriters.Get(); gp != nil {
		m.writing = true
		next.Put(gp)
	}
}
