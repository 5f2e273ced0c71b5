package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Loops of all kinds and what is true of them. Random ones are in loops_test.go.
func TestLoopsWithPauseHaveTheirVerdicts(t *testing.T) {
	for _, c := range []struct {
		name    string
		program func()
		want    Property // "": it is right; "?": Unknown
		steps   int      // of the shortest violation
	}{
		{"looks at two flags in turn, the other is set first", alternating(true), Assertion, 4},
		{"looks at two flags in turn, one is set", alternating(false), "?", 0},
		{"what is done after 3 rounds in vain", countedRounds, "?", 0},
		{"an expected value is carried over", carried, "", 0},
		{"gives up after 3 rounds", givingUp(3), Panic, 4},
		{"gives up after 100 rounds", givingUp(100), Panic, 101},
		{"gives up after 3 rounds, counted in plain memory", givingUpOutside(3), Panic, 4},
		{"gives up after 3 rounds, counted in a Var", givingUpByVar(3), Panic, 4},
		{"counts to 10 and then spins", saturating(true), "", 0},
		{"counts to 10 and then spins, in vain", saturating(false), Livelock, 1},
		{"two look under a lock", underLock(true, func() (lock, unlock func()) {
			m := new(Mutex)
			return m.Lock, m.Unlock
		}), "", 0},
		{"two look under a lock, in vain", underLock(false, func() (lock, unlock func()) {
			m := new(Mutex)
			return m.Lock, m.Unlock
		}), Livelock, 15},
		{"two look under a read lock", underLock(true, func() (lock, unlock func()) {
			m := new(RWMutex)
			return m.RLock, m.RUnlock
		}), "", 0},
		{"two look under a read lock, in vain", underLock(false, func() (lock, unlock func()) {
			m := new(RWMutex)
			return m.RLock, m.RUnlock
		}), Livelock, 12},
		{"two try to enter, and go back", entering(true), "", 0},
		{"two try to enter, and go back, in vain", entering(false), Livelock, 11},
		{"two spin on TryLock of an RWMutex", tryingToWrite(true), "", 0},
		{"two spin on TryLock of an RWMutex that is kept", tryingToWrite(false), Livelock, 4},
	} {
		for _, s := range []string{"exhaustive", "bounded", "naive"} {
			t.Run(c.name+"/"+s, func(t *testing.T) {
				r, err := Run(c.program, Strategy(s))
				require.NoError(t, err)
				requireWord(t, c.want, r)
				if r.Violation != nil {
					require.Equal(t, c.steps, r.Violation.Step, "%v", r.Violation)
				}
			})
		}
	}
}

func alternating(assert bool) func() {
	return func() {
		var f [2]Bool
		var done Bool
		Go(func() {
			f[1].Store(true)
			if assert {
				done.Store(true)
				f[0].Store(true)
			}
		})
		for i := 0; !f[i%2].Load(); i++ {
			Pause()
		}
		if assert {
			Assert(done.Load(), "not done")
		}
	}
}

// requireWord says that r is what is true of a program: "" if it is right, "?" if its loop
// cannot be closed, or what it breaks.
func requireWord(t *testing.T, want Property, r Result) {
	t.Helper()
	switch want {
	case "":
		require.Equal(t, Verified, r.Verdict, "%v %v", r, r.Violation)
	case "?":
		require.Equal(t, Unknown, r.Verdict, "%v %v", r, r.Violation)
		require.Regexp(t, `the loop at pause_\w*test\.go:`, r.Why)
	default:
		require.Equal(t, Violated, r.Verdict, "%v", r)
		require.Equal(t, want, r.Violation.Property, "%v", r.Violation)
	}
}

// countedRounds keeps its count for what follows.
func countedRounds() {
	var f Bool
	Go(func() { f.Store(true) })
	i := 0
	for ; !f.Load(); i++ {
		Pause()
	}
	Assert(i != 30_000, "i is %d", i)
}

func carried() {
	var n Uint32
	add := func() {
		exp := uint32(0)
		for !n.CompareAndSwap(exp, exp+1) {
			exp = n.Load()
			Pause()
		}
	}
	Go(add)
	add()
}

func givingUp(rounds int) func() {
	return func() {
		var x Uint32
		Go(func() { x.Store(1) })
		for i := 0; x.Load() == 0; i++ {
			if i == rounds {
				panic("given up")
			}
			Pause()
		}
	}
}

// givingUpOutside counts in a variable that is not on the stack of the thread.
func givingUpOutside(rounds int) func() {
	return func() {
		var x Uint32
		i := new(int)
		Go(func() { x.Store(1) })
		Go(func() {
			for ; x.Load() == 0; *i++ {
				if *i == rounds {
					panic("given up")
				}
				Pause()
			}
		})
	}
}

func givingUpByVar(rounds int) func() {
	return func() {
		var x Uint32
		var i Var[int]
		Go(func() { x.Store(1) })
		for ; x.Load() == 0; i.Store(i.Load() + 1) {
			if i.Load() == rounds {
				panic("given up")
			}
			Pause()
		}
	}
}

func saturating(set bool) func() {
	return func() {
		var x Uint32
		if set {
			Go(func() { x.Store(1) })
		}
		for i := 0; x.Load() == 0; i = min(i+1, 10) {
			Pause()
		}
	}
}

func underLock(set bool, make func() (lock, unlock func())) func() {
	return func() {
		lock, unlock := make()
		var ready Uint32
		look := func() {
			for {
				lock()
				ok := ready.Load() > 0
				unlock()
				if ok {
					return
				}
				Pause()
			}
		}
		Go(look)
		Go(look)
		if set {
			ready.Store(1)
		}
	}
}

func entering(open bool) func() {
	return func() {
		var s Uint32
		s.Store(1)
		enter := func() {
			for s.Add(2)&1 != 0 {
				s.Add(^uint32(1))
				Pause()
			}
		}
		Go(enter)
		Go(enter)
		if open {
			s.Add(^uint32(0))
		}
	}
}

func tryingToWrite(free bool) func() {
	return func() {
		var m RWMutex
		m.RLock()
		for range 2 {
			Go(func() {
				for !m.TryLock() {
					Pause()
				}
				m.Unlock()
			})
		}
		if free {
			m.RUnlock()
		}
	}
}
