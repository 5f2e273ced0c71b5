package engine

import "math"

// # Virtual time
//
// Nothing takes time. The clock stands still while any thread can take a step; when none
// can, it jumps to the next moment for which a thread waits. A wait may also time out while
// other threads could still take steps: early. That is a choice which the strategies
// explore, up to a number of times in each execution (Limits.Timeouts), which belongs to the
// bound of the verdict.

// timeVar is the clock as a shared variable: to read it and to make time pass do not
// commute.
type timeVar struct{ o *Object }

func (v *timeVar) reset(*Object) { v.o = nil }

// timeObject returns the object of the clock.
func (e *Engine) timeObject() *Object {
	if e.clockObj.o == nil {
		e.clockObj.o = e.register(&e.clockObj, classTime, 0)
		e.clockObj.o.name = "time"
		e.TimeID = e.clockObj.o.ID
	}
	return e.clockObj.o
}

// ReadTime returns the virtual time: a step.
func (t *Thread) ReadTime() int64 {
	t.Op = Op{Kind: OpNow, Obj: t.e.timeObject()}
	t.step()
	now := t.e.Now
	t.done(Reads, uint64(now), uint64(now), true)
	return now
}

// Sleep waits until ns nanoseconds of virtual time have passed, or fewer if it times out early.
// These are two steps: it reads the clock, and it times out. If ns is not positive, the second
// one is possible at once.
func (t *Thread) Sleep(ns int64) {
	due := t.timer(max(ns, 0))
	t.Op = Op{Kind: OpTimeout}
	t.within(due)
	t.step()
	t.timedOut()
	t.done(Writes, 0, 0, true)
}

// timer returns when a wait of ns nanoseconds that begins now has to end. If ns is NoDeadline,
// so is the answer. Otherwise it reads the clock, which is a step.
func (t *Thread) timer(ns int64) int64 {
	if ns == NoDeadline {
		return NoDeadline
	}
	now := t.ReadTime()
	if ns > math.MaxInt64-now {
		return math.MaxInt64
	}
	return now + ns
}

// within gives the op that t is about to announce a time limit; NoDeadline: none.
func (t *Thread) within(due int64) {
	t.deadline = due
	if due != NoDeadline {
		t.Op.Obj2 = t.e.timeObject()
	}
}

// Due returns the time limit of t's op; NoDeadline: none.
func (t *Thread) Due() int64 { return t.deadline }

// expired says whether t's op may time out now.
func (e *Engine) expired(t *Thread) bool {
	return t.deadline != NoDeadline && (t.deadline <= e.Now || e.Timeouts < e.Limits.Timeouts)
}

// timedOut makes it the time at which t's op times out.
func (t *Thread) timedOut() {
	e := t.e
	if t.deadline > e.Now {
		e.Timeouts++
		t.early, t.past = true, e.Now
		e.Now = t.deadline
	}
}

// tick is how far time advances for a thread that polls the clock: 1 ms, in ns. Such a thread
// names no time, so the figure is as good as any that ends its loop in few rounds.
const tick = 1_000_000

// advanceTime makes time pass, now that no thread is enabled, until one is. It says false if
// none waits for a time.
func (e *Engine) advanceTime() bool {
	next := int64(NoDeadline)
	until := func(at int64) {
		if next == NoDeadline || at < next {
			next = at
		}
	}
	for _, t := range e.Alive {
		if t.Ended {
			continue
		}
		if t.deadline != NoDeadline && len(t.Await) == 0 {
			until(t.deadline)
		}
		for i := range t.Await {
			m := &t.Await[i]
			// Otherwise it waits for something else, too, or to the end of time.
			polls := m.Obj == e.clockObj.o && !m.Obj.changedSince(m.At, t.ID)
			if polls && e.Now <= math.MaxInt64-tick {
				until(e.Now + tick)
			}
		}
	}
	if next == NoDeadline {
		return false
	}
	e.Now = max(e.Now, next)
	o := e.timeObject()
	o.Changes = append(o.Changes, int32(-1-len(e.Events)))
	e.barrier = true
	return true
}

// TimeAdvanced says whether time has advanced since the last step.
func (e *Engine) TimeAdvanced() bool { return e.barrier }
