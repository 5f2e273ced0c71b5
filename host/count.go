package host

// Count is what a lock or a note has cost. It is the meaning of "lock contention" in every
// result of this suite. A Count is plain memory that the caller of the lock owns: an M has
// its own, and a CountedMutex the one beneath its lock.
type Count struct {
	Acquired  uint64 // times the lock was taken
	Contended uint64 // of these, times another thread held it at the first try
	WaitNs    int64  // time from the first try to getting it, contended ones only
	HoldNs    int64  // estimate of the time held: a sample, scaled up; see CountedMutex

	// Sleeps and Wakes count calls of the kernel. It may refuse a sleep, because the word has
	// changed, and a wake may find no sleeper.
	Sleeps uint64
	Wakes  uint64
}

// Add adds d to c.
func (c *Count) Add(d Count) {
	c.Acquired += d.Acquired
	c.Contended += d.Contended
	c.WaitNs += d.WaitNs
	c.HoldNs += d.HoldNs
	c.Sleeps += d.Sleeps
	c.Wakes += d.Wakes
}

// Sub returns c - d: the cost of what happened between two readings.
func (c Count) Sub(d Count) Count {
	return Count{
		Acquired:  c.Acquired - d.Acquired,
		Contended: c.Contended - d.Contended,
		WaitNs:    c.WaitNs - d.WaitNs,
		HoldNs:    c.HoldNs - d.HoldNs,
		Sleeps:    c.Sleeps - d.Sleeps,
		Wakes:     c.Wakes - d.Wakes,
	}
}
