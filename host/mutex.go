package host

// FutexMutex is the [Mutex] of the real host: four bytes, a short spin, then futex(2). The
// zero FutexMutex is unlocked. It belongs to no thread and to no stack: a G that parks
// leaves its stack with the lock held, and the next stack on that thread unlocks it.
//
// Protocol (Drepper, "Futexes are tricky", mutex 3, 2011). The word says which thread has
// to call the kernel:
//
//	Lock                                  Unlock
//	1. CAS free -> held; done if it was   1. swap in free
//	2. spin: load, CAS when free          2. if it was contended: wake one
//	3. swap in contended; done if it was
//	   free (others may sleep: stay on
//	   the safe side)
//	4. sleep while the word is contended;
//	   go to 3
//
// No wakeup is lost. A sleeper left "contended" in the word before it slept (step 3 of
// Lock), and the kernel compares again as it goes to sleep. So the swap of Unlock comes
// first, and the sleep does not happen; or the swap finds contended, and wakes.
//
// Unlock wakes one of several sleepers and leaves the word free, so "contended" is forgotten
// while others sleep. The woken one remembers: it goes to step 3 of Lock, and a thread that
// takes the mutex there leaves "contended" for its own Unlock. A thread that takes it at
// step 1 or 2 in between owes no wakeup, since the woken one is still on its way.
type FutexMutex struct {
	place place
	data  Line // what the mutex guards
	word  Uint32
}

const (
	mutexFree      = 0
	mutexHeld      = 1
	mutexContended = 2 // held, and a thread may sleep

	// A critical section here takes tens of ns, a trip to the kernel some µs. With one CPU
	// the holder cannot run while another thread spins.
	mutexSpins      = 40
	mutexSpinPauses = 8

	// guardedLines is how many cache lines a holder uses of what the mutex guards.
	guardedLines = 2
)

// SetRank gives m a rank. Call it before the first use; or before each use, always with the
// same rank, if m is part of a type whose zero value is good to use.
func (m *FutexMutex) SetRank(r *Rank) { m.SetRankNth(r, 0) }

// SetRankNth is SetRank for locks of which a thread takes several: in the order of nth.
func (m *FutexMutex) SetRankNth(r *Rank, nth uint64) {
	if ranksChecked {
		m.place.set(r, nth)
	}
}

// Lock waits until it holds m. What that costs is not counted.
func (m *FutexMutex) Lock() {
	if ranksChecked {
		m.place.check("Mutex.Lock")
	}
	if !m.TryLock() {
		m.acquire()
	}
}

// LockCounted waits until it holds m, and adds what that cost to c. It writes c only while
// it holds m.
func (m *FutexMutex) LockCounted(c *Count) {
	if ranksChecked {
		m.place.check("Mutex.LockCounted")
	}
	if m.word.CompareAndSwap(mutexFree, mutexHeld) {
		if takingIsTold {
			m.took()
		}
		c.Acquired++
		return
	}
	m.lockSlow(c)
}

// TryLock takes m if it is free, and says whether it did.
func (m *FutexMutex) TryLock() bool {
	if !m.word.CompareAndSwap(mutexFree, mutexHeld) {
		return false
	}
	if takingIsTold {
		m.took()
	}
	return true
}

// TryLockCounted is TryLock, and counts an acquisition in c.
func (m *FutexMutex) TryLockCounted(c *Count) bool {
	if !m.TryLock() {
		return false
	}
	c.Acquired++
	return true
}

func (m *FutexMutex) lockSlow(c *Count) {
	start := Nanotime()
	sleeps := m.acquire()
	c.Acquired++
	c.Contended++
	c.WaitNs += Nanotime() - start
	c.Sleeps += sleeps
}

// acquire is steps 2 to 4 of Lock. It returns how often it slept.
func (m *FutexMutex) acquire() (sleeps uint64) {
	if multicore() && swapWord(&m.word, mutexFree, mutexHeld, mutexSpins, mutexSpinPauses) {
		if takingIsTold {
			m.took()
		}
		return 0
	}
	for m.word.Swap(mutexContended) != mutexFree {
		sleeps++
		futexSleep(&m.word, mutexContended, -1)
	}
	if takingIsTold {
		m.took()
	}
	return sleeps
}

// takingIsTold: a build that checks ranks, or simulates a machine, is told of each acquisition.
// A constant, for the reason of ranksChecked.
const takingIsTold = ranksChecked || simulated

// took is called when the caller has got m.
func (m *FutexMutex) took() {
	if ranksChecked {
		m.place.took()
	}
	m.data.Touch(guardedLines)
}

// Unlock releases m. It says whether it asked the kernel to wake a sleeper, for callers
// that count. Unlocking a free Mutex panics.
func (m *FutexMutex) Unlock() (woke bool) {
	if ranksChecked {
		m.place.released()
	}
	switch m.word.Swap(mutexFree) {
	case mutexFree:
		panic("host: Mutex.Unlock: the mutex is not locked")
	case mutexContended:
		futexWake(&m.word)
		return true
	}
	return false
}
