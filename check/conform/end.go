package conform

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

var errBang = errors.New("bang")

// explode panics with value. The stack of that panic must name it.
//
//go:noinline
func explode(value any) { panic(value) }

// panicsComeOut: Run returns the panic of a G that does not recover, with its value and its
// stack, wherever the G was when it panicked.
func panicsComeOut(t *trial) {
	mains := map[string]func(*rt.G){
		"main":    func(*rt.G) { explode(errBang) },
		"spawned": func(g *rt.G) { g.Go(func(*rt.G) { explode(errBang) }) },
		"yielded": func(g *rt.G) {
			g.Go(func(*rt.G) {})
			g.Yield()
			explode(errBang)
		},
		"in a system call": func(g *rt.G) { g.Syscall(func() { explode(errBang) }) },
		"in a blocking system call": func(g *rt.G) {
			g.BlockingSyscall(func() { explode(errBang) })
		},
		"in a deferred call": func(*rt.G) { defer explode(errBang) },
		"again after a recover": func(*rt.G) {
			defer func() { explode(recover()) }()
			explode(errBang)
		},
	}
	for name, main := range mains {
		s := t.scheduler()
		panicked := requirePanicked(t, s.Run(main), name)
		require.Equal(t, errBang, panicked.Value, "PanicError.Value of a panic: %s", name)
		require.ErrorIs(t, panicked, errBang, "PanicError.Unwrap of a panic: %s", name)
		require.Contains(t, panicked.Error(), "bang", "PanicError.Error of a panic: %s", name)
		onlyCloseIsLeft(t, s, panicked)
	}
}

// requirePanicked checks that err is the panic of a G that has called explode.
func requirePanicked(t *trial, err error, of string) *rt.PanicError {
	t.Helper()
	var panicked *rt.PanicError
	require.ErrorAs(t, err, &panicked, "Run must return the panic of the G: %s", of)
	require.Contains(t, string(panicked.Stack), "conform.explode", "the stack of the panic: %s", of)
	return panicked
}

// onlyCloseIsLeft checks that after failure the scheduler refuses Run and Go, naming failure,
// and that Close succeeds.
func onlyCloseIsLeft(t *trial, s rt.Scheduler, failure error) {
	ran := false
	body := func(*rt.G) { ran = true }
	require.ErrorIs(t, s.Run(body), failure, "Run after a failure must fail with it")
	require.ErrorIs(t, s.Go(body), failure, "Go after a failure must fail with it")
	require.NoError(t, s.Close(), "Close must succeed after a failure that was reported")
	require.False(t, ran, "a function that Run or Go refused has run")
}

// panicsOfAnyValue: Run returns the value of a panic, whether it is an error or not.
func panicsOfAnyValue(t *trial) {
	for _, value := range []any{"text", 42, struct{ a, b int }{1, 2}} {
		s := t.scheduler()
		panicked := requirePanicked(t, s.Run(func(*rt.G) { explode(value) }), fmt.Sprint(value))
		require.Equal(t, value, panicked.Value, "PanicError.Value")
		require.NoError(t, panicked.Unwrap(), "%v is no error to unwrap", value)
		require.NoError(t, s.Close())
	}
	var missing *runtime.PanicNilError
	require.ErrorAs(t, t.scheduler().Run(func(*rt.G) { explode(nil) }), &missing, "panic(nil)")
}

// panicAfterWaiting: Run returns the panic of a G that has waited before and was resumed, maybe
// by another M.
func panicAfterWaiting(t *trial) {
	panicked := requirePanicked(t, t.scheduler().Run(func(g *rt.G) {
		var door baton
		g.Go(func(g *rt.G) {
			door.take(g)
			explode(errBang)
		})
		g.Yield()
		door.give(g)
	}), "after waiting")
	require.ErrorIs(t, panicked, errBang, "PanicError.Unwrap")
}

// panicOfSubmitted: the panic of a submitted G, which no Run is there to return, is returned
// once: by Close, or by a Go that comes after the panic.
func panicOfSubmitted(t *trial) {
	for range 20 {
		s := t.scheduler()
		require.NoError(t, s.Go(func(*rt.G) { explode(errBang) }))
		require.ErrorIs(t, s.Close(), errBang, "Close must return the panic of the submitted G")
	}
	s := t.scheduler()
	release := s.Hold()
	require.NoError(t, s.Go(func(*rt.G) { explode(errBang) }))
	var err error
	await(func() bool { err = s.Go(func(*rt.G) {}); return err != nil })
	require.ErrorIs(t, err, errBang, "Go must return the panic of the G submitted before")
	release()
	require.NoError(t, s.Close(), "Close must succeed after Go has returned the panic")
}

// recoveredPanics: a panic from which the G recovers does no harm to others, and the G may yield
// and spawn while it panics.
func recoveredPanics(t *trial) {
	n := t.many(1000)
	var recovered atomic.Int32
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				defer func() {
					g.Yield()
					if recover() == errBang {
						recovered.Add(1)
					}
					g.Yield()
					g.Go(func(*rt.G) { recovered.Add(1) })
				}()
				if i%2 == 0 {
					g.Syscall(func() { explode(errBang) })
				}
				explode(errBang)
			})
		}
	})
	requireCount(t, 2*n, recovered.Load(),
		"Gs that recovered, and Gs that they spawned then")
}

