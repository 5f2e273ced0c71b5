package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A lock that threads come to in turn has one execution for each order. In a lock of Lamport's
// the order of the tickets makes some more.
func TestALookInVainIsNoStep(t *testing.T) {
	for _, c := range []struct {
		name string
		b    bodies
		want uint64
	}{
		{"ticket lock(4)", ticketLock(4), 24},
		{"ticket lock(5)", ticketLock(5), 120},
		{"CLH lock(3)", clh(3), 6},
		{"CLH lock(4)", clh(4), 24},
		{"MCS lock(3)", mcs(3), 66},
		{"barrier(3)", barrier(3), 12},
		{"barrier(4)", barrier(4), 144},
		{"bakery(2)", bakery(2), 9},
		{"bakery(3)", bakery(3), 254},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := allOf(c.b.started())
			require.Equal(t, Verified, r.Verdict, "%v", &r)
			require.Equal(t, c.want, r.Complete, "%v", &r)
		})
	}
}

// clh is the lock of Craig, and of Landin and Hagersten: each waits for the one before it.
func clh(n int) bodies {
	type waiter struct{ locked Bool }
	return func() []func() {
		var tail Pointer[waiter]
		tail.Store(&waiter{})
		return each(n, func(int) {
			me := &waiter{}
			me.locked.Store(true)
			before := tail.Swap(me)
			for before.locked.Load() {
				Pause()
			}
			me.locked.Store(false)
		})
	}
}

// bakery is Lamport's lock (CACM 1974), which each of n threads takes once.
func bakery(n int) bodies {
	return func() []func() {
		choosing, number := make([]Bool, n), make([]Uint32, n)
		return each(n, func(i int) {
			choosing[i].Store(true)
			mine := uint32(1)
			for j := range n {
				mine = max(mine, number[j].Load()+1)
			}
			number[i].Store(mine)
			choosing[i].Store(false)
			for j := range n {
				for j != i && choosing[j].Load() {
					Pause()
				}
				for j != i && comesFirst(number[j].Load(), j, mine, i) {
					Pause()
				}
			}
			number[i].Store(0)
		})
	}
}

func comesFirst(other uint32, j int, mine uint32, i int) bool {
	return other != 0 && (other < mine || other == mine && j < i)
}

// Each of these loops tells afterwards how it went. So its looks in vain make a difference.
func TestALookThatLeavesSomethingIsAStep(t *testing.T) {
	for _, c := range []attack{
		{"a flag that it looked in vain", func() {
			var f Bool
			Go(func() { f.Store(true) })
			waited := false
			for !f.Load() {
				waited = true
				Pause()
			}
			Assert(!waited, "it has waited")
		}, Assertion},
		{"what it saw before", func() {
			var x Uint32
			Go(func() { x.Store(1); x.Store(2); x.Store(3) })
			last := uint32(0)
			for {
				v := x.Load()
				if v == 3 {
					break
				}
				last = v
				Pause()
			}
			Assert(last != 2, "it saw 2 before 3")
		}, Assertion},
		{"what it saw first", func() {
			var x Uint32
			Go(func() { x.Store(1); x.Store(2) })
			first := uint32(7)
			for {
				v := x.Load()
				if first == 7 {
					first = v
				}
				if v == 2 {
					break
				}
				Pause()
			}
			Assert(first != 1, "it saw 1 first")
		}, Assertion},
		{"an expected value that it carries on", func() {
			var n Uint32
			Go(func() { n.Store(5) })
			want := uint32(1)
			for !n.CompareAndSwap(want, 9) {
				want = 5
				Pause()
			}
			Assert(n.Load() != 9, "it was 5")
		}, Assertion},
		{"a flag behind a call", func() {
			var f Bool
			Go(func() { f.Store(true) })
			Assert(!waitsFor(&f), "it has waited")
		}, Assertion},
		{"a look that is one in vain only at a value that comes back", func() {
			var x Uint32
			Go(func() { x.Store(0); x.Store(1); x.Store(0); x.Store(2) })
			for x.Load() == 0 {
				Pause()
			}
			Assert(x.Load() != 2, "it is 2")
		}, Assertion},
		{"a look between two that are not alike", func() {
			var x, y Uint32
			Go(func() { y.Store(1); x.Store(1); y.Store(0) })
			for x.Load() == 0 {
				Pause()
			}
			for y.Load() == 1 {
				Pause()
			}
			Assert(x.Load() == 1 && y.Load() == 0, "both loops have ended")
		}, ""},
		{"a value that is gone before it looks", func() {
			var x Uint32
			Go(func() { x.Store(1); x.Store(0) })
			for x.Load() == 0 {
				Pause()
			}
		}, Livelock},
		{"the last of two that wait for each other's value", func() {
			var x Uint32
			Go(func() {
				for x.Load() != 1 {
					Pause()
				}
				x.Store(2)
			})
			x.Store(1)
			for x.Load() != 2 {
				Pause()
			}
			Assert(false, "it comes here")
		}, Assertion},
		{"time that passes while it waits", func() {
			var f Bool
			Go(func() { Sleep(10); f.Store(true) })
			for !f.Load() {
				Pause()
			}
			Assert(Now() < 10, "time has passed")
		}, Assertion},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"exhaustive", "naive", "bounded"} {
				cfg := defaults()
				cfg.Preempt = 100
				requireWord(t, c.want, exploreWith(t, name, cfg, c.program, ignore))
			}
		})
	}
}

//go:noinline
func waitsFor(f *Bool) (waited bool) {
	for !f.Load() {
		waited = true
		Pause()
	}
	return waited
}
