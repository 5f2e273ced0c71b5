package conform

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

var errBang = errors.New("bang")

// explode is the function that a panic's stack must name.
//
//go:noinline
func explode(value any) { panic(value) }

// panicsComeOut: an unrecovered panic is what Run returns, whoever panicked and
// wherever it had been.
func panicsComeOut(t *trial) {
	mains := map[string]func(*rt.G){
		"main":    func(*rt.G) { explode(errBang) },
		"spawned": func(g *rt.G) { g.Go(func(*rt.G) { explode(errBang) }) },
		"yielded": func(g *rt.G) {
			g.Go(func(*rt.G) {})
			g.Yield()
			explode(errBang)
		},
		"in a system call":          func(g *rt.G) { g.Syscall(func() { explode(errBang) }) },
		"in a blocking system call": func(g *rt.G) { g.BlockingSyscall(func() { explode(errBang) }) },
		"in a deferred call":        func(*rt.G) { defer explode(errBang) },
		"again after a recover": func(*rt.G) {
			defer func() { explode(recover()) }()
			explode(errBang)
		},
	}
	for name, main := range mains {
		s := t.scheduler()
		var panicked *rt.PanicError
		require.ErrorAs(t, s.Run(main), &panicked, name)
		require.Equal(t, errBang, panicked.Value, name)
		require.ErrorIs(t, panicked, errBang, name)
		require.Contains(t, panicked.Error(), "bang", name)
		require.Contains(t, string(panicked.Stack), "conform.explode", name)
		onlyCloseIsLeft(t, s, panicked)
	}
}

// onlyCloseIsLeft: after a failure, which the scheduler goes on to name.
func onlyCloseIsLeft(t *trial, s rt.Scheduler, failure error) {
	ran := false
	body := func(*rt.G) { ran = true }
	require.ErrorIs(t, s.Run(body), failure)
	require.ErrorIs(t, s.Go(body), failure)
	require.NoError(t, s.Close(), "Close after a failure that was reported")
	require.False(t, ran)
}

// panicsOfAnyValue: the value need not be an error.
func panicsOfAnyValue(t *trial) {
	for _, value := range []any{"text", 42, struct{ a, b int }{1, 2}} {
		s := t.scheduler()
		var panicked *rt.PanicError
		require.ErrorAs(t, s.Run(func(*rt.G) { explode(value) }), &panicked)
		require.Equal(t, value, panicked.Value)
		require.NoError(t, panicked.Unwrap())
		require.NoError(t, s.Close())
	}
	var missing *runtime.PanicNilError
	require.ErrorAs(t, t.scheduler().Run(func(*rt.G) { explode(nil) }), &missing)
}

// panicAfterWaiting: of a G that was resumed, maybe by another M.
func panicAfterWaiting(t *trial) {
	s := t.scheduler()
	var panicked *rt.PanicError
	require.ErrorAs(t, s.Run(func(g *rt.G) {
		var door baton
		g.Go(func(g *rt.G) {
			door.take(g)
			explode(errBang)
		})
		g.Yield()
		door.give(g)
	}), &panicked)
	require.ErrorIs(t, panicked, errBang)
	require.Contains(t, string(panicked.Stack), "conform.explode")
}

// panicOfSubmitted: with no Run to return it, Close does, whether it comes
// before or after.
func panicOfSubmitted(t *trial) {
	for range 20 {
		s := t.scheduler()
		require.NoError(t, s.Go(func(*rt.G) { explode(errBang) }))
		require.ErrorIs(t, s.Close(), errBang)
	}
	s := t.scheduler()
	release := s.Hold()
	require.NoError(t, s.Go(func(*rt.G) { explode(errBang) }))
	var err error
	await(func() bool { err = s.Go(func(*rt.G) {}); return err != nil })
	require.ErrorIs(t, err, errBang)
	release()
	require.NoError(t, s.Close(), "Close after Go has reported it")
}

// recoveredPanics concern nobody else, and the G may wait while it panics.
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
	require.EqualValues(t, 2*n, recovered.Load())
}

