package engine

import "runtime"

// # Recorded operations
//
// A program may record the history of an object: the operations that its threads executed on
// it, what they answered, and which had returned before which was called. The judge of a
// history asks for an order of the operations that explains the answers, and in which an
// operation that returned before another was called comes first. So the fewer operations
// overlap, the stricter is the history, and an interval that is wider than the operation hides
// violations. Therefore:
//
//  1. A call is stamped with the first step of the operation, as a part of it: in done.
//  2. A return is stamped with the last step of the operation, as a part of it. Only what
//     comes after that step tells that it was the last one: Returned is called before the
//     thread announces another step, and no decision is taken in between.
//  3. An operation without a step takes one of its own, OpRecord. So does a return after
//     Choose: otherwise the number that is chosen would say what the step before it was.
//
// No order of steps has a stricter history than that, and each order of steps is explored.
//
// # What depends on what
//
// Two steps of different threads, of which one is a last step and the other a first step, are
// dependent: their order says whether the one operation returned before the other was called.
// First steps commute with each other, and so do last steps. So all executions of a trace have
// the same operations that return before others are called, and hence the same verdict.
//
// What a thread has announced is known to be a first step. Whether it will turn out to be a
// last one is not known before it is executed, unless its thread is in no operation. Till then
// it may be one (Inside), and counts as dependent on first steps. That can cost executions,
// but none is missing. A step that has been executed somewhere is known exactly there, and
// wherever it can come first without any other effect: it finds the same and does the same.
//
// Rejected: to let a first step depend on a later last one alone. When a call comes before a
// return that does not depend on it otherwise, the other order has the stricter history, so it
// would be enough to explore that. It was tried: a queue of Michael and Scott with puts beside
// gets has 57 executions in place of 86 (24 unrecorded). But then a program that asserts that no
// two operations overlap is verified wrongly.
//
// Rejected: to tell apart the histories of several objects. Each object may be judged by
// itself (Herlihy and Wing), so steps of different histories need not depend on each other.
// That would save executions where threads use several recorded objects, which is rare; all
// programs would pay for the comparison.

// Marks say what a step is to the operations that are recorded.
type Marks uint8

const (
	Calls   Marks = 1 << iota // the first step of an operation
	Returns                   // the last step of an operation
	maybe                     // it is not known yet whether it is the last

	Inside = Returns | maybe // of a thread in an operation; not executed, it may be the last
)

// Conflict says whether steps with these marks are dependent: whether one is the first of an
// operation, and the other the last. A step that may be the last counts as the last.
func (m Marks) Conflict(n Marks) bool { return (m>>1&n|n>>1&m)&Calls != 0 }

// Unsure says whether it is not known whether the step is the last.
func (m Marks) Unsure() bool { return m&maybe != 0 }

// Sure returns m of a step that is not the last, if that is not known.
func (m Marks) Sure() Marks {
	if m&maybe != 0 {
		m &^= Inside
	}
	return m
}

// recording is what a thread records.
type recording struct {
	calls  []func() // the stamps of the operations that begin with the next step
	open   int      // operations that have not returned
	chosen int32    // Thread.Seq at the last Choose; 0: none, or before the first step
}

// Caller returns the controlled thread that calls; nil if the caller is none.
func Caller() *Thread {
	tab := owners.table.Load()
	if len(tab.slots) == 1 {
		return nil // there is no exploration: do not ask for the goroutine, which takes longer
	}
	e := tab.find(getg())
	switch {
	case e == nil:
		return nil
	case e.aborting:
		runtime.Goexit() // a deferred call: the execution is over
	}
	return e.Current
}

// Called says that an operation begins with t's next step, of which stamp is a part.
func (t *Thread) Called(stamp func()) {
	if t.alone {
		t.e.solo.leave()
	}
	r := &t.record
	r.calls = append(r.calls, stamp)
	r.open++
	t.OpMarks = Calls | Inside
}

// Returned says that an operation has ended with t's last step, and calls stamp. It says false
// if t is in no operation.
func (t *Thread) Returned(stamp func()) bool {
	if t.alone {
		t.e.solo.leave()
	}
	r := &t.record
	if r.open == 0 {
		return false
	}
	if len(r.calls) > 0 || r.chosen == t.Seq {
		t.OpMarks = t.OpMarks&Calls | Returns
		t.stepToRecord()
	}
	r.open--
	if r.open == 0 {
		t.OpMarks = 0
	}
	t.e.Events[t.Last].Marks |= Returns
	stamp()
	return true
}

// Recorded calls read, which looks at what has been recorded so far. That is a step, which
// depends on all first and last steps. It is none if no other thread can record anything any
// more, since t knows that all have ended.
func (t *Thread) Recorded(read func()) {
	if t.alone {
		t.e.solo.leave()
	}
	if !t.recordsAlone() {
		t.OpMarks = Calls | Returns
		t.stepToRecord()
	}
	read()
}

// stepToRecord takes a step that does nothing else.
func (t *Thread) stepToRecord() {
	t.Op = Op{Kind: OpRecord}
	t.step()
	t.done(Reads, 0, 0, true)
}

// recordsAlone says whether t knows that all other threads have ended.
func (t *Thread) recordsAlone() bool {
	for _, u := range t.e.Alive {
		// At its end a thread has released nothing since its clock advanced last. So only a
		// thread that joined it knows that.
		if u != t && (!u.Ended || t.sync.at(u.ID) < u.sync.at(u.ID)) {
			return false
		}
	}
	return true
}

// recorded is the part of done for a step with marks: it gives them to ev, its event, and stamps
// the calls.
func (t *Thread) recorded(ev *Event) {
	r := &t.record
	ev.Marks, ev.Inside = t.OpMarks.Sure(), r.open > 0
	for _, stamp := range r.calls {
		stamp()
	}
	clear(r.calls)
	r.calls = r.calls[:0]
	if t.OpMarks = 0; r.open > 0 {
		t.OpMarks = Inside
	}
}
