//go:build !model

package host

// CountedMutex is a Mutex that keeps its own Count: a scheduler's lock. The zero
// CountedMutex is unlocked. Counting makes an uncontended Lock and Unlock about 1.4 times
// as dear (BenchmarkMutex on a busy 2-CPU x86 guest, medians of 8: 13.5 ns bare, 18.7 ns
// counted). The hold time is sampled: to read the clock twice each time would add five
// times the price of the bare lock.
//
// So the hold time is an estimate. It is sound over many acquisitions, since every place
// that takes the lock is sampled in proportion. Over a few it is worthless, and a sampled
// holder that loses its CPU counts holdSample times.
type CountedMutex struct {
	mu       Mutex
	n        Count  // written under mu; without Wakes
	heldFrom int64  // under mu: when this, sampled, acquisition began; else 0
	skip     int    // under mu: acquisitions until the next that is sampled
	wakes    Uint64 // atomic, because a waker no longer holds mu
}

// holdSample: one acquisition in this many has its hold time measured. It is prime, because
// schedulers take their lock in patterns, twice a round, say. With 64 the sample would be
// of one place in the pattern for ever.
const holdSample = 67

// SetRank gives m a rank: see [Mutex.SetRank].
func (m *CountedMutex) SetRank(r *Rank) {
	if ranksChecked {
		m.mu.SetRank(r)
	}
}

// Lock waits until it holds m.
func (m *CountedMutex) Lock() {
	m.mu.LockCounted(&m.n)
	if m.skip--; m.skip < 0 {
		m.skip = holdSample - 1
		m.heldFrom = Nanotime()
	}
}

// Unlock releases m. Unlocking a free CountedMutex panics.
func (m *CountedMutex) Unlock() {
	if m.heldFrom != 0 {
		m.n.HoldNs += holdSample * (Nanotime() - m.heldFrom)
		m.heldFrom = 0
	}
	m.unlock()
}

func (m *CountedMutex) unlock() {
	if m.mu.Unlock() {
		m.wakes.Add(1)
	}
}

// Contended returns how often m was found held. Executed by its holder.
func (m *CountedMutex) Contended() uint64 { return m.n.Contended }

// Count returns what m has cost so far. It takes m, and does not count that as an
// acquisition. A thread that has to wait for it counts the wait as its own.
func (m *CountedMutex) Count() Count {
	m.mu.Lock()
	n := m.n
	m.unlock()
	n.Wakes = m.wakes.Load()
	return n
}
