package engine

// Locks says whether ev made operations impossible that others make possible again: Lock,
// TryLock that succeeded, and Clear of a signaled Note.
func (ev *Event) Locks() bool {
	switch ev.Kind {
	case OpLock:
		return true
	case OpTryLock:
		return ev.OK
	case OpNoteClear:
		return ev.Old == NoteSignaled
	}
	return false
}

// Enables says whether ev made an operation of kind k possible: such an operation cannot be
// done just before it.
func (ev *Event) Enables(k Kind) bool {
	switch ev.Kind {
	case OpUnlock, OpCondWait:
		return k == OpLock || k == OpRLock
	case OpRUnlock:
		return k == OpDrain
	case OpNoteWakeup:
		return k == OpNoteSleep
	}
	return false
}

// Footprint is what an operation touches: enough to tell whether two are dependent.
type Footprint struct {
	Obj, Obj2 int32 // NoObject: none; Obj2 is always written
	Mode      Mode  // of Obj
	Marks     Marks
}

// Footprint returns what ev touched.
func (ev *Event) Footprint() Footprint {
	return Footprint{ev.Obj, ev.Obj2, ev.Mode, ev.Marks}
}

// Conflicts says whether a and b touch an object in common that one of them changes, or depend
// on each other as recorded operations do.
func (a Footprint) Conflicts(b Footprint) bool {
	return a.Touches(b) || a.Marks.Conflict(b.Marks)
}

// Touches says whether a and b touch an object in common that one of them changes.
func (a Footprint) Touches(b Footprint) bool {
	if a.Obj != NoObject {
		if a.Obj == b.Obj && (a.Mode == Writes || b.Mode == Writes) || a.Obj == b.Obj2 {
			return true
		}
	}
	return a.Obj2 != NoObject && (a.Obj2 == b.Obj || a.Obj2 == b.Obj2)
}

// Sure returns a of a step that is not the last of a recorded operation, if that is not known.
func (a Footprint) Sure() Footprint {
	a.Marks = a.Marks.Sure()
	return a
}

// Sure is [Footprint.Sure].
func (a Effect) Sure() Effect {
	a.Marks = a.Marks.Sure()
	return a
}

// Footprint returns what o would touch if it were executed now, without marks.
func (o *Op) Footprint() Footprint {
	f := Footprint{NoObject, NoObject, Writes, 0}
	if o.Obj != nil {
		f.Obj, f.Mode = o.Obj.ID, o.mode()
	}
	if o.Obj2 != nil {
		f.Obj2 = o.Obj2.ID
	}
	return f
}

// Effect is all that decides whether two steps are dependent: a footprint and,
// of a step that had waited, what it waited for: see AwaitedObject.
type Effect struct {
	Footprint
	Awaited []int32
}

// Effect returns that of event i.
func (e *Engine) Effect(i int32) Effect {
	ev := &e.Events[i]
	return Effect{ev.Footprint(), e.Awaited[ev.aw0:ev.aw1]}
}

// Conflicts says whether steps with these effects are dependent.
func (a Effect) Conflicts(b Effect) bool {
	return a.Footprint.Conflicts(b.Footprint) ||
		a.Footprint.conflictsOneOf(b.Awaited) || b.Footprint.conflictsOneOf(a.Awaited) ||
		anyConflict(a.Awaited, b.Awaited)
}

// conflictsOneOf says whether what touches a conflicts with something that was awaited.
func (a Footprint) conflictsOneOf(awaited []int32) bool {
	for _, x := range awaited {
		o, m := AwaitedObject(x)
		if a.Obj == o && (a.Mode == Writes || m == Writes) || a.Obj2 == o {
			return true
		}
	}
	return false
}

// anyConflict says whether one of a and one of b conflict.
func anyConflict(a, b []int32) bool {
	for _, x := range a {
		for _, y := range b {
			o, m := AwaitedObject(x)
			p, n := AwaitedObject(y)
			if o == p && (m == Writes || n == Writes) {
				return true
			}
		}
	}
	return false
}

// Effect is that of t's next step as it stands now; it is valid until the next
// call.
func (t *Thread) Effect() Effect {
	f := Effect{Footprint: t.Op.Footprint()}
	f.Marks = t.OpMarks
	if len(t.Await) > 0 {
		t.e.scratch = t.e.scratch[:0]
		for i := range t.Await {
			t.e.scratch = append(t.e.scratch, t.Await[i].ID())
		}
		f.Awaited = t.e.scratch
	}
	return f
}

// DependsOn says whether t's next step, as it stands now, and event i, which
// has just been executed by another thread, are dependent.
func (t *Thread) DependsOn(i int32) bool {
	return t.e.Events[i].After || t.Effect().Conflicts(t.e.Effect(i))
}

// MayNeed says whether t, which cannot go on, perhaps can after u's next step.
func (t *Thread) MayNeed(u *Thread) bool {
	return t.Op.Join == u || t.Effect().Conflicts(Effect{Footprint: u.Op.Footprint()})
}
