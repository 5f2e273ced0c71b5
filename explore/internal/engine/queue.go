package engine

// The queues of condition variables and of futexes.

// queued waits, as one of o's queue, until somebody wakes t, at most until due
// (noDeadline: for ever). It says whether somebody did.
func (t *Thread) queued(o *Object, due int64) bool {
	t.Woken = false
	o.Queue = append(o.Queue, t)
	t.Op = op{Kind: OpWoken}
	t.within(due)
	if due != NoDeadline {
		t.Op.Obj = o
	}
	t.step()
	woken := t.Woken
	if !woken {
		o.dequeue(t)
		t.timedOut()
	}
	t.done(Writes, 0, 0, woken)
	t.Woken = false
	return woken
}

func (o *Object) dequeue(t *Thread) {
	for i, u := range o.Queue {
		if u == t {
			o.Queue = append(o.Queue[:i], o.Queue[i+1:]...)
			return
		}
	}
}

// wake wakes the i-th of o's queue, in the midst of t's op.
func (t *Thread) wake(o *Object, i int) {
	u := o.Queue[i]
	o.dequeue(u)
	u.Woken, u.WokenBy = true, int32(len(t.E.Events))
	u.Op.Obj2 = nil // cannot time out any more
	u.sync.join(t.sync)
}

// CondWait releases lock, which must be locked, and waits in the queue of cond.
func CondWait(cond, lock *Word, what string) {
	t := Self(what)
	t.Op = op{Kind: OpCondWait, Obj: lock.Object(t.E, ClassMutex), Obj2: cond.Object(t.E, ClassCond)}
	t.step()
	old := lock.Bits
	if old != locked {
		t.Violate(BadUnlock, "wait on %s with %s, which is not locked", cond.O, lock.O)
	}
	t.release(lock.O)
	lock.set(0)
	t.done(Writes, old, 0, true)
	t.queued(cond.O, NoDeadline)
}

// CondWake wakes up to n threads in the queue of a Cond, by k; -1: all of them.
func (w *Word) CondWake(k Kind, n int, what string) {
	t := w.begin(ClassCond, k, 0, what)
	woken := 0
	for ; woken != n && len(w.O.Queue) > 0; woken++ {
		t.wake(w.O, 0)
	}
	t.sync[t.Id]++
	t.done(Writes, uint64(woken), uint64(woken), woken > 0)
}

// FutexWait waits in the queue if the value is v, for at most ns nanoseconds of
// virtual time if ns is not negative. It says whether it was woken.
func (w *Word) FutexWait(v uint32, ns int64, what string) (woken bool) {
	due := Self(what).timer(max(ns, NoDeadline))
	t := w.begin(ClassUint32, OpFutexWait, uint64(v), what)
	if w.Bits != uint64(v) {
		t.done(Reads, w.Bits, w.Bits, false)
		return false
	}
	t.done(Writes, w.Bits, w.Bits, true)
	return t.queued(w.O, due)
}

// FutexWake wakes up to n threads in the queue, any of them, and returns how many.
func (w *Word) FutexWake(n int, what string) (woken int) {
	t := w.begin(ClassUint32, OpFutexWake, 0, what)
	at := 0 // chosen in the order of arrival, since it makes no difference in which they wake
	for left := min(n, len(w.O.Queue)); woken < left; woken++ {
		at += t.choose(len(w.O.Queue) - at - (left - woken) + 1)
		t.wake(w.O, at)
	}
	t.sync[t.Id]++
	t.done(Writes, w.Bits, w.Bits, woken > 0)
	return woken
}

// Waiters returns how many threads wait in the queue.
func (w *Word) Waiters() int { return len(w.O.Queue) }
