package explore

// misuseTests: operations that are wrong by themselves, and near misses.
var misuseTests = []detectorTest{
	// Double wakeup.
	{"double wakeup: one thread", func() {
		var n Note
		n.Wakeup()
		n.Wakeup()
	}, DoubleWakeup},
	{"double wakeup: two threads", func() {
		var n Note
		Go(n.Wakeup)
		Go(n.Wakeup)
		n.Sleep()
	}, DoubleWakeup},
	{"double wakeup: slept on, but not cleared", func() {
		var n Note
		n.Wakeup()
		n.Sleep()
		n.Wakeup()
	}, DoubleWakeup},
	{"double wakeup: cleared too late", func() {
		var n Note
		Go(func() { n.Wakeup() })
		n.Sleep()
		Go(func() { n.Wakeup() })
		n.Clear()
	}, DoubleWakeup},
	{"no double wakeup: cleared in between", func() {
		var n Note
		n.Wakeup()
		n.Clear()
		n.Wakeup()
	}, ""},
	{"no double wakeup: rounds", func() {
		var n, back Note
		Go(func() {
			for range 2 {
				n.Sleep()
				n.Clear()
				back.Wakeup()
			}
		})
		for range 2 {
			n.Wakeup()
			back.Sleep()
			back.Clear()
		}
	}, ""},
	{"no double wakeup: one of two by CAS", func() {
		var n Note
		var claimed Bool
		for range 2 {
			Go(func() {
				if claimed.CompareAndSwap(false, true) {
					n.Wakeup()
				}
			})
		}
		n.Sleep()
	}, ""},
	{"no double wakeup: two notes", func() {
		var a, b Note
		a.Wakeup()
		b.Wakeup()
	}, ""},

	// Unlock of what is not locked.
	{"bad unlock: free", func() {
		var m Mutex
		m.Unlock()
	}, BadUnlock},
	{"bad unlock: twice", func() {
		var m Mutex
		m.Lock()
		m.Unlock()
		m.Unlock()
	}, BadUnlock},
	{"bad unlock: TryLock that failed", func() {
		var m Mutex
		for range 2 {
			Go(func() { m.TryLock(); m.Unlock() })
		}
	}, BadUnlock},
	{"bad unlock: of a read lock", func() {
		var m RWMutex
		m.RLock()
		m.Unlock()
	}, BadUnlock},
	{"bad unlock: while a writer waits", func() {
		var m RWMutex
		m.RLock()
		Go(m.Lock)
		m.Unlock()
	}, BadUnlock},
	{"bad unlock: read unlock of a write lock", func() {
		var m RWMutex
		m.Lock()
		m.RUnlock()
	}, BadUnlock},
	{"bad unlock: wait without the lock", func() {
		var m Mutex
		c := Cond{L: &m}
		c.Wait()
	}, BadUnlock},
	{"no bad unlock: by another thread", func() {
		var m Mutex
		m.Lock()
		Go(m.Unlock)
	}, ""},
	{"no bad unlock: TryLock that succeeded", func() {
		var m Mutex
		for range 2 {
			Go(func() {
				if m.TryLock() {
					m.Unlock()
				}
			})
		}
	}, ""},
	{"no bad unlock: as many readers as locked", func() {
		var m RWMutex
		for range 2 {
			Go(func() { m.RLock(); m.RUnlock() })
		}
	}, ""},
	{"no bad unlock: after a wait", func() {
		var m Mutex
		c := Cond{L: &m}
		ready := false
		Go(func() { m.Lock(); ready = true; c.Broadcast(); m.Unlock() })
		m.Lock()
		for !ready {
			c.Wait()
		}
		m.Unlock()
	}, ""},

	// Panic.
	{"panic: of the first thread", func() { panic("boom") }, Panic},
	{"panic: of another", func() { Go(func() { panic("boom") }) }, Panic},
	{"panic: in one order of two", func() {
		var p Pointer[int]
		Go(func() { p.Store(new(int)) })
		Go(func() { *p.Load()++ })
	}, Panic},
	{"panic: on a Stack", func() {
		var s, own Stack
		s.Init(func() { panic("boom") })
		own.Switch(&s)
	}, Panic},
	{"panic: index", func() {
		var i Int32
		var a [1]int
		Go(func() { i.Store(1) })
		Go(func() { a[i.Load()]++ })
	}, Panic},
	{"no panic: recovered", func() {
		defer func() { recover() }()
		panic("boom")
	}, ""},
	{"no panic: recovered after a step", func() {
		var x Int32
		Go(func() {
			defer func() { recover(); x.Load() }()
			x.Store(1)
			panic("boom")
		})
		x.Store(2)
	}, ""},
	{"no panic: tested before", func() {
		var p Pointer[int]
		Go(func() { p.Store(new(int)) })
		Go(func() {
			if q := p.Load(); q != nil {
				*q++
			}
		})
	}, ""},
	{"no panic: recovered on a Stack", func() {
		var s, own Stack
		s.Init(func() {
			func() {
				defer func() { recover() }()
				panic("boom")
			}()
			s.Switch(&own)
		})
		own.Switch(&s)
		s.Destroy()
	}, ""},

	// Assertion.
	{"assertion: at once", func() { Assert(false, "no") }, Assertion},
	{"assertion: lost update", func() {
		var x Int32
		inc := func() { x.Store(x.Load() + 1) }
		a := Go(inc)
		b := Go(inc)
		a.Join()
		b.Join()
		Assert(x.Load() == 2, "x = %d", x.Load())
	}, Assertion},
	{"assertion: one number of many", func() { Assert(Choose(10) != 7, "seven") }, Assertion},
	{"assertion: in a thread, in one order of many", func() {
		var x Int32
		Go(func() { x.Store(1); x.Store(2); x.Store(3) })
		Go(func() { Assert(x.Load() != 2, "two") })
	}, Assertion},
	{"no assertion: atomic update", func() {
		var x Int32
		inc := func() { x.Add(1) }
		a := Go(inc)
		b := Go(inc)
		a.Join()
		b.Join()
		Assert(x.Load() == 2, "x = %d", x.Load())
	}, ""},
	{"no assertion: all numbers are less", func() { Assert(Choose(10) < 10, "too large") }, ""},
	{"no assertion: hidden by a lock", func() {
		var x Int32
		var m Mutex
		Go(func() { m.Lock(); x.Store(1); x.Store(2); m.Unlock() })
		Go(func() { m.Lock(); Assert(x.Load() != 1, "one"); m.Unlock() })
	}, ""},
	{"no assertion: one of two only", func() {
		var x Int32
		a, b := false, false
		ta := Go(func() { a = x.CompareAndSwap(0, 1) })
		tb := Go(func() { b = x.CompareAndSwap(0, 2) })
		ta.Join()
		tb.Join()
		Assert(a != b, "a %v, b %v", a, b)
	}, ""},
}
