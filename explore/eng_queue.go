package explore

// The queues of condition variables and of futexes.

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

// condWait releases lock, which must be locked, and waits in the queue of cond.
func condWait(cond, lock *word, what string) {
	t := self(what)
	t.op = op{kind: opCondWait, obj: lock.object(t.e, classMutex), obj2: cond.object(t.e, classCond)}
	t.step()
	old := lock.bits
	if old != locked {
		t.violate(BadUnlock, "wait on %s with %s, which is not locked", cond.o, lock.o)
	}
	t.release(lock.o)
	lock.set(0)
	t.done(writes, old, 0, true)
	t.queued(cond.o, noDeadline)
}

// condWake wakes up to n threads in the queue of a Cond, by k; -1: all of them.
func (w *word) condWake(k kind, n int, what string) {
	t := w.begin(classCond, k, 0, what)
	woken := 0
	for ; woken != n && len(w.o.queue) > 0; woken++ {
		t.wake(w.o, 0)
	}
	t.sync[t.id]++
	t.done(writes, uint64(woken), uint64(woken), woken > 0)
}

// futexWait waits in the queue if the value is v, for at most ns nanoseconds of
// virtual time if ns is not negative. It says whether it was woken.
func (w *word) futexWait(v uint32, ns int64, what string) (woken bool) {
	due := self(what).timer(max(ns, noDeadline))
	t := w.begin(classUint32, opFutexWait, uint64(v), what)
	if w.bits != uint64(v) {
		t.done(reads, w.bits, w.bits, false)
		return false
	}
	t.done(writes, w.bits, w.bits, true)
	return t.queued(w.o, due)
}

// futexWake wakes up to n threads in the queue, any of them, and returns how many.
func (w *word) futexWake(n int, what string) (woken int) {
	t := w.begin(classUint32, opFutexWake, 0, what)
	at := 0 // chosen in the order of arrival, since it makes no difference in which they wake
	for left := min(n, len(w.o.queue)); woken < left; woken++ {
		at += t.choose(len(w.o.queue) - at - (left - woken) + 1)
		t.wake(w.o, at)
	}
	t.sync[t.id]++
	t.done(writes, w.bits, w.bits, woken > 0)
	return woken
}

// waiters returns how many threads wait in the queue.
func (w *word) waiters() int { return len(w.o.queue) }
