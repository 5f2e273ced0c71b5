package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These tests prove that known-bad programs get the verdict and the counts that are
// declared for them, that their repaired versions are verified, and that messages explain
// what is wrong.

// judged is a program with its declared verdict and counts.
type judged struct {
	name     string
	b        bodies
	property Property // "": Verified
	shortest int      // steps of the shortest violation, by enumeration of all executions
	complete uint64
	stuck    uint64
	failed   uint64 // executions that broke a property before their end
}

func TestProgramsHaveTheirVerdicts(t *testing.T) {
	for _, p := range judgedPrograms {
		t.Run(p.name, func(t *testing.T) {
			r := allOf(p.b.joined())
			want := Verified
			if p.property != "" {
				want = Violated
				require.Equal(t, p.property, r.Violation.Property, "%v", r.Violation)
			}
			require.Equal(t, want, r.Verdict, "%v", r.Violation)
			got := judged{p.name, nil, p.property, p.shortest, r.Complete, r.Stuck,
				r.Violations - r.Stuck}
			p.b = nil
			require.Equal(t, p, got)
		})
	}
}

// Of all interleavings, the shortest violation is as long as declared, and no other
// property is broken.
func TestTheShortestViolationIsAsDeclared(t *testing.T) {
	for _, p := range judgedPrograms {
		t.Run(p.name, func(t *testing.T) {
			a := countTraces(p.b.joined())
			want := map[Property]int{}
			if p.property != "" {
				want[p.property] = p.shortest
			}
			require.Equal(t, want, a.shortest)
			require.Equal(t, int(p.complete), len(a.complete))
			require.Equal(t, int(p.stuck), len(a.stuck))
		})
	}
}

// The message of a stuck execution says which thread waits for what, which thread holds
// that, and why.
func TestStuckExecutionsAreExplained(t *testing.T) {
	for _, c := range []struct {
		program func()
		says    string
	}{
		{func() {
			var a, b Mutex
			Name(&a, "a")
			Go(func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() })
			Go(func() { b.Lock(); a.Lock(); a.Unlock(); b.Unlock() }).Join()
		}, "thread 1 waits for mutex 2, held by thread 2; " +
			"thread 2 waits for mutex a, held by thread 1; " +
			"thread 0 waits for the end of thread 2"},
		{func() {
			var m Mutex
			m.Lock()
			m.Lock()
		}, "thread 0 waits for mutex 1, held by itself"},
		{func() {
			var m Mutex
			Go(m.Lock).Join()
			m.Lock()
		}, "thread 0 waits for mutex 1, held by thread 1, which has ended"},
		{func() {
			var rw RWMutex
			Go(rw.RLock).Join()
			rw.RLock()
			rw.Lock()
		}, "thread 0 waits for rwmutex 1, held by thread 1, which has ended and itself"},
		{func() {
			var rw RWMutex
			rw.RLock()
			Go(rw.Lock)
			rw.RLock()
		}, "thread 0 waits for rwmutex 1, held by itself, behind thread 1, which wants to write; " +
			"thread 1 waits for rwmutex 1, held by thread 0"},
		{func() {
			var m Mutex
			var n Note
			c := Cond{L: &m}
			Go(func() { m.Lock(); n.Wakeup(); c.Wait() })
			Go(func() { n.Sleep(); m.Lock(); m.TryLock() }).Join()
			m.Lock()
		}, "thread 0 waits for mutex 1, held by thread 2, which has ended; " +
			"thread 1 waits to be woken on cond 1"},
		{func() {
			var x Int32
			var flag Bool
			Name(&flag, "flag")
			for !flag.Load() || x.Load() == 0 {
				Pause()
			}
		}, "thread 0 spins: nobody is left to write what it has read, flag = false"},
		{func() {
			var x Int32
			x.Store(-1)
			for x.Load() < 0 {
				Pause()
			}
		}, "thread 0 spins: nobody is left to write what it has read, int32 1 = -1"},
		{func() {
			var n Note
			Name(&n, "done")
			Go(n.Sleep)
		}, "the first thread has ended; thread 1 sleeps on note done"},
		{func() {
			var n Note
			n.Wakeup()
			n.Clear()
			n.Sleep()
		}, "thread 0 sleeps on note 1; thread 0 woke it (step 1), " +
			"and thread 0 cleared it (step 2) before anybody saw it"},
		{func() {
			var m Mutex
			c := Cond{L: &m}
			Go(c.Signal).Join()
			m.Lock()
			c.Wait()
		}, "thread 0 waits to be woken on cond 1; " +
			"thread 1 woke it (step 1) when nobody waited yet"},
		{func() {
			var w Uint32
			Go(func() { w.Wake(1) }).Join()
			w.Wait(0, -1)
		}, "thread 0 waits to be woken on uint32 1; " +
			"thread 1 woke it (step 1) when nobody waited yet"},
	} {
		require.Equal(t, c.says, once(c.program).Violation.Message)
	}
}

