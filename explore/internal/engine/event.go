package engine

// Event is one executed operation.
type Event struct {
	Thread  int32
	Seq     int32 // its number among the events of the thread, from 1
	Kind    Kind
	Mode    Mode
	Marks   Marks // known exactly: never Inside
	Inside  bool  // its thread was in a recorded operation
	OK      bool  // CAS, TryLock, timed waits: whether it succeeded
	Waited  bool  // it had waited, after Pause, for others to write
	Repeats bool  // it repeats a step of a round before, and wakes nobody: see 'Pause'
	Timed   bool  // it had a time limit
	Early   bool  // it timed out before its time
	After   bool  // time had advanced before it: it follows everything
	aw0     int32 // Waited: what it had waited for is Engine.Awaited[aw0:aw1]
	aw1     int32
	From    int32 // an event that it follows besides, of the thread joined or that woke it; -1
	Obj     int32 // id, or NoObject
	Obj2    int32
	Old     uint64 // the value before
	New     uint64 // the value after
	Want    uint64 // CAS: the value expected
	Now     int64  // the time before it
	Due     int64  // Timed: its limit
}

// NoObject is the id of none.
const NoObject = -1

// Lapsed says whether ev timed out.
func (ev *Event) Lapsed() bool { return ev.Timed && (ev.Kind == OpTimeout || !ev.OK) }

// done writes down that t has executed its op, and how. It is the last thing that an operation
// does. The frame of done may be left by returnFilled. So it is not inlined, and the race
// detector does not count its calls.
//
//go:noinline
//go:norace
func (t *Thread) done(m Mode, old, new uint64, ok bool) {
	e := t.e
	if t.alone {
		e.solo.done(m, old, new, ok)
		if f := e.solo.filling; f != 0 {
			returnFilled(f)
		}
		return
	}
	n := len(e.Events)
	i := int32(n)
	t.Seq++
	t.Last = i
	if n < cap(e.Events) {
		e.Events = e.Events[:n+1] // all fields are set below
	} else {
		e.Events = append(e.Events, Event{})
	}
	ev := &e.Events[n]
	ev.Thread, ev.Seq, ev.Kind, ev.Mode, ev.OK = t.ID, t.Seq, t.Op.Kind, m, ok
	ev.Obj, ev.Obj2, ev.Old, ev.New, ev.Want = NoObject, NoObject, old, new, t.Op.want
	ev.Waited, ev.Timed, ev.After = len(t.Await) > 0, t.deadline != NoDeadline, e.barrier
	ev.From, ev.Now, ev.Due = t.Follows(), e.Now, t.deadline
	ev.Early, ev.aw0, ev.aw1 = t.early, 0, 0
	ev.Marks, ev.Inside = 0, false
	if t.OpMarks != 0 {
		t.recorded(ev)
	}
	if t.early {
		ev.Now, t.early = t.past, false
	}
	e.barrier = false
	o := t.Op.Obj
	ev.Repeats = t.repeats && t.repeating(o, ev)
	if o != nil {
		ev.Obj = o.ID
		if old != new && !ev.Repeats && (m == Writes || o.Class != ClassRWMutex) {
			o.Changes = append(o.Changes, i)
		}
	}
	if o := t.Op.Obj2; o != nil {
		ev.Obj2 = o.ID
		o.Changes = append(o.Changes, i)
	}
	e.Steps++
	if ev.Waited {
		e.noteAwaited(t, ev)
	}
	if len(t.Await) > 0 || len(t.Waited) > 0 { // pointers: to write them costs more
		t.Await, t.Waited, t.stale = t.Waited[:0], t.Await, false
	}
	t.deadline = NoDeadline
	if e.Observer != nil {
		e.Observer.Done(e)
	}
}

// noteAwaited writes down what ev, t's last event, had waited for.
func (e *Engine) noteAwaited(t *Thread, ev *Event) {
	ev.aw0 = int32(len(e.Awaited))
	for i := range t.Await {
		e.Awaited = append(e.Awaited, t.Await[i].ID())
	}
	ev.aw1 = int32(len(e.Awaited))
}

// Follows returns the event that t's op comes after, besides those that touched its
// objects; -1 if there is none.
func (t *Thread) Follows() int32 {
	switch {
	case t.Op.Kind == OpJoin:
		return t.Op.Join.Last
	case t.Op.Kind == OpWoken && t.Woken:
		return t.WokenBy
	}
	return -1
}

// ChoicesAfter returns what Choose returned between event i and the next.
func (e *Engine) ChoicesAfter(i int32) (vs []int32) {
	if len(e.Choices) == 0 {
		return nil
	}
	for _, c := range e.Choices {
		if c.After == i {
			vs = append(vs, c.V)
		}
	}
	return vs
}
