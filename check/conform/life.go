package conform

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

func nothing(*rt.G) {}

// runsAgain: a scheduler is good for many Runs.
func runsAgain(t *trial) {
	const runs, gs = 200, 20
	s := t.scheduler()
	var ran atomic.Int32
	for i := range runs {
		require.NoError(t, s.Run(func(g *rt.G) {
			for range gs {
				g.Go(func(*rt.G) { ran.Add(1) })
			}
		}))
		require.EqualValues(t, (i+1)*gs, ran.Load(), "Gs that ended before Run returned")
	}
}

// manySchedulers: at once, each with its own Gs.
func manySchedulers(t *trial) {
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		s := t.scheduler()
		all.Go(func() {
			ran := 0
			for range 50 {
				errs[i] = errors.Join(errs[i], s.Run(func(g *rt.G) {
					ran++
					g.Yield()
				}))
			}
			if ran != 50 {
				errs[i] = errors.Join(errs[i], errors.New("a main did not run"))
			}
			errs[i] = errors.Join(errs[i], s.Close())
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
}

// submittedDuringRun: from many goroutines, all of which Run waits for.
func submittedDuringRun(t *trial) {
	const submitters = 8
	each := t.many(2000)
	ran := make(tally, submitters*each)
	s := t.scheduler()
	var all sync.WaitGroup
	for k := range submitters {
		release := s.Hold()
		all.Go(func() {
			defer release()
			for i := range each {
				if err := s.Go(func(*rt.G) { ran[k*each+i].Add(1) }); err != nil {
					t.Errorf("Go during Run: %v", err)
				}
			}
		})
	}
	require.NoError(t, s.Run(nothing))
	ran.requireAll(t, 1)
	all.Wait()
}

// submittedBeforeRun: work that is there already is Run's too.
func submittedBeforeRun(t *trial) {
	ran := make(tally, t.many(2000))
	s := t.scheduler()
	for i := range ran {
		require.NoError(t, s.Go(func(g *rt.G) {
			g.Yield()
			ran[i].Add(1)
		}))
	}
	require.NoError(t, s.Run(nothing))
	ran.requireAll(t, 1)
}

// runBesideSubmitters: that others come to an end while a Run begins is not its
// end.
func runBesideSubmitters(t *trial) {
	s := t.scheduler()
	end := submitOneByOne(s)
	early := 0
	for range t.many(2000) {
		ran := false
		require.NoError(t, s.Run(func(*rt.G) { ran = true }))
		if !ran {
			early++
		}
	}
	end()
	require.Zero(t, early, "Runs that returned before main had run")
}

// submitOneByOne submits Gs from outside until end is called, each when the last one
// has run: or else, where that takes longer than to submit one, s would never be at
// rest, which a Run waits for.
func submitOneByOne(s rt.Scheduler) (end func()) {
	var over, ran atomic.Bool
	var submitter sync.WaitGroup
	submitter.Go(func() {
		for !over.Load() && s.Go(func(*rt.G) { ran.Store(true) }) == nil {
			await(func() bool { return ran.Swap(false) })
		}
	})
	return func() {
		over.Store(true)
		submitter.Wait()
	}
}

// closeWaits: for all that has been submitted, and what that spawns.
func closeWaits(t *trial) {
	ran := make(tally, t.many(2000))
	s := t.scheduler()
	for i := range ran {
		require.NoError(t, s.Go(func(g *rt.G) {
			g.Yield()
			g.Go(func(*rt.G) { ran[i].Add(1) })
		}))
	}
	require.NoError(t, s.Close())
	ran.requireAll(t, 1)
}

// closeBesideSubmitters: a G is run if and only if Go took it.
func closeBesideSubmitters(t *trial) {
	const submitters = 4
	for range 30 {
		s := t.scheduler()
		var taken, ran atomic.Int32
		var all sync.WaitGroup
		for range submitters {
			all.Go(func() {
				for {
					if err := s.Go(func(*rt.G) { ran.Add(1) }); err != nil {
						if !errors.Is(err, rt.ErrClosed) {
							t.Errorf("Go beside Close: %v", err)
						}
						return
					}
					taken.Add(1)
					runtime.Gosched()
				}
			})
		}
		await(func() bool { return taken.Load() > submitters })
		require.NoError(t, s.Close())
		all.Wait()
		require.Equal(t, taken.Load(), ran.Load(), "Gs that Go took and Gs that ran")
	}
}

// closedAtOnce: before anything was asked of it.
func closedAtOnce(t *trial) {
	for range 20 {
		require.NoError(t, t.scheduler().Close())
	}
}

// closedTwice: and whatever else is asked after Close.
func closedTwice(t *trial) {
	s := t.scheduler()
	require.NoError(t, s.Run(nothing))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Close(), rt.ErrClosed)
	require.ErrorIs(t, s.Run(nothing), rt.ErrClosed)
	require.ErrorIs(t, s.Go(nothing), rt.ErrClosed)
	s.Hold()()
	s.Stats()
}

// closedByMany: at once; one of them does it.
func closedByMany(t *trial) {
	s := t.scheduler()
	var all sync.WaitGroup
	var done, late atomic.Int32
	for range 8 {
		all.Go(func() {
			switch err := s.Close(); {
			case err == nil:
				done.Add(1)
			case errors.Is(err, rt.ErrClosed):
				late.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, done.Load())
	require.EqualValues(t, 7, late.Load())
}

// oneRunAtATime: others are refused while it lasts, as is Close.
func oneRunAtATime(t *trial) {
	s := t.scheduler()
	var underWay, stop atomic.Bool
	refused := make(chan error, 2)
	go func() {
		await(underWay.Load)
		refused <- s.Run(nothing)
		refused <- s.Close()
		stop.Store(true)
	}()
	require.NoError(t, s.Run(func(g *rt.G) {
		underWay.Store(true)
		yieldUntil(g, stop.Load)
	}))
	require.ErrorContains(t, <-refused, "another Run is under way")
	require.ErrorContains(t, <-refused, "a Run is under way")
	require.NoError(t, s.Run(nothing))
}

// runsOfMany: of Runs that come together, those that succeed have run.
func runsOfMany(t *trial) {
	s := t.scheduler()
	var all sync.WaitGroup
	var succeeded, ran atomic.Int32
	for range 8 {
		all.Go(func() {
			for range 50 {
				if s.Run(func(g *rt.G) { g.Yield(); ran.Add(1) }) == nil {
					succeeded.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, succeeded.Load(), ran.Load())
	require.Positive(t, ran.Load())
}

// holdKeepsRun: Run does not return before release, though no G is left.
func holdKeepsRun(t *trial) {
	s := t.scheduler()
	for range 50 {
		var mainEnded, released atomic.Bool
		release := s.Hold()
		go func() {
			await(mainEnded.Load)
			released.Store(true)
			release()
			release() // once more does nothing
		}()
		require.NoError(t, s.Run(func(*rt.G) { mainEnded.Store(true) }))
		require.True(t, released.Load())
	}
}

// holdIsNoDeadlock: a G may wait for what somebody outside will submit.
func holdIsNoDeadlock(t *trial) {
	s := t.scheduler()
	for range 50 {
		var door waitlist
		release := s.Hold()
		go func() {
			defer release()
			await(func() bool { return door.len() == 1 })
			if err := s.Go(func(g *rt.G) { g.Parker().Ready(door.takeAll()[0]) }); err != nil {
				t.Errorf("Go under Hold: %v", err)
			}
		}()
		require.NoError(t, s.Run(door.wait))
	}
}

// holdForbidsClose: Close says so and leaves the scheduler as it was.
func holdForbidsClose(t *trial) {
	s := t.scheduler()
	release := s.Hold()
	require.ErrorContains(t, s.Close(), "release them first")
	require.NoError(t, s.Go(nothing))
	release()
	require.NoError(t, s.Close())
}

// deadlockIsReported: by Run, with the number of Gs; then only Close is left,
// which runs their deferred calls.
func deadlockIsReported(t *trial) {
	for _, blocked := range []int{1, 2, 50} {
		var deferred atomic.Int32
		s := t.scheduler()
		err := s.Run(func(g *rt.G) {
			for range blocked {
				g.Go(func(g *rt.G) {
					defer deferred.Add(1)
					new(baton).take(g)
				})
			}
		})
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, err, &deadlock)
		require.Equal(t, blocked, deadlock.Blocked)
		require.Len(t, deadlock.Gs, blocked)
		require.Contains(t, err.Error(), "something of the user's")
		require.Zero(t, deferred.Load())
		onlyCloseIsLeft(t, s, deadlock)
		require.EqualValues(t, blocked, deferred.Load())
	}
}

// deadlockAfterHold: not before release, and then.
func deadlockAfterHold(t *trial) {
	s := t.scheduler()
	var door waitlist
	var released atomic.Bool
	release := s.Hold()
	go func() {
		await(func() bool { return door.len() == 1 })
		released.Store(true)
		release()
	}()
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, s.Run(door.wait), &deadlock)
	require.Equal(t, 1, deadlock.Blocked)
	require.True(t, released.Load())
}

// closeAbandonsBlocked: Close reports Gs that never can end and runs their
// deferred calls, each of which ends where it would block.
func closeAbandonsBlocked(t *trial) {
	const n = 60
	ways := []func(*rt.G){
		(*rt.G).Yield,
		new(baton).take,
		func(g *rt.G) { g.Syscall(func() {}) },
		func(g *rt.G) { g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return true }) },
		func(g *rt.G) { g.Go(nothing) },
		func(*rt.G) { explode(errBang) },
		func(g *rt.G) { g.Sleep(never) },
		func(g *rt.G) { after(g, never, nothing).Stop(g) },
		func(g *rt.G) { g.LockM(); g.Yield(); g.UnlockM() },
		func(g *rt.G) { g.StopTheWorld(); g.StartTheWorld() },
		func(g *rt.G) { _, _ = g.SetProcs(1 + t.procs) },
		func(g *rt.G) { _ = g.ForEachP(func(int) {}) },
		func(g *rt.G) { g.Free(g.Alloc(100)) },
	}
	var first, last atomic.Int32
	s := t.scheduler()
	for i := range n {
		require.NoError(t, s.Go(func(g *rt.G) {
			defer last.Add(1)
			defer ways[i%len(ways)](g)
			defer first.Add(1)
			new(baton).take(g)
		}))
	}
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, s.Close(), &deadlock)
	require.Equal(t, n, deadlock.Blocked)
	require.EqualValues(t, n, first.Load())
	require.EqualValues(t, n, last.Load())
}

// dumpBesideRun: anybody may ask for it at any time, and it changes nothing.
func dumpBesideRun(t *trial) {
	var c crowd
	var over atomic.Bool
	bad := make(chan string, 1000)
	s := t.scheduler()
	var dumpers sync.WaitGroup
	for range 2 {
		dumpers.Go(func() {
			for !over.Load() {
				if text := s.Dump(); !strings.HasPrefix(text, "SCHED") {
					bad <- text
				}
			}
		})
	}
	for range 2 {
		require.NoError(t, s.Run(func(g *rt.G) {
			c = crowd{}
			c.join(g, t.procs)
			g.Go(func(g *rt.G) { g.LockM(); g.Sleep(soon) })
			for range t.many(50) {
				g.Sleep(soon / 10)
			}
			c.end(g)
		}))
	}
	require.NoError(t, s.Close())
	over.Store(true)
	dumpers.Wait()
	require.Contains(t, s.Dump(), "SCHED", "of a closed scheduler")
	select {
	case text := <-bad:
		require.Fail(t, "a Dump that tells nothing", text)
	default:
	}
}

// dumpOfDeadlock: that somebody looks all the time neither hides a deadlock nor
// makes one.
func dumpOfDeadlock(t *trial) {
	for range t.many(20) {
		var over atomic.Bool
		var dumper sync.WaitGroup
		s := t.scheduler()
		dumper.Go(func() {
			for !over.Load() {
				s.Dump()
				runtime.Gosched()
			}
		})
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, s.Run(func(g *rt.G) {
			for range 3 {
				g.Go(func(g *rt.G) { g.Sleep(soon / 4); new(baton).take(g) })
			}
		}), &deadlock)
		require.Equal(t, 3, deadlock.Blocked)
		require.Len(t, deadlock.Gs, 3)
		over.Store(true)
		dumper.Wait()
	}
}

// statsBesideRun: anybody may read them at any time.
func statsBesideRun(t *trial) {
	s := t.scheduler()
	var stop atomic.Bool
	var reader sync.WaitGroup
	reader.Go(func() {
		for !stop.Load() {
			s.Stats()
			runtime.Gosched()
		}
	})
	for range 20 {
		require.NoError(t, s.Run(func(g *rt.G) {
			for range 100 {
				g.Go((*rt.G).Yield)
			}
		}))
	}
	stop.Store(true)
	reader.Wait()
}