// lateChild is a program of two threads that each make another. The one that thread 1+i
// makes does bad, if it is made last.
func lateChild(i int, bad func()) func() {
	return func() {
		var x Int32
		for k := range 2 {
			Go(func() {
				n := x.Add(1)
				Go(func() {
					if n == 2 && k == i {
						bad()
					}
				})
			})
		}
	}
}

func TestThreadsAreNumberedAsTheirExecutionMadeThem(t *testing.T) {
	for i := range 2 { // in the first execution, one of them is made first
		v := once(lateChild(i, func() { var m Mutex; m.Lock(); m.Lock() })).Violation
		require.Equal(t, "thread 4 waits for mutex 1, held by itself", v.Message)
		require.Equal(t, 4, v.Thread)
		v = once(lateChild(i, func() { panic("late") })).Violation
		require.Equal(t, 4, v.Thread)
		r, err := Run(lateChild(i, func() {
			var x Int32
			for x.Load() == 0 {
			}
		}), Steps(50))
		require.NoError(t, err)
		require.Regexp(t, `thread 4 goes round verdicts_test\.go:\d+\.`, r.Why)
	}
}

// A thread that chooses anew need not do the same again, so its loop is no livelock.
func TestAThiefWithARandomVictimIsNoLivelock(t *testing.T) {
	r, err := Run(func() {
		var full [2]Int32
		full[1].Store(1)
		for !full[Choose(2)].CompareAndSwap(1, 0) {
			Pause()
		}
	}, Steps(20), KeepGoing())
	require.NoError(t, err)
	require.Equal(t, Unknown, r.Verdict, "%v", r.Violation)
	require.EqualValues(t, 19, r.Complete)
	require.EqualValues(t, 2, r.TooLong) // one for each number of the last Choose
}

// An execution may have as many steps as the limit says.
func TestAnExecutionOfExactlyTheLimitIsNotTooLong(t *testing.T) {
	three := func() { var x Int32; x.Store(1); x.Store(2); x.Store(3) }
	for steps, want := range map[int]Verdict{2: Unknown, 3: Verified} {
		r, err := Run(three, Steps(steps))
		require.NoError(t, err)
		require.Equal(t, want, r.Verdict, "Steps(%d): %s", steps, r.Why)
	}
}

// A loop without Pause that never ends is no pass, and is named.
func TestALoopWithoutPauseEndsInUnknown(t *testing.T) {
	r := once(func() {
		var flag Bool
		Go(func() {
			for !flag.Load() {
			}
		})
		flag.Store(true)
	})
	require.Equal(t, Unknown, r.Verdict)
	require.Contains(t, r.Why, "thread 1 goes round")
	require.Contains(t, r.Why, "verdicts_test.go")
	require.Contains(t, r.Why, "call explore.Pause in the loop")
}

