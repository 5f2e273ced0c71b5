package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs with the types that are made of other controlled types.
var syncPrograms = []struct {
	name    string
	program func()
	want    Property // "": right
}{
	{"Once: f runs once, and all see what it did", func() {
		var o Once
		var runs, value Var[int]
		get := func() {
			o.Do(func() { runs.Store(runs.Load() + 1); value.Store(7) })
			Assert(value.Load() == 7, "seen too early")
		}
		a, b := Go(get), Go(get)
		get()
		a.Join()
		b.Join()
		Assert(runs.Load() == 1, "%d runs", runs.Load())
	}, ""},
	{"Once: done though f panics", func() {
		var o Once
		for range 2 {
			func() {
				defer func() { _ = recover() }()
				o.Do(func() { panic("in f") })
			}()
		}
		o.Do(func() { Assert(false, "f runs again") })
	}, ""},
	{"Once: f calls Do", func() { var o Once; o.Do(func() { o.Do(func() {}) }) }, Deadlock},
	{"lazy, without a Once", func() {
		var made Bool
		var value Var[int]
		get := func() {
			if !made.Load() {
				value.Store(7)
				made.Store(true)
			}
			value.Load()
		}
		Go(get)
		get()
	}, DataRace},
	{"WaitGroup: who waits sees what was done", func() {
		var wg WaitGroup
		var x, y Var[int]
		wg.Add(1)
		Go(func() { x.Store(1); wg.Done() })
		wg.Go(func() { y.Store(1) })
		wg.Wait()
		Assert(x.Load()+y.Load() == 2, "too early")
	}, ""},
	{"WaitGroup: two wait", func() {
		var wg WaitGroup
		var x Var[int]
		wg.Add(1)
		wait := func() { wg.Wait(); Assert(x.Load() == 1, "too early") }
		Go(wait)
		Go(wait)
		x.Store(1)
		wg.Done()
	}, ""},
	{"WaitGroup: used again", func() {
		var wg WaitGroup
		var x Var[int]
		for i := range 2 {
			wg.Go(func() { x.Store(i) })
			wg.Wait()
			Assert(x.Load() == i, "%d", x.Load())
		}
	}, ""},
	{"WaitGroup: Add comes in the thread", func() {
		var wg WaitGroup
		var x Var[int]
		Go(func() { wg.Add(1); x.Store(1); wg.Done() })
		wg.Wait()
		x.Load()
	}, DataRace},
	{"WaitGroup: one Done is missing", func() {
		var wg WaitGroup
		wg.Add(2)
		Go(wg.Done)
		wg.Wait()
	}, Deadlock},
	{"WaitGroup: one Done too many", func() {
		var wg WaitGroup
		wg.Add(1)
		Go(wg.Done)
		wg.Done()
		wg.Done()
	}, Panic},
	{"RLocker: readers together, writers alone", func() {
		var m RWMutex
		var x Var[int]
		Go(func() { l := m.RLocker(); l.Lock(); x.Load(); l.Unlock() })
		Go(func() { m.RLock(); x.Load(); m.RUnlock() })
		m.Lock()
		x.Store(1)
		m.Unlock()
	}, ""},
	{"RLocker: does not keep readers out", func() {
		var m RWMutex
		var x Var[int]
		Go(func() { l := m.RLocker(); l.Lock(); x.Store(1); l.Unlock() })
		m.RLock()
		x.Load()
		m.RUnlock()
	}, DataRace},
}

func TestOnceAndWaitGroupKeepTheirPromises(t *testing.T) {
	for _, p := range syncPrograms {
		t.Run(p.name, func(t *testing.T) {
			for _, strategy := range []string{"exhaustive", "naive", "bounded"} {
				r, err := Run(p.program, Strategy(strategy))
				require.NoError(t, err)
				if p.want == "" {
					require.Equal(t, Verified, r.Verdict, "%s: %v", strategy, &r)
					continue
				}
				require.Equal(t, Violated, r.Verdict, strategy)
				require.Equal(t, p.want, r.Violation.Property, "%s: %v", strategy, r.Violation)
			}
		})
	}
}

func TestTheirPartsHaveTheirNames(t *testing.T) {
	v := explained(t, func() {
		var setup Once
		var all WaitGroup
		var named Once
		Name(&named, "config")
		all.Go(func() { setup.Do(func() {}) })
		all.Wait()
		named.Do(func() { panic("here") })
	}, "")
	for _, want := range []string{
		"load setup: false", "lock setup#2", "store setup: false → true",
		"add all: 0 → 1", "load config: false", "lock config's lock",
	} {
		require.Contains(t, v.Table, want)
	}
}

// Wake(2) of three threads chooses a pair, not an order.
func TestWakeChoosesThreadsAndNotTheirOrder(t *testing.T) {
	for n, want := range []int{1, 3, 3, 1, 1} {
		times := map[[3]int32]int{} // by the queue that Wake found
		r := allOf(func() {
			var w Uint32
			for range 3 {
				Go(func() { w.Wait(0, -1) })
			}
			w.Load()
			var queue [3]int32
			waiting := w.w.Waiters()
			for i, th := range waiting {
				queue[i] = th.Nth
			}
			if full := len(waiting) == 3; w.Wake(n) <= n && full {
				times[queue]++
			}
		})
		require.Zero(t, r.Cut)
		require.Len(t, times, 6)
		for queue, got := range times {
			require.Equal(t, want, got, "Wake(%d) of %v", n, queue)
		}
	}
}