// callsThatUnwind: a panic or a Goexit out of a system call ends the call like a
// return, so that afterwards Procs Gs run as before.
func callsThatUnwind(t *trial) {
	s := t.scheduler()
	var deferred atomic.Int32
	require.NoError(t, s.Run(func(g *rt.G) {
		for range 10 * t.procs {
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
	require.EqualValues(t, 20*t.procs, deferred.Load())
	m := &meeting{size: int32(t.procs)}
	require.NoError(t, meetSpawned(s, m))
	require.Equal(t, m.size, m.arrived.Load())
}

// goexits: runtime.Goexit ends a G, with its deferred calls, and nothing else.
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
	deferred.requireAll(t, 1)
	after.requireAll(t, 1)
}

// goexitsAndWaits: the stacks on which Gs ended by Goexit carry others
// afterwards, which block there and are resumed. If they did not, one would be made
// for every Goexit, which every second G ends by. Some 20 Gs wait at a time, and each
// M keeps some stacks for itself.
func goexitsAndWaits(t *trial) {
	const n = 2000
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
			if i%10 == 9 {
				g.Yield()
				for k := i - 9; k <= i; k++ {
					doors[k].give(g)
				}
			}
		}
		for i := n / 10 * 10; i < n; i++ {
			doors[i].give(g)
		}
	})
	ended.requireAll(t, 1)
	require.Less(t, stats.StacksMade, uint64(n/4))
}

// panicStopsOthers: whatever they do, at their next safe point; the deferred
// calls of all that have begun run before Close returns.
func panicStopsOthers(t *trial) {
	whatever := []func(g *rt.G){
		(*rt.G).Checkpoint,
		(*rt.G).Yield,
		func(g *rt.G) { g.Go(nothing) },
		func(g *rt.G) { g.Syscall(func() {}) },
		func(g *rt.G) { g.BlockingSyscall(func() {}) },
		func(g *rt.G) { g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false }) },
		func(g *rt.G) { new(baton).take(g) },
	}
	for range 20 {
		var begun, ended atomic.Int32
		var panicking atomic.Bool
		s := t.scheduler()
		require.ErrorIs(t, s.Run(func(g *rt.G) {
			for i := range 2 * t.procs * len(whatever) {
				g.Go(func(g *rt.G) {
					begun.Add(1)
					defer ended.Add(1)
					defer g.Yield() // nowhere to go: ends here
					for {
						whatever[i%len(whatever)](g)
						if !panicking.Load() {
							g.Yield() // or else the panic would be kept out
						}
					}
				})
			}
			yieldUntil(g, func() bool { return int(begun.Load()) == 2*t.procs*len(whatever) })
			panicking.Store(true)
			explode(errBang)
		}), errBang)
		require.NoError(t, s.Close())
		require.Equal(t, begun.Load(), ended.Load(), "Gs that have begun and deferred calls that ran")
	}
}

// panicBesideSyscall: Run does not wait for one that is in the kernel; Close does.
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
	}), errBang)
	written.Store(true)
	p.write(1)
	require.NoError(t, s.Close())
	require.True(t, back.Load(), "the call came back before Close did")
}

// panicBesideSubmitters: what Go takes may then never run, but nothing is left
// behind, however late it comes.
func panicBesideSubmitters(t *trial) {
	for range t.many(50) {
		s := t.scheduler()
		var submitter sync.WaitGroup
		for range 2 {
			submitter.Go(func() {
				for s.Go(nothing) == nil {
				}
			})
		}
		require.ErrorIs(t, s.Run(func(*rt.G) { explode(errBang) }), errBang)
		require.NoError(t, s.Close())
		submitter.Wait()
	}
}

// twoPanics: the first is reported, the second is no matter.
func twoPanics(t *trial) {
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		for range 20 {
			g.Go(func(*rt.G) { explode(errBang) })
		}
	}), errBang)
	require.NoError(t, s.Close())
}
