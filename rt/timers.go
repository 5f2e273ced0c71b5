package rt

import (
	"math"

	"schedlab/host"
	"schedlab/rt/event"
	"schedlab/rt/rank"
)

// Timers is a set of timers, ordered by time: those of a P, or all. Any M may use it: mostly
// its own P's, another's when it stops a timer or steals.
type Timers struct {
	core *Core
	nth  int // among the scheduler's sets: of two, the lower is locked first
	mu   host.Mutex
	heap []*Timer // each fires no later than its up to four children

	// first is when the first timer fires; 0: there is none. Stored under mu. Atomic,
	// because Ms load it without mu, so that a look costs little when there is nothing to
	// do. A thread that must not miss a timer is told by Machine.TimerFirst.
	first host.Int64
}

// heapWidth is the number of children of a heap's node: four are one or two cache lines of
// pointers, and half the depth of a binary heap.
const heapWidth = 4

// Init makes the set one of the scheduler's. It is called under the design's lock, or
// before there is an M.
func (ts *Timers) Init(c *Core) {
	ts.core = c
	c.mu.Lock()
	ts.nth = len(c.timers)
	ts.mu.SetRankNth(rank.Timers, uint64(ts.nth))
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
	if a.nth > b.nth {
		return b, a
	}
	return a, b
}

// Run fires all timers that are due at now. It returns how many those were and when the next
// one is due, 0 if there is none. g stands for the M, outside of every G.
func (ts *Timers) Run(g *G, now int64) (fired int, next int64) {
	if c := g.m.core; g.m.actor { // the world may stand still: see 'Looking at all Gs'
		c.gate.LockCounted(&g.m.stats.Locks[LockGate])
		defer c.gate.Unlock()
	}
	ts.mu.LockCounted(&g.m.stats.Locks[LockTimers])
	for len(ts.heap) > 0 && ts.heap[0].when <= now {
		t := ts.heap[0]
		seq := t.seq
		if t.period != once {
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
		g.m.timed(event.Timer)
		t.Fire(g, t, seq)
		// If g is a real one, it may be on another M now.
		ts.mu.LockCounted(&g.m.stats.Locks[LockTimers])
	}
	next = ts.first.Load()
	ts.mu.Unlock()
	return fired, next
}

// MoveTo moves all timers to another set. It is called on mp. An M that looks at the first
// timers of all sets may miss some meanwhile: the design has an M look again afterwards.
func (ts *Timers) MoveTo(to *Timers, mp *M) {
	lockBoth(ts, to, &mp.stats.Locks[LockTimers])
	for len(ts.heap) > 0 {
		t := ts.heap[len(ts.heap)-1]
		ts.remove(t)
		t.set.Store(to)
		to.place(t)
	}
	to.mu.Unlock()
	ts.mu.Unlock()
}

// mayWake says whether a timer of the set will make a G runnable. n counts its lock.
func (ts *Timers) mayWake(n *host.Count) bool {
	if ts.first.Load() == 0 {
		return false
	}
	ts.mu.LockCounted(n)
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
