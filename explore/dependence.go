package explore

// dependencies is what a reducing strategy knows of an object in the execution
// under way: who touched it last.
type dependencies struct {
	lastWrite int32   // event, or -1
	reads     []int32 // events since lastWrite, the last of each thread

	// The last Lock, or TryLock that succeeded, or Clear of a signaled Note; -1. See
	// 'Races with locks'.
	lastLock int32
}

func (d *dependencies) reset() {
	d.lastWrite, d.lastLock = -1, -1
	d.reads = d.reads[:0]
}

// note writes down that event i touched the object, by mode m.
func (d *dependencies) note(i int32, m mode, events []event) {
	ev := &events[i]
	if m == writes {
		d.lastWrite = i
		d.reads = d.reads[:0]
	} else {
		d.noteRead(i, ev.thread, events)
	}
	switch ev.kind {
	case opLock:
		d.lastLock = i
	case opTryLock:
		if ev.ok {
			d.lastLock = i
		}
	case opNoteClear:
		if ev.old == noteSignaled {
			d.lastLock = i
		}
	}
}

func (d *dependencies) noteRead(i, thread int32, events []event) {
	for k, r := range d.reads {
		if events[r].thread == thread {
			d.reads[k] = i
			return
		}
	}
	d.reads = append(d.reads, i)
}

// enables says whether ev made an operation of kind k possible: such an operation
// cannot be done just before it.
func (ev *event) enables(k kind) bool {
	switch ev.kind {
	case opUnlock, opCondWait:
		return k == opLock || k == opRLock
	case opRUnlock:
		return k == opDrain
	case opNoteWakeup:
		return k == opNoteSleep
	}
	return false
}

// footprint is what an operation touches: enough to tell whether two are
// dependent.
type footprint struct {
	obj, obj2 int32 // noObject: none; obj2 is always written
	mode      mode  // of obj
}

func (ev *event) footprint() footprint { return footprint{ev.obj, ev.obj2, ev.mode} }

// conflicts says whether a and b touch an object in common that one of them
// changes.
func (a footprint) conflicts(b footprint) bool {
	if a.obj != noObject {
		if a.obj == b.obj && (a.mode == writes || b.mode == writes) || a.obj == b.obj2 {
			return true
		}
	}
	return a.obj2 != noObject && (a.obj2 == b.obj || a.obj2 == b.obj2)
}

// footprint is that of o, if it were executed now.
func (o *op) footprint() footprint {
	f := footprint{noObject, noObject, writes}
	if o.obj != nil {
		f.obj, f.mode = o.obj.id, o.mode()
	}
	if o.obj2 != nil {
		f.obj2 = o.obj2.id
	}
	return f
}

// effect is all that decides whether two steps are dependent: a footprint and,
// of a step that had waited, what it waited for, which counts as read.
type effect struct {
	footprint
	awaited []int32
}

func (e *engine) effect(i int32) effect {
	ev := &e.events[i]
	return effect{ev.footprint(), e.awaited[ev.aw0:ev.aw1]}
}

func (a effect) conflicts(b effect) bool {
	return a.footprint.conflicts(b.footprint) || a.footprint.writesOneOf(b.awaited) || b.footprint.writesOneOf(a.awaited)
}

func (a footprint) writesOneOf(objs []int32) bool {
	for _, o := range objs {
		if a.obj == o && a.mode == writes || a.obj2 == o {
			return true
		}
	}
	return false
}

// effect is that of t's next step as it stands now; it is valid until the next
// call.
func (t *thread) effect() effect {
	f := effect{footprint: t.op.footprint()}
	if len(t.await) > 0 {
		t.e.scratch = t.e.scratch[:0]
		for _, m := range t.await {
			t.e.scratch = append(t.e.scratch, m.obj.id)
		}
		f.awaited = t.e.scratch
	}
	return f
}

// dependsOn says whether t's next step, as it stands now, and event i, which
// has just been executed by another thread, are dependent.
func (t *thread) dependsOn(i int32) bool {
	return t.e.events[i].after || t.effect().conflicts(t.e.effect(i))
}

// mayNeed says whether t, which cannot go on, perhaps can after u's next step.
func (t *thread) mayNeed(u *thread) bool {
	return t.op.join == u || t.effect().conflicts(effect{footprint: u.op.footprint()})
}
