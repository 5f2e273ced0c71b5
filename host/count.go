package host

// Count is what a lock or a note has cost: the meaning of "lock contention" in
// every result of this suite. A Count is plain memory; whoever passes one to a
// lock owns it (an M its own, a CountedMutex the one beneath its lock).
type Count struct {
	Acquired  uint64 // times the lock was taken
	Contended uint64 // of these, times somebody else held it at the first try
	WaitNs    int64  // time between the first try and getting it, contended ones only
	HoldNs    int64  // estimate of the time held: a sample, scaled up; see CountedMutex
	Sleeps    uint64 // times a thread asked the kernel to sleep (it may refuse: the word has changed)
	Wakes     uint64 // times a thread asked the kernel to wake another (it may find nobody)
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

// Sub returns c - d, for the cost of what happened between two readings.
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
