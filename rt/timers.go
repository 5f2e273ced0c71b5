package rt

import (
	"math"

	"schedlab/host"
)

// Timer calls a function when its time has come. It is what sleeping, package
// gsync's timers and tickers, and deadlines are made of. The zero Timer is
// stopped; set Fire before the first Start.
//
// Start, Stop and Active may be called by any G concurrently. Whether a Start or
// Stop came before the firing is decided under the lock of the set of timers
// that the Timer is in: it fires exactly once for each Start (or each period)
// that no later Start or Stop undid.
type Timer struct {
	// Fire is called on an M, outside of every G, without locks held: it must not
	// block. g stands for the M: good for Ready, Go and what they are enough
	// for, such as sending to a channel with room. seq is what Start returned.
	Fire func(g *G, t *Timer, seq uint64)
	// Wakes, if not nil, says whether firing would make a G runnable: a timer
	// that would not does not keep Gs from being deadlocked. It must not take
	// locks for which it would have to wait.
	Wakes func() bool

	// set is where the timer is, or was last. Written under the locks of the old
	// and of the new one, read without to know which lock to take: see lock.
	set host.Pointer[Timers]

	// Under the lock of set.
	when   int64 // when it fires, by host.Nanotime
	period int64 // then again after this many ns; 0: once
	seq    uint64
	at     int // 1 + its place in the heap; 0: stopped
}

// Timers is a set of timers, ordered by time: that of a P, or of all. Any M may
// use it: its own P's mostly, others' when it stops a timer or steals.
type Timers struct {
	core *Core
	rank int // whoever needs two sets locks the one of lower rank first
	mu   host.Mutex
	heap []*Timer // each fires no later than its up to four children

	// first is when the first timer fires; 0 without. Stored under mu; loaded
	// without it by Ms which have no time to lose when there is nothing to do.
	// Who must not miss a timer is told by Machine.TimerFirst.
	first host.Int64
}

// heapWidth is the number of children of a heap's node: four are one or two
// cache lines of pointers, and half the depth of a binary heap.
const heapWidth = 4

// Init makes the set one of the scheduler's. Under the design's lock, or before
// there is an M.
func (ts *Timers) Init(c *Core) {
	ts.core = c
	c.mu.Lock()
	ts.rank = len(c.timers)
	c.timers = append(c.timers, ts)
	c.mu.Unlock()
}

// First returns when the first timer fires, by host.Nanotime; 0 if there is none.
func (ts *Timers) First() int64 { return ts.first.Load() }

// Due says whether a timer is to fire at now or before.
func (ts *Timers) Due(now int64) bool {
	first := ts.first.Load()
	return first != 0 && first <= now
}

// Start (re)starts t: it fires at when, by host.Nanotime, and every period ns
// after that, if that is not 0. It returns the seq that Fire will get, and
// whether t was active before. The timer goes to the set of the M that runs g.
func (t *Timer) Start(g *G, when, period int64) (seq uint64, active bool) {
	mp := g.scheduled("Timer.Start")
	if t.Fire == nil || period < 0 {
		throw("Timer.Start: Fire is nil, or the period %d is negative", period)
	}
	ts := mp.impl.Timers()
	active = t.claim(ts, &mp.stats.Sched)
	t.seq++
	when = max(when, 1)
	seq, t.when, t.period = t.seq, when, period
	before := ts.first.Load()
	ts.place(t)
	ts.mu.Unlock()
	if before == 0 || when < before { // else somebody has been told of an earlier one
		mp.impl.TimerFirst(when)
	}
	return seq, active
}

// claim makes t to's, which it returns locked, and says whether t was active, in
// whatever set. Both are locked for that: for everybody else a timer is active until
// the Start that moves it is done.
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

// lockBoth locks two sets, or the one that both are.
func lockBoth(a, b *Timers, c *host.Count) {
	a, b = inOrder(a, b)
	a.mu.LockCounted(c)
	if a != b {
		b.mu.LockCounted(c)
	}
}

// inOrder returns two sets in the order in which they must be locked.
func inOrder(a, b *Timers) (first, second *Timers) {
	if a.rank > b.rank {
		return b, a
	}
	return a, b
}

// Stop stops t and says whether it was active: if not, it has fired, or fires
// at this moment, or was stopped.
func (t *Timer) Stop(g *G) (active bool) {
	ts := t.lock(&g.scheduled("Timer.Stop").stats.Sched)
	if ts == nil {
		return false
	}
	active = ts.drop(t)
	t.seq++
	ts.mu.Unlock()
	return active
}

// lock locks the set that t is in and returns it; nil if t was never started.
// Until it has the lock the timer may have moved to another set.
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

// Run fires all timers that are due at now, and returns how many those were and
// when the next one is due, 0 if none. g stands for the M, outside of every G.
func (ts *Timers) Run(g *G, now int64) (fired int, next int64) {
	if c := g.m.core; g.m.actor { // the world may stand still: see 'Looking at all Gs'
		c.gate.Lock()
		defer c.gate.Unlock()
	}
	ts.mu.LockCounted(&g.m.stats.Sched)
	for len(ts.heap) > 0 && ts.heap[0].when <= now {
		t := ts.heap[0]
		seq := t.seq
		if t.period > 0 {
			// The next in step that is still ahead: what was missed is dropped.
			if t.when = now + t.period - (now-t.when)%t.period; t.when < 0 { // overflow: never
				t.when = math.MaxInt64
			}
			ts.fix(0)
		} else {
			ts.remove(t)
		}
		ts.mu.Unlock()
		fired++
		g.m.stats.TimersFired++
		g.m.timed(EventTimer)
		t.Fire(g, t, seq)
		ts.mu.LockCounted(&g.m.stats.Sched) // if g is a real one, it may be on another M now
	}
	next = ts.first.Load()
	ts.mu.Unlock()
	return fired, next
}

