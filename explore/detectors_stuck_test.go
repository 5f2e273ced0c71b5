package explore

// stuckTests: threads that cannot go on, and near misses.
var stuckTests = []detectorTest{
	// Deadlock.
	{"deadlock: order of two locks", func() {
		var a, b Mutex
		Go(func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
		Go(func() { b.Lock(); a.Lock(); a.Unlock(); b.Unlock() })
	}, Deadlock},
	{"deadlock: the same lock twice", func() {
		var m Mutex
		m.Lock()
		m.Lock()
	}, Deadlock},
	{"deadlock: upgrade of a read lock", func() {
		var m RWMutex
		m.RLock()
		m.Lock()
	}, Deadlock},
	{"deadlock: two upgrade a read lock", func() {
		var m RWMutex
		for range 2 {
			Go(func() { m.RLock(); m.Lock(); m.Unlock(); m.RUnlock() })
		}
	}, Deadlock},
	{"deadlock: read lock twice, beside a writer", func() {
		var m RWMutex
		Go(func() { m.RLock(); m.RLock(); m.RUnlock(); m.RUnlock() })
		Go(func() { m.Lock(); m.Unlock() })
	}, Deadlock},
	{"deadlock: two read locks in turn, beside a writer of each", func() {
		var a, b RWMutex
		Go(func() { a.RLock(); b.RLock(); b.RUnlock(); a.RUnlock() })
		Go(func() { b.RLock(); a.RLock(); a.RUnlock(); b.RUnlock() })
		Go(func() { a.Lock(); a.Unlock() })
		Go(func() { b.Lock(); b.Unlock() })
	}, Deadlock},
	{"deadlock: join with a lock that the other thread needs", func() {
		var m Mutex
		th := Go(func() { m.Lock(); m.Unlock() })
		m.Lock()
		th.Join()
		m.Unlock()
	}, Deadlock},
	{"deadlock: forgotten unlock", func() {
		var m Mutex
		Go(func() { m.Lock() })
		m.Lock()
		m.Unlock()
	}, Deadlock},
	{"deadlock: no thread wakes it", func() {
		var n Note
		Go(func() { n.Signaled() })
		n.Sleep()
	}, Deadlock},
	{"no deadlock: two locks in the same order", func() {
		var a, b Mutex
		for range 2 {
			Go(func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
		}
	}, ""},
	{"no deadlock: opposite order under a gate", func() {
		var gate, a, b Mutex
		Go(func() {
			gate.Lock()
			a.Lock()
			b.Lock()
			b.Unlock()
			a.Unlock()
			gate.Unlock()
		})
		Go(func() {
			gate.Lock()
			b.Lock()
			a.Lock()
			a.Unlock()
			b.Unlock()
			gate.Unlock()
		})
	}, ""},
	{"no deadlock: TryLock in opposite order", func() {
		var a, b Mutex
		Go(func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
		Go(func() {
			b.Lock()
			if a.TryLock() {
				a.Unlock()
			}
			b.Unlock()
		})
	}, ""},
	{"no deadlock: another thread unlocks", func() {
		var m Mutex
		m.Lock()
		Go(func() { m.Unlock() })
		m.Lock()
	}, ""},
	{"no deadlock: read lock twice, beside a reader", func() {
		var m RWMutex
		Go(func() { m.RLock(); m.RLock(); m.RUnlock(); m.RUnlock() })
		Go(func() { m.RLock(); m.RUnlock() })
	}, ""},
	{"no deadlock: read lock twice, the second by TryRLock", func() {
		var m RWMutex
		Go(func() {
			m.RLock()
			if m.TryRLock() {
				m.RUnlock()
			}
			m.RUnlock()
		})
		Go(func() { m.Lock(); m.Unlock() })
	}, ""},
	{"no deadlock: a time limit", func() {
		var n Note
		n.SleepFor(5)
	}, ""},

	// Lost wakeup.
	{"lost wakeup: wait without a condition", func() {
		var m Mutex
		c := Cond{L: &m}
		Go(func() { c.Signal() })
		m.Lock()
		c.Wait()
		m.Unlock()
	}, LostWakeup},
	{"lost wakeup: condition tested before the lock", func() {
		var m Mutex
		var ready Bool
		c := Cond{L: &m}
		Go(func() { ready.Store(true); c.Broadcast() })
		if !ready.Load() {
			m.Lock()
			c.Wait()
			m.Unlock()
		}
	}, LostWakeup},
	{"lost wakeup: cleared before sleeping", func() {
		var n Note
		Go(func() { n.Wakeup() })
		n.Clear()
		n.Sleep()
	}, LostWakeup},
	{"lost wakeup: cleared by the thread that wakes", func() {
		var n Note
		Go(func() { n.Wakeup(); n.Clear() })
		n.Sleep()
	}, LostWakeup},
	{"lost wakeup: futex woken without a new value", func() {
		var w Uint32
		Go(func() { w.Wake(1) })
		w.Wait(0, -1)
	}, LostWakeup},
	{"lost wakeup: futex whose value is compared too late", func() {
		var w Uint32
		Go(func() { w.Store(1); w.Wake(1) })
		v := w.Load()
		w.Wait(v, -1)
	}, LostWakeup},
	{"no lost wakeup: no thread signals", func() {
		var m Mutex
		c := Cond{L: &m}
		m.Lock()
		c.Wait()
	}, Deadlock},
	{"no lost wakeup: one signal for two", func() {
		var m Mutex
		c := Cond{L: &m}
		waits := 0
		wait := func() { m.Lock(); waits++; c.Wait(); m.Unlock() }
		a := Go(wait)
		b := Go(wait)
		Go(func() {
			m.Lock()
			if waits == 2 {
				c.Signal()
			}
			m.Unlock()
		})
		a.Join()
		b.Join()
	}, Deadlock},
	{"no lost wakeup: own signal", func() {
		var m Mutex
		c := Cond{L: &m}
		m.Lock()
		c.Signal()
		c.Wait()
	}, Deadlock},
	{"no lost wakeup: woken since", func() {
		var m Mutex
		c := Cond{L: &m}
		waits := false
		Go(c.Signal).Join() // lost
		Go(func() {
			for {
				m.Lock()
				ok := waits
				m.Unlock()
				if ok {
					break
				}
				Pause()
			}
			c.Signal()
		})
		m.Lock()
		waits = true
		c.Wait()
		c.Wait()
	}, Deadlock},
	{"no lost wakeup: the note was slept on", func() {
		var n Note
		n.Wakeup()
		n.Sleep()
		n.Clear()
		n.Sleep()
	}, Deadlock},
	{"no lost wakeup: the value had changed since", func() {
		var w Uint32
		th := Go(func() { w.Wake(1) })
		th.Join()
		w.Store(1)
		w.Wait(1, -1)
	}, Deadlock},
	{"no lost wakeup: signal under the lock, tested in a loop", func() {
		var m Mutex
		c := Cond{L: &m}
		ready := false
		Go(func() { m.Lock(); ready = true; c.Signal(); m.Unlock() })
		m.Lock()
		for !ready {
			c.Wait()
		}
		m.Unlock()
	}, ""},
	{"no lost wakeup: a note before the sleep", func() {
		var n Note
		n.Wakeup()
		n.Sleep()
	}, ""},
	{"no lost wakeup: a new value before the wait", func() {
		var w Uint32
		Go(func() { w.Store(1); w.Wake(1) })
		w.Wait(0, -1)
	}, ""},

	// Leaked threads.
	{"leak: sleeps for ever", func() {
		var n Note
		Go(n.Sleep)
	}, LeakedThreads},
	{"leak: waits for ever", func() {
		var m Mutex
		c := Cond{L: &m}
		Go(func() { m.Lock(); c.Wait() })
	}, LeakedThreads},
	{"leak: the first thread keeps a lock", func() {
		var m Mutex
		Go(func() { m.Lock(); m.Unlock() })
		m.Lock()
	}, LeakedThreads},
	{"leak: futex", func() {
		var w Uint32
		Go(func() { w.Wait(0, -1) })
	}, LeakedThreads},
	{"no leak: woken after the first has ended", func() {
		var n Note
		Go(n.Sleep)
		Go(n.Wakeup)
	}, ""},
	{"no leak: sleeps a time", func() { Go(func() { Sleep(1000) }) }, ""},
	{"no leak: goes on after the first has ended", func() {
		var x Int32
		Go(func() { x.Add(1); x.Add(1) })
	}, ""},
	{"no leak: waits for a child of its own", func() {
		Go(func() { Go(func() {}).Join() })
	}, ""},

	// Livelock.
	{"livelock: no thread sets the flag", func() {
		var flag Bool
		for !flag.Load() {
			Pause()
		}
	}, Livelock},
	{"livelock: two polite threads", func() {
		var want [2]Bool
		for i := range 2 {
			Go(func() {
				want[i].Store(true)
				for want[1-i].Load() {
					Pause()
				}
				want[i].Store(false)
			})
		}
	}, Livelock},
	{"livelock: spin lock that is not released", func() {
		var l Bool
		for range 2 {
			Go(func() {
				for !l.CompareAndSwap(false, true) {
					Pause()
				}
			})
		}
	}, Livelock},
	{"livelock: waits for a value that is skipped", func() {
		var x Int32
		Go(func() { x.Store(1); x.Store(2) })
		for x.Load() != 1 {
			Pause()
		}
	}, Livelock},
	{"no livelock: the flag is set", func() {
		var flag Bool
		Go(func() { flag.Store(true) })
		for !flag.Load() {
			Pause()
		}
	}, ""},
	{"no livelock: two changes while it looks", func() {
		// A round reads x twice, and ends the loop if both values are equal.
		var x Int32
		Go(func() { x.Store(1); x.Store(2) })
		for {
			if a, b := x.Load(), x.Load(); a == b {
				return
			}
			Pause()
		}
	}, ""},
	{"no livelock: the thread itself changes what it waits for", func() {
		var x Int32
		for x.Add(1) != 4 {
			Pause()
		}
	}, ""},
	{"no livelock: waits on the clock", func() {
		for Now() < 5_000_000 {
			Pause()
		}
	}, ""},
	{"no livelock: under a lock", func() {
		var m Mutex
		done := false
		Go(func() { m.Lock(); done = true; m.Unlock() })
		for {
			m.Lock()
			d := done
			m.Unlock()
			if d {
				return
			}
			Pause()
		}
	}, ""},
}
