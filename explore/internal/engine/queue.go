package engine

// The queues of condition variables and of futexes.

// queued waits, as one of o's queue, until another thread wakes t, at most until due
// (NoDeadline: for ever). It says whether one did.
func (t *Thread) queued(o *Object, due int64) bool {
	t.Woken = false
	o.queue = append(o.queue, t)
	t.Op = Op{Kind: OpWoken}
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

// dequeue takes t out of the queue.
func (o *Object) dequeue(t *Thread) {
	for i, u := range o.queue {
		if u == t {
			o.queue = append(o.queue[:i], o.queue[i+1:]...)
			return
		}
	}
}

// wake wakes the i-th of o's queue, as a part of t's op.
func (t *Thread) wake(o *Object, i int) {
	u := o.queue[i]
	o.dequeue(u)
	u.Woken, u.WokenBy = true, int32(len(t.e.Events))
	u.Op.Obj2 = nil // cannot time out any more
	u.sync.join(t.sync)
}

// CondWait releases lock, which must be locked, and waits in the queue of cond.
func CondWait(cond, lock *Word, what string) {
	t := Self(what)
	t.Op = Op{Kind: OpCondWait}
	t.Op.Obj, t.Op.Obj2 = lock.Object(t.e, ClassMutex), cond.Object(t.e, ClassCond)
	t.step()
	old := lock.bits
	if old != locked {
		t.Violate(BadUnlock, "wait on %s with %s, which is not locked", cond.o, lock.o)
	}
	t.release(lock.o)
	lock.set(0)
	t.done(Writes, old, 0, true)
	t.queued(cond.o, NoDeadline)
}

// CondWake wakes up to n threads in the queue of a Cond, by k; -1: all of them.
func (w *Word) CondWake(k Kind, n int, what string) {
	t := w.begin(ClassCond, k, 0, what)
	woken := 0
	for ; woken != n && len(w.o.queue) > 0; woken++ {
		t.wake(w.o, 0)
	}
	t.sync[t.ID]++
	t.done(Writes, uint64(woken), uint64(woken), woken > 0)
}

// FutexWait waits in the queue if the value is v, for at most ns nanoseconds of
// virtual time if ns is not negative. It says whether it was woken.
func (w *Word) FutexWait(v uint32, ns int64, what string) (woken bool) {
	due := Self(what).timer(max(ns, NoDeadline))
	t := w.begin(ClassUint32, OpFutexWait, uint64(v), what)
	if w.bits != uint64(v) {
		t.done(Reads, w.bits, w.bits, false)
		return false
	}
	t.done(Writes, w.bits, w.bits, true)
	return t.queued(w.o, due)
}

// FutexWake wakes up to n threads in the queue, any of them, and returns how many.
func (w *Word) FutexWake(n int, what string) (woken int) {
	t := w.begin(ClassUint32, OpFutexWake, 0, what)
	at := 0 // they are chosen in the order of arrival: in which they wake makes no difference
	for left := min(n, len(w.o.queue)); woken < left; woken++ {
		at += t.choose(len(w.o.queue) - at - (left - woken) + 1)
		t.wake(w.o, at)
	}
	t.sync[t.ID]++
	t.done(Writes, w.bits, w.bits, woken > 0)
	return woken
}

// Waiters returns the threads that wait in the queue, in the order of arrival.
func (w *Word) Waiters() []*Thread { return w.o.queue }