// MoveTo moves all timers to another set. Who looks at first timers of all sets may
// miss some meanwhile: the design has somebody look again afterwards.
func (ts *Timers) MoveTo(to *Timers) {
	first, second := inOrder(ts, to) // two sets: ts is one that nobody uses any more
	first.mu.Lock()
	second.mu.Lock()
	for len(ts.heap) > 0 {
		t := ts.heap[len(ts.heap)-1]
		ts.remove(t)
		t.set.Store(to)
		to.place(t)
	}
	to.mu.Unlock()
	ts.mu.Unlock()
}

// mayWake says whether a timer of the set will make a G runnable.
func (ts *Timers) mayWake() bool {
	if ts.first.Load() == 0 {
		return false
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.heap {
		if t.Wakes == nil || t.Wakes() {
			return true
		}
	}
	return false
}

// The functions from here on need mu.

// place puts t, which is in the heap or nowhere, where its when belongs.
func (ts *Timers) place(t *Timer) {
	if t.at == 0 {
		ts.heap = append(ts.heap, t)
		t.at = len(ts.heap)
	}
	ts.fix(t.at - 1)
}

// drop takes t out, if it is in.
func (ts *Timers) drop(t *Timer) (active bool) {
	if t.at == 0 {
		return false
	}
	ts.remove(t)
	return true
}

func (ts *Timers) remove(t *Timer) {
	i, last := t.at-1, len(ts.heap)-1
	t.at = 0
	moved := ts.heap[last]
	ts.heap[last] = nil
	ts.heap = ts.heap[:last]
	if i != last {
		ts.put(moved, i)
		ts.fix(i)
		return
	}
	ts.publish()
}

// fix restores the order after the timer at i has changed.
func (ts *Timers) fix(i int) {
	if !ts.down(i) {
		ts.up(i)
	}
	ts.publish()
}

func (ts *Timers) publish() {
	first := int64(0)
	if len(ts.heap) > 0 {
		first = ts.heap[0].when
	}
	if ts.first.Load() != first {
		ts.first.Store(first)
	}
}

func (ts *Timers) put(t *Timer, i int) {
	ts.heap[i] = t
	t.at = i + 1
}

func (ts *Timers) up(i int) {
	t := ts.heap[i]
	for i > 0 {
		parent := (i - 1) / heapWidth
		if ts.heap[parent].when <= t.when {
			break
		}
		ts.put(ts.heap[parent], i)
		i = parent
	}
	ts.put(t, i)
}

// down says whether the timer at i has moved.
func (ts *Timers) down(i int) (moved bool) {
	t := ts.heap[i]
	for {
		least, when := 0, t.when
		for c := i*heapWidth + 1; c < min(len(ts.heap), i*heapWidth+1+heapWidth); c++ {
			if ts.heap[c].when < when {
				least, when = c, ts.heap[c].when
			}
		}
		if least == 0 {
			break
		}
		ts.put(ts.heap[least], i)
		i, moved = least, true
	}
	ts.put(t, i)
	return moved
}

// Sleep blocks g for at least ns nanoseconds; for none, it yields.
func (g *G) Sleep(ns int64) {
	if ns <= 0 {
		g.Yield()
		return
	}
	mp := g.running("G.Sleep")
	if mp.native != nil {
		mp.native.Sleep(ns)
		return
	}
	mp.notWhileStopped("sleeps") // before it holds locks
	sl := mp.getSleeper()
	when := host.Nanotime() + ns
	if when < 0 { // overflow: for ever
		when = math.MaxInt64
	}
	// Fire needs sl.mu, which it gets once g has left its stack.
	sl.g = g
	g.Parker().Enter(&sl.mu)
	sl.timer.Start(g, when, 0)
	g.Parker().ParkUnlock(WaitSleep, &sl.mu)
	sl.g = nil
	g.m.putSleeper(sl)
}

// sleeper is a timer that readies a G. Ms keep some, to be used again.
type sleeper struct {
	mu    host.Mutex
	g     *G
	timer Timer

	next  *sleeper // kept by the same M
	after int      // how many those are
}

// maxSleepers is how many an M keeps. There can be more where Gs begin to sleep on
// one M and wake on another, which would otherwise keep them all.
const maxSleepers = 64

func (mp *M) getSleeper() *sleeper {
	sl := mp.sleeper
	if sl == nil {
		return newSleeper()
	}
	mp.sleeper, sl.next = sl.next, nil
	return sl
}

func (mp *M) putSleeper(sl *sleeper) {
	sl.after = 0
	if head := mp.sleeper; head != nil {
		if sl.after = head.after + 1; sl.after == maxSleepers {
			return
		}
		sl.next = head
	}
	mp.sleeper = sl
}

func newSleeper() *sleeper {
	sl := &sleeper{}
	sl.timer.Fire = func(g *G, _ *Timer, _ uint64) {
		g.Parker().Lock(&sl.mu)
		sl.mu.Unlock()
		g.Parker().Ready(sl.g)
	}
	return sl
}
