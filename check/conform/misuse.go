package conform

import (
	"math"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// badConfig is refused with the field's name.
func badConfig(t *trial) {
	for _, procs := range []int{0, -1, rt.MaxProcs + 1} {
		_, err := t.open(rt.Config{Procs: procs})
		require.ErrorContains(t, err, "Config.Procs")
	}
	for _, sample := range []int{-1, math.MaxInt32 + 1} {
		_, err := t.open(rt.Config{Procs: t.procs, SampleReady: sample})
		require.ErrorContains(t, err, "Config.SampleReady")
	}
}

// nilFunction: an error to those outside, a panic to a G.
func nilFunction(t *trial) {
	s := t.scheduler()
	require.ErrorContains(t, s.Run(nil), "nil")
	require.ErrorContains(t, s.Go(nil), "nil")
	require.NoError(t, s.Run(nothing), "the scheduler is still good")
	requirePanic(t, s, "G.Go: the function is nil", func(g *rt.G) { g.Go(nil) })
}

// requirePanic: Run of main fails with a panic whose text contains text.
func requirePanic(t *trial, s rt.Scheduler, text string, main func(*rt.G)) {
	var panicked *rt.PanicError
	require.ErrorAs(t, s.Run(main), &panicked)
	require.Contains(t, panicked.Value, text)
	require.NoError(t, s.Close())
}

// doubleReady: the second one panics.
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

// readyOfRunning: of itself, which does not wait.
func readyOfRunning(t *trial) {
	requirePanic(t, t.scheduler(), "does not wait", func(g *rt.G) { g.Parker().Ready(g) })
}

// readyOfForeign: of a G that belongs to another scheduler.
func readyOfForeign(t *trial) {
	var w waitlist
	home, abroad := t.scheduler(), t.scheduler()
	require.NoError(t, home.Go(w.wait))
	await(func() bool { return w.len() == 1 })
	requirePanic(t, abroad, "different schedulers", func(g *rt.G) {
		g.Parker().Ready(w.takeAll()[0])
	})
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, home.Close(), &deadlock)
}

// nestedSyscall: a G that is in one cannot begin another.
func nestedSyscall(t *trial) {
	requirePanic(t, t.scheduler(), "in a system call", func(g *rt.G) {
		g.Syscall(func() { g.Syscall(func() {}) })
	})
}

// gCalls are the methods that a G's own body may call.
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
		"ParkUnlock":  func(g *rt.G) { new(baton).take(g) },
		"Ready":       func(g *rt.G) { g.Parker().Ready(g) },
		"Enter":       func(g *rt.G) { g.Parker().Enter(new(host.Mutex)) },
		"Lock":        func(g *rt.G) { g.Parker().Lock(new(host.Mutex)) },
		"TakeScratch": func(g *rt.G) { g.Parker().TakeScratch() },
		"PutScratch":  func(g *rt.G) { g.Parker().PutScratch(nil) },
	}
}

// usedAfterEnd: with one P, where the race detector has nothing to object.
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

// usedWhileWaiting: by a G that takes the handle of another.
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
