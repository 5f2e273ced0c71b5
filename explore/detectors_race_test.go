package explore

// raceTests: accesses of plain memory that nothing orders, and near misses.
var raceTests = []detectorTest{
	{"race: two writes", func() {
		var x Var[int]
		Go(func() { x.Store(1) })
		Go(func() { x.Store(2) })
	}, DataRace},
	{"race: write and read", func() {
		var x Var[int]
		Go(func() { x.Store(1) })
		Go(func() { x.Load() })
	}, DataRace},
	{"race: parent goes on after start", func() {
		var x Var[int]
		Go(func() { x.Load() })
		x.Store(1)
	}, DataRace},
	{"race: different locks", func() {
		var x Var[int]
		var a, b Mutex
		Go(func() { a.Lock(); x.Store(1); a.Unlock() })
		Go(func() { b.Lock(); x.Store(2); b.Unlock() })
	}, DataRace},
	{"race: written after the flag", func() {
		var x Var[int]
		var flag Bool
		Go(func() { flag.Store(true); x.Store(1) })
		Go(func() {
			if flag.Load() {
				x.Load()
			}
		})
	}, DataRace},
	{"race: the flag is loaded, but not tested", func() {
		var x Var[int]
		var flag Bool
		Go(func() { x.Store(1); flag.Store(true) })
		Go(func() { flag.Load(); x.Load() })
	}, DataRace},
	{"race: the store that was observed is another thread's", func() {
		// The reader sees 2, from a thread that knows nothing of x.
		var x Var[int]
		var flag Int32
		Go(func() { x.Store(1); flag.Store(1) })
		Go(func() { flag.Store(2) })
		Go(func() {
			if flag.Load() == 2 {
				x.Load()
			}
		})
	}, DataRace},
	{"race: the store that published was overwritten", func() {
		// The explorer does not see published and overwritten: they pick the executions.
		var x Var[int]
		var flag Int32
		published, overwritten := false, false
		Go(func() { x.Store(1); flag.Store(1); published = true })
		Go(func() { flag.Store(2); overwritten = published })
		Go(func() {
			if flag.Load() == 2 && overwritten {
				x.Load()
			}
		})
	}, DataRace},
	{"race: TryLock that failed after an unlock", func() {
		var x Var[int]
		var m Mutex
		again := false
		Go(func() {
			m.Lock()
			x.Store(1)
			m.Unlock()
			m.Lock()
			again = true
			m.Unlock()
		})
		Go(func() {
			if m.TryLock() {
				m.Unlock()
			} else if again {
				x.Load()
			}
		})
	}, DataRace},
	{"race: a failed CAS publishes nothing", func() {
		var x Var[int]
		var flag Int32
		Go(func() { x.Store(1); flag.CompareAndSwap(5, 6) })
		Go(func() { flag.Load(); x.Load() })
	}, DataRace},
	{"race: writer under a read lock", func() {
		var x Var[int]
		var m RWMutex
		Go(func() { m.RLock(); x.Store(1); m.RUnlock() })
		Go(func() { m.RLock(); x.Load(); m.RUnlock() })
	}, DataRace},
	{"race: TryLock that failed", func() {
		var x Var[int]
		var m Mutex
		Go(func() { m.Lock(); x.Store(1); m.Unlock() })
		Go(func() {
			if !m.TryLock() {
				x.Load()
			} else {
				m.Unlock()
			}
		})
	}, DataRace},
	{"race: only one of two is joined", func() {
		var x Var[int]
		a := Go(func() {})
		Go(func() { x.Store(1) })
		a.Join()
		x.Load()
	}, DataRace},
	{"race: a note that another thread woke", func() {
		var x Var[int]
		var n Note
		Go(func() { x.Store(1) })
		Go(func() { n.Wakeup() })
		n.Sleep()
		x.Load()
	}, DataRace},
	{"race: two threads continue a Stack", func() {
		var s Stack
		var back *Stack
		s.Init(func() {
			for s.Switch(back) {
			}
		})
		for range 2 {
			Go(func() {
				var own Stack
				back = &own
				own.Switch(&s)
			})
		}
	}, DataRace},
	{"no race: reads", func() {
		var x Var[int]
		x.Store(1)
		Go(func() { x.Load() })
		Go(func() { x.Load() })
		x.Load()
	}, ""},
	{"no race: through atomics", func() {
		var x Var[int]
		var flag Bool
		Go(func() { x.Store(1); flag.Store(true) })
		Go(func() {
			if flag.Load() {
				x.Store(2)
			}
		})
	}, ""},
	{"no race: through a pointer", func() {
		var p Pointer[Var[int]]
		Go(func() {
			x := new(Var[int])
			x.Store(1)
			p.Store(x)
		})
		Go(func() {
			if x := p.Load(); x != nil {
				x.Store(2)
			}
		})
	}, ""},
	{"no race: through a chain of adds", func() {
		var x Var[int]
		var n Int32
		Go(func() { x.Store(1); n.Add(1) })
		Go(func() { n.Add(1) })
		Go(func() {
			if n.Load() == 2 {
				x.Store(2)
			}
		})
	}, ""},
	{"no race: through a failed CAS that saw the store", func() {
		var x Var[int]
		var flag Int32
		Go(func() { x.Store(1); flag.Store(1) })
		Go(func() {
			if !flag.CompareAndSwap(0, 2) {
				x.Store(2)
			}
		})
	}, ""},
	{"no race: through a lock", func() {
		var x Var[int]
		var m Mutex
		for i := range 2 {
			Go(func() { m.Lock(); x.Store(i); m.Unlock() })
		}
	}, ""},
	{"no race: through TryLock", func() {
		var x Var[int]
		var m Mutex
		for i := range 2 {
			Go(func() {
				if m.TryLock() {
					x.Store(i)
					m.Unlock()
				}
			})
		}
	}, ""},
	{"no race: readers and a writer of an RWMutex", func() {
		var x Var[int]
		var m RWMutex
		for range 2 {
			Go(func() { m.RLock(); x.Load(); m.RUnlock() })
		}
		Go(func() { m.Lock(); x.Store(1); m.Unlock() })
	}, ""},
	{"no race: through a note", func() {
		var x Var[int]
		var n Note
		Go(func() { x.Store(1); n.Wakeup() })
		n.Sleep()
		x.Store(2)
	}, ""},
	{"no race: through a note found signaled", func() {
		var x Var[int]
		var n Note
		Go(func() { x.Store(1); n.Wakeup() })
		if n.Signaled() {
			x.Store(2)
		}
	}, ""},
	{"no race: start and join", func() {
		var x Var[int]
		x.Store(1)
		th := Go(func() { x.Store(2) })
		th.Join()
		x.Store(3)
	}, ""},
	{"no race: through a condition", func() {
		var x Var[int]
		var m Mutex
		c := Cond{L: &m}
		ready := false
		Go(func() { m.Lock(); x.Store(1); ready = true; c.Signal(); m.Unlock() })
		m.Lock()
		for !ready {
			c.Wait()
		}
		m.Unlock()
		x.Store(2)
	}, ""},
	{"no race: through a futex", func() {
		var x Var[int]
		var w Uint32
		Go(func() { x.Store(1); w.Store(1); w.Wake(1) })
		for w.Load() == 0 {
			w.Wait(0, -1)
		}
		x.Store(2)
	}, ""},
	{"no race: through the wakeup itself", func() {
		var x Var[int]
		var w Uint32
		Go(func() {
			x.Store(1)
			for w.Wake(1) == 0 {
				Sleep(1)
			}
		})
		w.Wait(0, -1)
		x.Store(2)
	}, ""},
	{"no race: through spinning", func() {
		var x Var[int]
		var flag Bool
		Go(func() { x.Store(1); flag.Store(true) })
		for !flag.Load() {
			Pause()
		}
		x.Store(2)
	}, ""},
	{"no race: through the hand-over of a Stack", func() {
		var x Var[int]
		var n Note
		var s, own Stack
		back := &own
		s.Init(func() {
			x.Store(1)
			for s.Switch(back) {
				x.Store(2)
			}
		})
		own.Switch(&s)
		th := Go(func() {
			var other Stack
			n.Sleep()
			back = &other
			other.Switch(&s)
		})
		x.Store(3)
		n.Wakeup()
		th.Join()
		s.Destroy()
	}, ""},
}
