package explore

import "math"

// Virtual time
//
// Nothing takes time. The clock stands still while any thread can take a step;
// when none can, it jumps to the next moment for which somebody waits. That a
// wait times out while others could still do something is a choice that the
// strategies explore, up to a number of times in each execution (Timeouts),
// which belongs to the bound of the verdict.

// timeVar is the clock as a shared variable: who reads it and who makes time
// pass do not commute.
type timeVar struct{ o *object }

func (v *timeVar) reset(*object) { v.o = nil }

func (e *engine) timeObject() *object {
	if e.clockObj.o == nil {
		e.clockObj.o = e.register(&e.clockObj, classTime, 0)
		e.clockObj.o.name = "time"
		e.timeID = e.clockObj.o.id
	}
	return e.clockObj.o
}

// readTime returns the virtual time: a step.
func (t *thread) readTime() int64 {
	t.op = op{kind: opNow, obj: t.e.timeObject()}
	t.step()
	now := t.e.now
	t.done(reads, uint64(now), uint64(now), true)
	return now
}

// sleep waits for ns nanoseconds of virtual time.
func (t *thread) sleep(ns int64) {
	due := t.timer(max(ns, 0))
	t.op = op{kind: opTimeout}
	t.within(due)
	t.step()
	t.timedOut()
	t.done(writes, 0, 0, true)
}

// timer returns when a wait of ns nanoseconds that begins now has to end;
// noDeadline for noDeadline. To know that is to read the clock: a step.
func (t *thread) timer(ns int64) int64 {
	if ns == noDeadline {
		return noDeadline
	}
	now := t.readTime()
	if ns > math.MaxInt64-now {
		return math.MaxInt64
	}
	return now + ns
}

// within gives the op that t is about to announce a time limit; noDeadline: none.
func (t *thread) within(due int64) {
	t.deadline = due
	if due != noDeadline {
		t.op.obj2 = t.e.timeObject()
	}
}

// expired says whether t's op may time out now.
func (e *engine) expired(t *thread) bool {
	return t.deadline != noDeadline && (t.deadline <= e.now || e.timeouts < e.cfg.timeouts)
}

// timedOut makes it the time at which t's op times out.
func (t *thread) timedOut() {
	e := t.e
	if t.deadline > e.now {
		e.timeouts++
		t.early, t.past = true, e.now
		e.now = t.deadline
	}
}

// tick is how far time advances for a thread that polls the clock.
const tick = 1_000_000

// advanceTime makes time pass, now that no thread is enabled, until one is. It
// says false if nobody waits for a time.
func (e *engine) advanceTime() bool {
	next := int64(noDeadline)
	until := func(at int64) {
		if next == noDeadline || at < next {
			next = at
		}
	}
	for _, t := range e.alive {
		if t.ended {
			continue
		}
		if t.deadline != noDeadline && len(t.await) == 0 {
			until(t.deadline)
		}
		for _, m := range t.await {
			// Otherwise it waits for something else, too, or to the end of time.
			if m.obj == e.clockObj.o && len(m.obj.changes) == m.version && e.now <= math.MaxInt64-tick {
				until(e.now + tick)
			}
		}
	}
	if next == noDeadline {
		return false
	}
	e.now = max(e.now, next)
	o := e.timeObject()
	o.changes = append(o.changes, int32(-1-len(e.events)))
	e.barrier = true
	return true
}
