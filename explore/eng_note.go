package explore

// The operations of a Note, which is a word: noteSignaled, or 0 if it is clear.

const noteSignaled = 1

// noteSleep waits until the Note is signaled, for at most ns nanoseconds of virtual
// time; noDeadline: for ever. It says whether the Note was signaled.
func (w *word) noteSleep(what string, ns int64) bool {
	t := self(what)
	due := t.timer(ns)
	t.op = op{kind: opNoteSleep, obj: w.object(t.e, classNote)}
	t.within(due)
	if w.bits == noteSignaled {
		t.op.obj2 = nil // cannot time out
	}
	t.step()
	signaled := w.bits == noteSignaled
	if signaled {
		t.acquire(w.o)
	} else {
		t.timedOut()
	}
	t.done(reads, w.bits, w.bits, signaled)
	return signaled
}

// noteWakeup signals the Note.
func (w *word) noteWakeup(what string) {
	t := w.begin(classNote, opNoteWakeup, 0, what)
	if w.bits == noteSignaled {
		t.violate(DoubleWakeup, "wakeup of %s, which has been signaled already", w.o)
	}
	t.release(w.o)
	w.changeNote(t, noteSignaled)
}

// noteClear makes the Note clear.
func (w *word) noteClear(what string) {
	t := w.begin(classNote, opNoteClear, 0, what)
	t.release(w.o)
	w.changeNote(t, 0)
}

// changeNote makes v the state. Who sleeps with a time limit can or cannot time out
// from now on.
func (w *word) changeNote(t *thread, v uint64) {
	old := w.bits
	w.set(v)
	for _, u := range t.e.alive {
		if u.op.obj == w.o && u.op.kind == opNoteSleep && u.deadline != noDeadline {
			u.op.obj2 = nil
			if v != noteSignaled {
				u.op.obj2 = t.e.timeObject()
			}
		}
	}
	t.done(writes, old, v, true)
}

// noteLooked says whether the Note is signaled.
func (w *word) noteLooked(what string) bool {
	t := w.begin(classNote, opLoad, 0, what)
	t.acquire(w.o)
	t.done(reads, w.bits, w.bits, true)
	return w.bits == noteSignaled
}
