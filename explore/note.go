package explore

// Note is a one-shot event: one thread sleeps on it, another wakes it. A wakeup
// before the sleep is not lost. The zero Note is clear.
type Note struct{ w word }

const noteSignaled = 1

// Sleep waits until the Note has been signaled since the last Clear.
func (n *Note) Sleep() { n.sleep("Note.Sleep", noDeadline) }

// SleepFor is Sleep for at most ns nanoseconds of virtual time: see [Now]. It
// says whether the Note was signaled.
func (n *Note) SleepFor(ns int64) (signaled bool) { return n.sleep("Note.SleepFor", max(ns, 0)) }

func (n *Note) sleep(what string, ns int64) bool {
	t := self(what)
	due := t.timer(ns)
	t.op = op{kind: opNoteSleep, obj: n.w.object(t.e, classNote)}
	t.within(due)
	if n.w.bits == noteSignaled {
		t.op.obj2 = nil // cannot time out
	}
	t.step()
	signaled := n.w.bits == noteSignaled
	if signaled {
		t.acquire(n.w.o)
	} else {
		t.timedOut()
	}
	t.done(reads, n.w.bits, n.w.bits, signaled)
	return signaled
}

// Wakeup signals the Note. A second time without a Clear in between is a
// violation: two threads believe that the same sleeper is theirs.
func (n *Note) Wakeup() {
	t := n.w.begin(classNote, opNoteWakeup, 0, "Note.Wakeup")
	if n.w.bits == noteSignaled {
		t.violate(DoubleWakeup, "wakeup of %s, which has been signaled already", n.w.o)
	}
	t.release(n.w.o)
	n.change(t, noteSignaled)
}

// Clear makes the Note ready for another use.
func (n *Note) Clear() {
	t := n.w.begin(classNote, opNoteClear, 0, "Note.Clear")
	t.release(n.w.o)
	n.change(t, 0)
}

// change makes v the state. Who sleeps with a time limit can or cannot time out
// from now on.
func (n *Note) change(t *thread, v uint64) {
	old := n.w.bits
	n.w.set(v)
	for _, u := range t.e.alive {
		if u.op.obj == n.w.o && u.op.kind == opNoteSleep && u.deadline != noDeadline {
			u.op.obj2 = nil
			if v != noteSignaled {
				u.op.obj2 = t.e.timeObject()
			}
		}
	}
	t.done(writes, old, v, true)
}

// Signaled says whether the Note is signaled.
func (n *Note) Signaled() bool {
	t := n.w.begin(classNote, opLoad, 0, "Note.Signaled")
	t.acquire(n.w.o)
	t.done(reads, n.w.bits, n.w.bits, true)
	return n.w.bits == noteSignaled
}

// queued waits, as one of o's queue, until somebody wakes t, at most until due
// (noDeadline: for ever). It says whether somebody did.
func (t *thread) queued(o *object, due int64) bool {
	t.woken = false
	o.queue = append(o.queue, t)
	t.op = op{kind: opWoken}
	t.within(due)
	if due != noDeadline {
		t.op.obj = o
	}
	t.step()
	woken := t.woken
	if !woken {
		o.dequeue(t)
		t.timedOut()
	}
	t.done(writes, 0, 0, woken)
	t.woken = false
	return woken
}

func (o *object) dequeue(t *thread) {
	for i, u := range o.queue {
		if u == t {
			o.queue = append(o.queue[:i], o.queue[i+1:]...)
			return
		}
	}
}

// wake wakes the i-th of o's queue, in the midst of t's op.
func (t *thread) wake(o *object, i int) {
	u := o.queue[i]
	o.dequeue(u)
	u.woken, u.wokenBy = true, int32(len(t.e.events))
	u.op.obj2 = nil // cannot time out any more
	u.sync.join(t.sync)
}

// Cond is a controlled condition variable, like that of package sync: waiters
// are woken in the order in which they came.
type Cond struct {
	L *Mutex
	w word
}

// Wait releases c.L, waits for Signal or Broadcast, and takes c.L again.
func (c *Cond) Wait() {
	t := self("Cond.Wait")
	t.op = op{kind: opCondWait, obj: c.L.w.object(t.e, classMutex), obj2: c.w.object(t.e, classCond)}
	t.step()
	old := c.L.w.bits
	if old != locked {
		t.violate(BadUnlock, "wait on %s with %s, which is not locked", c.w.o, c.L.w.o)
	}
	t.release(c.L.w.o)
	c.L.w.set(0)
	t.done(writes, old, 0, true)
	t.queued(c.w.o, noDeadline)
	c.L.Lock()
}

// Signal wakes the thread that has waited longest, if there is one.
func (c *Cond) Signal() { c.wake(opSignal, 1, "Cond.Signal") }

// Broadcast wakes all that wait.
func (c *Cond) Broadcast() { c.wake(opBroadcast, -1, "Cond.Broadcast") }

func (c *Cond) wake(k kind, n int, what string) {
	t := c.w.begin(classCond, k, 0, what)
	woken := 0
	for ; woken != n && len(c.w.o.queue) > 0; woken++ {
		t.wake(c.w.o, 0)
	}
	t.sync[t.id]++
	t.done(writes, uint64(woken), uint64(woken), woken > 0)
}

// Wait is the wait of futex(2): if the value is still v it waits until Wake, for
// at most ns nanoseconds of virtual time if ns is not negative. It says whether it
// was woken.
func (x *Uint32) Wait(v uint32, ns int64) (woken bool) {
	due := self("Uint32.Wait").timer(max(ns, noDeadline))
	t := x.w.begin(classUint32, opFutexWait, uint64(v), "Uint32.Wait")
	if x.w.bits != uint64(v) {
		t.done(reads, x.w.bits, x.w.bits, false)
		return false
	}
	t.done(writes, x.w.bits, x.w.bits, true)
	return t.queued(x.w.o, due)
}

// Wake wakes up to n threads in Wait, any of them, and returns how many.
func (x *Uint32) Wake(n int) (woken int) {
	t := x.w.begin(classUint32, opFutexWake, 0, "Uint32.Wake")
	at := 0 // chosen in the order of arrival, since it makes no difference in which they wake
	for left := min(n, len(x.w.o.queue)); woken < left; woken++ {
		at += t.choose(len(x.w.o.queue) - at - (left - woken) + 1)
		t.wake(x.w.o, at)
	}
	t.sync[t.id]++
	t.done(writes, x.w.bits, x.w.bits, woken > 0)
	return woken
}