var judgedPrograms = []judged{
	{"lost update", checkedCounter(func(x *Int32) {
		x.Store(x.Load() + 1)
	}), Assertion, 8, 4, 0, 4},
	{"update by add", checkedCounter(func(x *Int32) {
		x.Add(1)
	}), "", 0, 4, 0, 0},
	{"update by CAS", checkedCounter(func(x *Int32) {
		for {
			if v := x.Load(); x.CompareAndSwap(v, v+1) {
				return
			}
		}
	}), "", 0, 8, 0, 0},
	{"double-checked locking, the flag first", doubleChecked(true), DataRace, 5, 4, 0, 2},
	{"double-checked locking", doubleChecked(false), "", 0, 4, 0, 0},
	{"spin lock that tests, then sets", guarded(func(l *Bool) {
		for l.Load() {
			Pause()
		}
		l.Store(true)
	}), DataRace, 4, 2, 0, 4},
	{"spin lock", guarded(func(l *Bool) {
		for !l.CompareAndSwap(false, true) {
			Pause()
		}
	}), "", 0, 2, 0, 0},
	{"Treiber's stack that uses nodes again", abaStack(false), Assertion, 17, 34, 0, 1},
	{"Treiber's stack with a count", abaStack(true), "", 0, 35, 0, 0},
	{"locks in opposite orders", philosophers(2), Deadlock, 2, 2, 1, 0},
	{"locks in one order", orderedPhilosophers(2), "", 0, 2, 0, 0},
	{"forgotten unlock", forgetful(true), Deadlock, 1, 0, 2, 0},
	{"no forgotten unlock", forgetful(false), "", 0, 2, 0, 0},
	{"condition asked outside the lock", conditional(false), LostWakeup, 8, 2, 1, 0},
	{"condition asked under the lock", conditional(true), "", 0, 2, 0, 0},
	{"note cleared before the sleep", clearing(true), LostWakeup, 3, 1, 1, 0},
	{"note cleared after the sleep", clearing(false), "", 0, 1, 0, 0},
	{"semaphore that looks, then takes", semaphore(false), Assertion, 7, 14, 0, 4},
	{"semaphore that takes by CAS", semaphore(true), "", 0, 8, 0, 0},
	{"two wakers", wakers(false), DoubleWakeup, 1, 0, 0, 1},
	{"two wakers, one of which claims the wakeup", wakers(true), "", 0, 2, 0, 0},
	{"unlock in both branches", unlocker(true), BadUnlock, 6, 0, 0, 2},
	{"unlock in one", unlocker(false), "", 0, 2, 0, 0},
	{"two polite threads", polite(false), Livelock, 4, 2, 1, 0},
	{"two polite threads with a turn", polite(true), "", 0, 7, 0, 0},
	{"Peterson with the assignments swapped", petersonSwapped, DataRace, 7, 14, 0, 2},
	{"Peterson", func() []func() { return excluded(petersonLock()) }, "", 0, 24, 0, 0},
	{"published before it is written", publication(true), DataRace, 2, 2, 0, 1},
	{"written before it is published", publication(false), "", 0, 2, 0, 0},
}

// checkedCounter: two threads update a counter. The second one to be done checks it.
func checkedCounter(update func(x *Int32)) bodies {
	return func() []func() {
		var x, done Int32
		return each(2, func(int) {
			update(&x)
			if done.Add(1) == 2 {
				Assert(x.Load() == 2, "x = %d", x.Load())
			}
		})
	}
}

// doubleChecked: made is read without the lock. early sets it too early.
func doubleChecked(early bool) bodies {
	return func() []func() {
		var made Bool
		var m Mutex
		var thing Var[int]
		get := func(int) {
			if !made.Load() {
				m.Lock()
				if !made.Load() {
					if early {
						made.Store(true)
					}
					thing.Store(1)
					made.Store(true)
				}
				m.Unlock()
			}
			thing.Load()
		}
		return each(2, get)
	}
}

func guarded(lock func(l *Bool)) bodies {
	return func() []func() {
		var l Bool
		return excluded(func(int) { lock(&l) }, func(int) { l.Store(false) })
	}
}

// excluded: two threads change a plain variable under a lock.
func excluded(lock, unlock func(i int)) []func() {
	var x Var[int]
	return each(2, func(i int) {
		lock(i)
		x.Store(x.Load() + 1)
		unlock(i)
	})
}

