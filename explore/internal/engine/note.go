package engine

// The operations of a Note, which is a Word.

// NoteSignaled is the value of a Note that is signaled; that of one that is clear is 0.
const NoteSignaled = 1

// NoteSleep waits until the Note is signaled, for at most ns nanoseconds of virtual
// time; NoDeadline: for ever. It says whether the Note was signaled.
func (w *Word) NoteSleep(what string, ns int64) bool {
	t := Self(what)
	due := t.timer(ns)
	t.Op = Op{Kind: OpNoteSleep, Obj: w.Object(t.e, ClassNote)}
	t.within(due)
	if w.bits == NoteSignaled {
		t.Op.Obj2 = nil // cannot time out
	}
	t.step()
	signaled := w.bits == NoteSignaled
	if signaled {
		t.acquire(w.o)
	} else {
		t.timedOut()
	}
	t.done(Reads, w.bits, w.bits, signaled)
	return signaled
}

// NoteWakeup signals the Note.
func (w *Word) NoteWakeup(what string) {
	t := w.begin(ClassNote, OpNoteWakeup, 0, what)
	if w.bits == NoteSignaled {
		t.Violate(DoubleWakeup, "wakeup of %s, which has been signaled already", w.o)
	}
	t.release(w.o)
	w.changeNote(t, NoteSignaled)
}

// NoteClear makes the Note clear.
func (w *Word) NoteClear(what string) {
	t := w.begin(ClassNote, OpNoteClear, 0, what)
	t.release(w.o)
	w.changeNote(t, 0)
}

// changeNote makes v the state. From now on a thread that sleeps with a time limit can time
// out, or cannot.
func (w *Word) changeNote(t *Thread, v uint64) {
	old := w.bits
	w.set(v)
	for _, u := range t.e.Alive {
		if u.Op.Obj == w.o && u.Op.Kind == OpNoteSleep && u.deadline != NoDeadline {
			u.Op.Obj2 = nil
			if v != NoteSignaled {
				u.Op.Obj2 = t.e.timeObject()
			}
		}
	}
	t.done(Writes, old, v, true)
}

// NoteLooked says whether the Note is signaled.
func (w *Word) NoteLooked(what string) bool {
	t := w.begin(ClassNote, OpLoad, 0, what)
	t.acquire(w.o)
	t.done(Reads, w.bits, w.bits, true)
	return w.bits == NoteSignaled
}
