package sim

// futex is the kernel's side of a word on which threads sleep.
type futex struct {
	l           line    // of its queue
	first, last *thread // that sleep, in order
}

func (m *machine) futexOf(w *Uint32) *futex {
	f := m.futexes[w]
	if f == nil {
		f = &futex{}
		m.futexes[w] = f
	}
	return f
}

// enter is a system call that uses the queue of w. Nothing comes between the use and what the
// caller does next.
func (m *machine) enter(w *Uint32) (*futex, *cpu) {
	c := m.turn()
	c.now += m.costs.syscall
	c = m.turn()
	f := m.futexOf(w)
	m.own(&f.l, c)
	return f, c
}

// Wait is the wait of futex(2): if the value is v, the thread sleeps until Wake, and at most for
// ns nanoseconds (no limit if negative). It says whether it was woken.
func (x *Uint32) Wait(v uint32, ns int64) (woken bool) {
	m := member("Uint32.Wait")
	f, c := m.enter(x)
	m.share(&x.l, c)
	if x.v != v {
		return false
	}
	t := c.thread
	m.n.Sleeps++
	f.push(t)
	if ns >= 0 {
		m.arm(t, c.now, ns)
	}
	c.now += m.costs.futexSleep
	m.block()
	return !t.timedOut
}

// Wake wakes the thread that sleeps longest in Wait, and says whether there is one.
func (x *Uint32) Wake() (woke bool) {
	m := member("Uint32.Wake")
	f, c := m.enter(x)
	t := f.first
	if t == nil {
		return false
	}
	f.remove(t)
	m.disarm(t)
	m.n.Wakes++
	m.place(t, c.now)
	c.now += m.costs.futexWake
	return true
}

func (f *futex) push(t *thread) {
	t.futex, t.timedOut = f, false
	t.left, t.right = f.last, nil
	if f.last == nil {
		f.first = t
	} else {
		f.last.right = t
	}
	f.last = t
}

func (f *futex) remove(t *thread) {
	if t.left == nil {
		f.first = t.right
	} else {
		t.left.right = t.right
	}
	if t.right == nil {
		f.last = t.left
	} else {
		t.right.left = t.left
	}
	t.futex, t.left, t.right = nil, nil, nil
}
