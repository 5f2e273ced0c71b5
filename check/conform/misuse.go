package conform

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// badConfig: a Config with a field that is out of range is refused, with the field's name.
func badConfig(t *trial) {
	for _, procs := range []int{0, -1, rt.MaxProcs + 1} {
		_, err := t.open(rt.Config{Procs: procs})
		require.ErrorContains(t, err, "Config.Procs", "New with Procs %d", procs)
	}
	for _, sample := range []int{-1, math.MaxInt32 + 1} {
		_, err := t.open(rt.Config{Procs: t.procs, SampleReady: sample})
		require.ErrorContains(t, err, "Config.SampleReady", "New with SampleReady %d", sample)
	}
}

// nilFunction: a nil function is an error of Run and of Scheduler.Go, and a panic of G.Go.
func nilFunction(t *trial) {
	s := t.scheduler()
	require.ErrorContains(t, s.Run(nil), "nil", "Run of a nil function")
	require.ErrorContains(t, s.Go(nil), "nil", "Go of a nil function")
	require.NoError(t, s.Run(nothing), "the scheduler must still work after it refused nil")
	requirePanic(t, s, "G.Go: the function is nil", func(g *rt.G) { g.Go(nil) })
}

// requirePanic checks that a wrong call in main panics with a value that contains text, so that
// Run fails with that. It closes s.
func requirePanic(t *trial, s rt.Scheduler, text string, main func(*rt.G)) {
	t.Helper()
	var panicked *rt.PanicError
	require.ErrorAs(t, s.Run(main), &panicked, "the wrong call must panic, with %q", text)
	require.Contains(t, fmt.Sprint(panicked.Value), text, "the panic must say what was wrong")
	require.NoError(t, s.Close(), "Close must succeed after a failure that was reported")
}

// doubleReady: to ready a G twice panics, since the second time it does not wait.
func doubleReady(t *trial) {
	requirePanic(t, t.scheduler(), "does not wait", func(g *rt.G) {
		var w waitlist
		g.Go(w.wait)
		yieldUntil(g, func() bool { return w.len() == 1 })
		gp := w.takeAll()[0]
		g.Parker().Ready(gp)
		g.Parker().Ready(gp)
	})
}

// readyOfRunning: a G that readies itself panics, since it does not wait.
func readyOfRunning(t *trial) {
	requirePanic(t, t.scheduler(), "does not wait", func(g *rt.G) { g.Parker().Ready(g) })
}

// readyOfForeign: to ready a G of another scheduler panics, and leaves that G as it was.
func readyOfForeign(t *trial) {
	var w waitlist
	home, abroad := t.scheduler(), t.scheduler()
	require.NoError(t, home.Go(w.wait))
	await(func() bool { return w.len() == 1 })
	requirePanic(t, abroad, "different schedulers", func(g *rt.G) {
		g.Parker().Ready(w.gs[0])
	})
	require.NoError(t, home.Go(func(g *rt.G) { g.Parker().Ready(w.takeAll()[0]) }))
	require.NoError(t, home.Close(), "the G can still be readied by its own scheduler")
}

// nestedSyscall: a system call within a system call panics.
func nestedSyscall(t *trial) {
	requirePanic(t, t.scheduler(), "in a system call", func(g *rt.G) {
		g.Syscall(func() { g.Syscall(func() {}) })
	})
}

// gCalls returns calls of the methods that only a G's own body may call.
func gCalls() map[string]func(g *rt.G) {
	return map[string]func(g *rt.G){
		"Go":              func(g *rt.G) { g.Go(nothing) },
		"Yield":           (*rt.G).Yield,
		"Checkpoint":      (*rt.G).Checkpoint,
		"Syscall":         func(g *rt.G) { g.Syscall(func() {}) },
		"BlockingSyscall": func(g *rt.G) { g.BlockingSyscall(func() {}) },
		"Park": func(g *rt.G) {
			g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
		},
		"ParkUnlock": func(g *rt.G) {
			mu := new(host.Mutex)
			mu.Lock()
			defer mu.Unlock() // the panic comes first
			g.Parker().ParkUnlock(rt.WaitOther, mu)
		},
		"Ready":       func(g *rt.G) { g.Parker().Ready(g) },
		"Enter":       func(g *rt.G) { g.Parker().Enter(new(host.Mutex)) },
		"Lock":        func(g *rt.G) { g.Parker().Lock(new(host.Mutex)) },
		"TakeScratch": func(g *rt.G) { g.Parker().TakeScratch() },
		"PutScratch":  func(g *rt.G) { g.Parker().PutScratch(nil) },
	}
}

// usedAfterEnd: to call a method of a G that has ended panics. It runs with one P only, where
// the race detector sees no race.
func usedAfterEnd(t *trial) {
	for _, call := range gCalls() {
		requirePanic(t, t.scheduler(), "not running", func(g *rt.G) {
			var dead *rt.G
			var ended atomic.Bool
			g.Go(func(g *rt.G) {
				dead = g
				ended.Store(true)
			})
			yieldUntil(g, ended.Load)
			call(dead)
		})
	}
}

// usedWhileWaiting: to call a method of another G, which waits, panics. It runs with one P only,
// where the race detector sees no race.
func usedWhileWaiting(t *trial) {
	for _, call := range gCalls() {
		requirePanic(t, t.scheduler(), "not running", func(g *rt.G) {
			var w waitlist
			g.Go(w.wait)
			yieldUntil(g, func() bool { return w.len() == 1 })
			call(w.takeAll()[0])
		})
	}
}
