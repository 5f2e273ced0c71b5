package rt

import "schedlab/host"

// Timer calls a function when its time has come. Sleeping, the timers and tickers of
// package gsync, and deadlines are made of it. The zero Timer is stopped; set Fire before
// the first Start.
//
// Start and Stop may be called by any G concurrently. Whether one of them came before the
// firing is decided under the lock of the set that the Timer is in. It fires exactly once for
// each Start (or each period) that no later Start or Stop undid.
type Timer struct {
	// Fire is called on an M, outside of every G, without locks held. It must not block.
	//
	// g stands for the M. It is good for Ready and Go, and for what needs no more, such as
	// sending to a channel with room. seq is what Start returned.
	Fire func(g *G, t *Timer, seq uint64)
	// Wakes, if not nil, says whether firing would make a G runnable. If it would not, Gs
	// can be deadlocked though the timer is armed. Wakes must not take locks for which it
	// would have to wait.
	Wakes func() bool

	// set is where the timer is, or was last. Written under the locks of the old and of the
	// new one; read without them to know which lock to take: see lock.
	set host.Pointer[Timers]

	// Under the lock of set.
	when   int64 // when it fires, by host.Nanotime
	period int64 // then again after this many ns, or once
	seq    uint64
	at     int // 1 + its place in the heap; 0: stopped
}

// once is the period of a timer that fires once.
const once = 0

// Start (re)starts t: it fires once, at when, by host.Nanotime. It returns the seq that Fire
// will get, and whether t was active before. The timer goes to the set of the M that runs g.
func (t *Timer) Start(g *G, when int64) (seq uint64, active bool) {
	return t.start(g, when, once)
}

// StartPeriodic is Start of a timer that also fires every period ns after when.
func (t *Timer) StartPeriodic(g *G, when, period int64) (seq uint64, active bool) {
	if period <= 0 {
		throw("Timer.StartPeriodic: the period is %d; it must be positive", period)
	}
	return t.start(g, when, period)
}

func (t *Timer) start(g *G, when, period int64) (seq uint64, active bool) {
	mp := g.scheduled("Timer.Start")
	if t.Fire == nil {
		throw("Timer.Start: Fire is nil")
	}
	ts := mp.impl.Timers()
	active = t.claim(ts, &mp.stats.Locks[LockTimers])
	t.seq++
	when = max(when, 1)
	seq, t.when, t.period = t.seq, when, period
	before := ts.first.Load()
	ts.place(t)
	ts.mu.Unlock()
	if before == 0 || when < before { // else the design was told of an earlier one
		mp.impl.TimerFirst(when)
	}
	return seq, active
}

// claim moves t to set to, which stays locked, and says whether t was active, in any set.
// Both sets are locked meanwhile: for every other thread t is active until the Start that
// moves it is done.
func (t *Timer) claim(to *Timers, c *host.Count) (active bool) {
	if t.set.Load() == nil {
		t.set.CompareAndSwap(nil, to) // the first Start of all
	}
	for {
		ts := t.set.Load()
		lockBoth(ts, to, c)
		if t.set.Load() == ts {
			active = t.at != 0
			if ts != to {
				ts.drop(t)
				t.set.Store(to)
				ts.mu.Unlock()
			}
			return active
		}
		to.mu.Unlock()
		if ts != to {
			ts.mu.Unlock()
		}
	}
}

// Stop stops t and says whether it was active: if not, it has fired, or fires at this
// moment, or was stopped.
func (t *Timer) Stop(g *G) (active bool) {
	ts := t.lock(&g.scheduled("Timer.Stop").stats.Locks[LockTimers])
	if ts == nil {
		return false
	}
	active = ts.drop(t)
	t.seq++
	ts.mu.Unlock()
	return active
}

// lock locks the set that t is in and returns it; nil if t was never started. The timer may
// move to another set before the lock is taken; then it tries again.
func (t *Timer) lock(c *host.Count) *Timers {
	for {
		ts := t.set.Load()
		if ts == nil {
			return nil
		}
		ts.mu.LockCounted(c)
		if t.set.Load() == ts {
			return ts
		}
		ts.mu.Unlock()
	}
}