// abaStack is a stack of the nodes 1 (the top) and 2, with links between numbers. One
// thread pops; the other one pops both nodes and pushes the first one back. If the top has
// no count that is compared with it, the first thread then finds a node on the stack that
// is in use.
func abaStack(counted bool) bodies {
	return func() []func() {
		var top Uint32
		top.Store(1)
		var next [3]Uint32
		next[1].Store(2)
		var used [3]bool
		const count = 1 << 8
		pop := func() uint32 {
			t := top.Load()
			if t%count == 0 {
				return 0
			}
			n := next[t%count].Load()
			if counted {
				n += t/count*count + count
			}
			if !top.CompareAndSwap(t, n) {
				return 0
			}
			Assert(!used[t%count], "node %d is in use", t%count)
			used[t%count] = true
			return t % count
		}
		push := func(i uint32) {
			t := top.Load()
			next[i].Store(t % count)
			used[i] = false
			if counted {
				i += t/count*count + count
			}
			if !top.CompareAndSwap(t, i) {
				used[i%count] = true // gives up
			}
		}
		return []func(){
			func() { pop(); pop() },
			func() {
				a := pop()
				pop()
				if a != 0 {
					push(a)
				}
			},
		}
	}
}

func forgetful(forgets bool) bodies {
	return func() []func() {
		var m Mutex
		n := 0
		return each(2, func(int) {
			m.Lock()
			if n++; n == 1 && forgets {
				return
			}
			m.Unlock()
		})
	}
}

func conditional(under bool) bodies {
	return func() []func() {
		var m Mutex
		var ready Bool
		c := Cond{L: &m}
		return []func(){
			func() { m.Lock(); ready.Store(true); c.Signal(); m.Unlock() },
			func() {
				if !under && ready.Load() {
					return
				}
				m.Lock()
				for under && !ready.Load() {
					c.Wait()
				}
				if !under {
					c.Wait()
				}
				m.Unlock()
			},
		}
	}
}

func clearing(first bool) bodies {
	return func() []func() {
		var n Note
		return []func(){
			func() { n.Wakeup() },
			func() {
				if first {
					n.Clear()
				}
				n.Sleep()
				n.Clear()
			},
		}
	}
}

// semaphore: two threads, one of which may be inside.
func semaphore(byCAS bool) bodies {
	return func() []func() {
		var free, inside Int32
		free.Store(1)
		return each(2, func(int) {
			v := free.Load()
			if v == 0 {
				return
			}
			if !byCAS {
				free.Store(v - 1)
			} else if !free.CompareAndSwap(v, v-1) {
				return
			}
			Assert(inside.Add(1) == 1, "two are inside")
			inside.Add(-1)
			free.Add(1)
		})
	}
}

func wakers(claim bool) bodies {
	return func() []func() {
		var n Note
		var claimed Bool
		wake := func() {
			if !claim || claimed.CompareAndSwap(false, true) {
				n.Wakeup()
			}
		}
		return []func(){wake, wake, n.Sleep}
	}
}

func unlocker(twice bool) bodies {
	return func() []func() {
		var m Mutex
		var x Int32
		return each(2, func(i int) {
			m.Lock()
			if x.Add(1) == 2 && twice {
				m.Unlock()
			}
			m.Unlock()
		})
	}
}

func polite(turns bool) bodies {
	return func() []func() {
		var want [2]Bool
		return each(2, func(i int) {
			want[i].Store(true)
			for want[1-i].Load() {
				if turns && i == 1 {
					want[i].Store(false)
				}
				Pause()
			}
			want[i].Store(false)
		})
	}
}

// petersonSwapped is Peterson's lock, but gives way before it says that it wants to enter.
func petersonSwapped() []func() {
	want := new([2]Bool)
	var turn Int32
	return excluded(func(i int) {
		turn.Store(int32(1 - i))
		want[i].Store(true)
		for want[1-i].Load() && turn.Load() == int32(1-i) {
			Pause()
		}
	}, func(i int) { want[i].Store(false) })
}

func publication(early bool) bodies {
	return func() []func() {
		var p Pointer[Var[int]]
		return []func(){
			func() {
				x := new(Var[int])
				if early {
					p.Store(x)
				}
				x.Store(1)
				p.Store(x)
			},
			func() {
				if x := p.Load(); x != nil {
					Assert(x.Load() == 1, "not written")
				}
			},
		}
	}
}
