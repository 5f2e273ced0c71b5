package sim_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
)

func TestStacksAreContinuedByAnyThread(t *testing.T) {
	before := runtime.NumGoroutine()
	var on []int
	run(t, machine(t, "server64", 4), func() {
		var s sim.Stack
		var base *sim.Stack
		s.Init(func() {
			for s.Switch(base) {
				on = append(on, sim.CPU())
			}
		})
		var own sim.Stack
		base = &own
		own.Switch(&s)
		for range 3 {
			var all group
			all.start(func() {
				var thread sim.Stack
				base = &thread
				thread.Switch(&s)
			})
			all.wait()
		}
		s.Destroy()
	})
	require.Equal(t, []int{1, 1, 1}, on)
	awaitGoroutines(t, before)
}

// endings are what a Stack may do when it is to be destroyed, with deferred calls that operate.
var endings = map[string]func(){
	"returns":       func() {},
	"calls Goexit":  runtime.Goexit,
	"has deferreds": func() { defer runtime.Goexit() },
}

func TestStacksAreDestroyed(t *testing.T) {
	for name, end := range endings {
		before := runtime.NumGoroutine()
		ended := 0
		var word sim.Int32
		run(t, machine(t, "server64", 4), func() {
			sim.Go(func() { // another thread goes on meanwhile
				for range 1000 {
					word.Add(1)
				}
			})
			var base sim.Stack
			for range 20 {
				var s sim.Stack
				s.Init(func() {
					defer func() { word.Add(1); sim.Work(1000); ended++ }()
					if s.Switch(&base) {
						panic("it was to be destroyed")
					}
					require.False(t, s.Switch(&base), "it is to end")
					end()
				})
				base.Switch(&s)
				s.Destroy()
				require.Equal(t, sim.Stack{}, s)
			}
			var never sim.Stack
			never.Init(func() { panic("ran") })
			never.Destroy()
		})
		require.Equal(t, 20, ended, name)
		require.EqualValues(t, 1020, word.Load(), name)
		awaitGoroutines(t, before)
	}
}

func TestMisuseOfStacksPanics(t *testing.T) {
	const notSuspended = "sim: Stack.Switch: the Stack to continue is not suspended"
	const notCoroutine = "sim: Stack.Destroy: the Stack is not a suspended coroutine made by Init"
	run(t, machine(t, "server64", 1), func() {
		var s, base, zero sim.Stack
		s.Init(func() {
			require.PanicsWithValue(t, notSuspended, func() { s.Switch(&s) })
			require.PanicsWithValue(t, notCoroutine, func() { s.Destroy() })
			s.Switch(&base)
		})
		require.PanicsWithValue(t, "sim: Stack.Init: the Stack is in use: "+
			"only a zero or destroyed one may be initialized", func() { s.Init(func() {}) })
		require.PanicsWithValue(t, notSuspended, func() { base.Switch(&zero) })
		base.Switch(&s)
		s.Destroy()
		require.PanicsWithValue(t, notCoroutine, func() { s.Destroy() })
	})
}

func TestAStackThatEndsByItselfIsAnError(t *testing.T) {
	for says, f := range map[string]func(){
		"of its own":   func() { panic("of its own") },
		"its function": func() {},
		"nobody has":   runtime.Goexit,
	} {
		_, err := sim.Run(machine(t, "server64", 1), func() {
			var s, base sim.Stack
			s.Init(f)
			base.Switch(&s)
		})
		require.ErrorContains(t, err, says)
	}
}

// awaitGoroutines waits until no more than n goroutines are left.
func awaitGoroutines(t *testing.T, n int) {
	t.Helper()
	for range 50_000_000 {
		if runtime.NumGoroutine() <= n {
			return
		}
		runtime.Gosched()
	}
	require.FailNow(t, "goroutines left over")
}
