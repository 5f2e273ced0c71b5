package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each detector has programs for which it must fire, in at least one execution,
// and near misses for which no detector may, in any.
var detectorTests = []struct {
	name    string
	program func()
	want    Property // "": none
}{
	// Data race.
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
	{"race: the flag is loaded, but not asked", func() {
		var x Var[int]
		var flag Bool
		Go(func() { x.Store(1); flag.Store(true) })
		Go(func() { flag.Load(); x.Load() })
	}, DataRace},
	{"race: the store that was observed is another one's", func() {
		// The reader sees 2, of a thread that knows nothing of x.
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
		// overwritten is no shared memory for the explorer: it picks the executions.
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
	{"race: a note that another one woke", func() {
		var x Var[int]
		var n Note
		Go(func() { x.Store(1) })
		Go(func() { n.Wakeup() })
		n.Sleep()
		x.Load()
	}, DataRace},
	{"race: two continue a Stack", func() {
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
	{"no race: through a note that was asked", func() {
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
	{"deadlock: join with a lock that the other one needs", func() {
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
	{"deadlock: nobody wakes", func() {
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
	{"no deadlock: another one unlocks", func() {
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
	{"lost wakeup: signal without asking", func() {
		var m Mutex
		c := Cond{L: &m}
		Go(func() { c.Signal() })
		m.Lock()
		c.Wait()
		m.Unlock()
	}, LostWakeup},
	{"lost wakeup: asked before the lock", func() {
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
	{"lost wakeup: cleared by the one who wakes", func() {
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
	{"no lost wakeup: nobody signals", func() {
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
	{"no lost wakeup: signal under the lock, asked in a loop", func() {
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
	{"livelock: nobody sets the flag", func() {
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
		// A round reads x twice, and is content with one value.
		var x Int32
		Go(func() { x.Store(1); x.Store(2) })
		for {
			if a, b := x.Load(), x.Load(); a == b {
				return
			}
			Pause()
		}
	}, ""},
	{"no livelock: it changes itself what it waits for", func() {
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
	{"no panic: asked before", func() {
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

func TestDetectorsErrInNeitherDirection(t *testing.T) {
	for _, d := range detectorTests {
		t.Run(d.name, func(t *testing.T) {
			r := allOf(d.program)
			if d.want == "" {
				require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
				return
			}
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, d.want, r.Violation.Property, "%v", r.Violation)
			require.NotEmpty(t, r.Violation.Message)
		})
	}
}