// callsThatUnwind: a panic or a Goexit out of a system call ends the call as a return does, so
// that Procs Gs can run at once afterwards. (I2)
func callsThatUnwind(t *trial) {
	pairs := 10 * t.procs
	s := t.scheduler()
	var deferred atomic.Int32
	require.NoError(t, s.Run(func(g *rt.G) {
		for range pairs {
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				defer func() { _ = recover() }()
				g.Syscall(func() { explode(errBang) })
			})
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				g.BlockingSyscall(runtime.Goexit)
			})
		}
	}))
	requireCount(t, 2*pairs, deferred.Load(), "Gs that have run their deferred calls")
	m := &meeting{size: int32(t.procs)}
	require.NoError(t, meetSpawned(s, m))
	require.Equal(t, m.size, m.arrived.Load(), "Gs that ran at once afterwards")
}

// goexits: runtime.Goexit runs the deferred calls of a G and ends it, and nothing else.
func goexits(t *trial) {
	n := t.many(10_000)
	deferred, after := make(tally, n), make(tally, n)
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				defer deferred[i].Add(1)
				defer g.Go(func(*rt.G) { after[i].Add(1) })
				if i%3 == 0 {
					g.Yield()
				}
				runtime.Goexit()
			})
		}
		runtime.Goexit()
	})
	deferred.requireAll(t, 1, "a G that calls Goexit must run its deferred calls once")
	after.requireAll(t, 1, "a G that is spawned by a deferred call during Goexit must run once")
}

// goexitsAndWaits: the stack of a G that ended by Goexit carries others afterwards, which block
// on it and are resumed.
//
// Every second G ends by Goexit, so if each of these cost a stack, half as many stacks as Gs
// would be made. Some 20 Gs wait at a time, and each M keeps some stacks for itself, so far
// fewer are needed.
func goexitsAndWaits(t *trial) {
	const n, batch = 2000, 10
	ended := make(tally, n)
	stats := t.run(func(g *rt.G) {
		doors := make([]baton, n)
		for i := range n {
			g.Go(func(g *rt.G) {
				defer ended[i].Add(1)
				doors[i].take(g)
				if i%2 == 0 {
					runtime.Goexit()
				}
			})
			if i%batch == batch-1 {
				g.Yield()
				for k := range batch {
					doors[i-k].give(g)
				}
			}
		}
	})
	ended.requireAll(t, 1, "a G that waits and then returns or calls Goexit must end once")
	require.Less(t, stats.StacksMade, uint64(n/4),
		"stacks made for %d Gs: those on which Goexit was called were not used again", n)
}

// panicStopsOthers: when a G panics, the others stop at their next safe point, whatever they
// do. The deferred calls of all that have begun run before Close returns.
func panicStopsOthers(t *trial) {
	safePoints := []func(g *rt.G){
		(*rt.G).Checkpoint,
		(*rt.G).Yield,
		func(g *rt.G) { g.Go(nothing) },
		func(g *rt.G) { g.Syscall(func() {}) },
		func(g *rt.G) { g.BlockingSyscall(func() {}) },
		func(g *rt.G) { g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false }) },
		func(g *rt.G) { new(baton).take(g) },
	}
	gs := 2 * t.procs * len(safePoints)
	for range 20 {
		var begun, ended atomic.Int32
		var panicking atomic.Bool
		s := t.scheduler()
		require.ErrorIs(t, s.Run(func(g *rt.G) {
			for i := range gs {
				g.Go(func(g *rt.G) {
					begun.Add(1)
					defer ended.Add(1)
					defer g.Yield() // does not return, since the scheduler ends
					for {
						safePoints[i%len(safePoints)](g)
						if !panicking.Load() {
							g.Yield() // so that the G that will panic is not kept out
						}
					}
				})
			}
			yieldUntil(g, func() bool { return int(begun.Load()) == gs })
			panicking.Store(true)
			explode(errBang)
		}), errBang, "Run must return the panic of the G")
		require.NoError(t, s.Close())
		require.Equal(t, begun.Load(), ended.Load(),
			"Gs that ran their deferred calls: all that began")
	}
}

// panicBesideSyscall: when a G panics, Run does not wait for a G that is in the kernel, but Close
// does.
func panicBesideSyscall(t *trial) {
	p := t.pipes(1)[0]
	var inKernel, back, written atomic.Bool
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		g.Go(func(g *rt.G) {
			defer func() { back.Store(written.Load()) }()
			g.BlockingSyscall(func() {
				inKernel.Store(true)
				p.read(1)
			})
		})
		yieldUntil(g, inKernel.Load)
		explode(errBang)
	}), errBang, "Run must return the panic of the G")
	written.Store(true)
	p.write(1)
	require.NoError(t, s.Close())
	require.True(t, back.Load(), "Close has returned while a G was still in the kernel")
}

// panicBesideSubmitters: a G that is submitted while another panics may never run, but however
// late it comes, nothing of the scheduler is left behind after Close.
func panicBesideSubmitters(t *trial) {
	for range t.many(50) {
		s := t.scheduler()
		var submitter outsiders
		for range 2 {
			submitter.Go(func() {
				for s.Go(nothing) == nil {
				}
			})
		}
		require.ErrorIs(t, s.Run(func(*rt.G) { explode(errBang) }), errBang,
			"Run must return the panic of the G")
		require.NoError(t, s.Close())
		submitter.Wait()
	}
}

// twoPanics: of several panics Run returns one, and the others do no harm.
func twoPanics(t *trial) {
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		for range 20 {
			g.Go(func(*rt.G) { explode(errBang) })
		}
	}), errBang, "Run must return the panic of the G")
	require.NoError(t, s.Close())
}
