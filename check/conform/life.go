package conform

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// nothing is a G that ends at once.
func nothing(*rt.G) {}

// runsAgain: a scheduler is good for many Runs, and each returns when its Gs have ended.
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
		requireCount(t, (i+1)*gs, ran.Load(), "Gs that had ended when Run %d returned", i)
	}
}

// manySchedulers: several schedulers work at once, each with its own Gs.
func manySchedulers(t *trial) {
	const schedulers, runs = 4, 50
	var all outsiders
	errs := make([]error, schedulers)
	for i := range errs {
		s := t.scheduler()
		all.Go(func() {
			ran := 0
			for range runs {
				errs[i] = errors.Join(errs[i], s.Run(func(g *rt.G) {
					ran++
					g.Yield()
				}))
			}
			if ran != runs {
				errs[i] = errors.Join(errs[i], fmt.Errorf("%d mains of %d have run", ran, runs))
			}
			errs[i] = errors.Join(errs[i], s.Close())
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
}

// submittedDuringRun: Run waits for all Gs that goroutines submit while they Hold the scheduler,
// and each runs once.
func submittedDuringRun(t *trial) {
	const submitters = 8
	each := t.many(2000)
	ran := make(tally, submitters*each)
	s := t.scheduler()
	var all outsiders
	for k := range submitters {
		release := s.Hold()
		all.Go(func() {
			defer release()
			for i := range each {
				if err := s.Go(func(*rt.G) { ran[k*each+i].Add(1) }); err != nil {
					t.Errorf("Go must succeed during Run, under Hold: %v", err)
				}
			}
		})
	}
	require.NoError(t, s.Run(nothing))
	ran.requireAll(t, 1, "a G that was submitted during Run must run once before Run returns")
	all.Wait()
}

// submittedBeforeRun: Run waits for Gs that were submitted before it, too.
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
	ran.requireAll(t, 1, "a G that was submitted before Run must run once before Run returns")
}

// runBesideSubmitters: a Run does not end before its main has run, even if submitted Gs come to
// an end while it begins.
func runBesideSubmitters(t *trial) {
	s := t.scheduler()
	stop := submitOneByOne(t, s)
	early := 0
	for range t.many(2000) {
		ran := false
		require.NoError(t, s.Run(func(*rt.G) { ran = true }))
		if !ran {
			early++
		}
	}
	stop()
	require.Zero(t, early, "Runs that returned before main had run")
}

// submitOneByOne submits Gs from outside until stop is called, each when the last one has run.
// If it did not wait, s might never be at rest, since to submit a G may be faster than to run
// it; and a Run ends only when s is at rest.
func submitOneByOne(t *trial, s rt.Scheduler) (stop func()) {
	var ran atomic.Bool
	return t.repeat(func() bool {
		if err := s.Go(func(*rt.G) { ran.Store(true) }); err != nil {
			t.Errorf("Go must succeed beside Run: %v", err)
			return false
		}
		await(func() bool { return ran.Swap(false) })
		return true
	})
}

// closeWaits: Close waits for all Gs that were submitted, and for those that they spawn.
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
	ran.requireAll(t, 1, "a G that a submitted one spawned must run once before Close returns")
}

// closeBesideSubmitters: beside Close, a submitted G runs if and only if Go took it.
func closeBesideSubmitters(t *trial) {
	const rounds, submitters = 30, 4
	for range rounds {
		s := t.scheduler()
		var taken, ran atomic.Int32
		var all outsiders
		for range submitters {
			all.Go(func() {
				for {
					if err := s.Go(func(*rt.G) { ran.Add(1) }); err != nil {
						if !errors.Is(err, rt.ErrClosed) {
							t.Errorf("Go beside Close must succeed or return ErrClosed: %v", err)
						}
						return
					}
					taken.Add(1)
					giveWay()
				}
			})
		}
		await(func() bool { return taken.Load() > submitters })
		require.NoError(t, s.Close())
		all.Wait()
		require.Equal(t, taken.Load(), ran.Load(), "Gs that ran: all that Go took")
	}
}

// closedAtOnce: a scheduler can be closed before it has done anything.
func closedAtOnce(t *trial) {
	for range 20 {
		require.NoError(t, t.scheduler().Close())
	}
}

// closedTwice: after Close, Close, Run and Go return ErrClosed, and Hold and Stats still work.
func closedTwice(t *trial) {
	s := t.scheduler()
	require.NoError(t, s.Run(nothing))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Close(), rt.ErrClosed, "Close after Close")
	require.ErrorIs(t, s.Run(nothing), rt.ErrClosed, "Run after Close")
	require.ErrorIs(t, s.Go(nothing), rt.ErrClosed, "Go after Close")
	s.Hold()()
	s.Stats()
}

// closedByMany: of several Closes at once one succeeds, and the others return ErrClosed.
func closedByMany(t *trial) {
	s := t.scheduler()
	const closers = 8
	var all outsiders
	var done, late atomic.Int32
	for range closers {
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
	requireCount(t, 1, done.Load(), "Closes that succeeded")
	requireCount(t, closers-1, late.Load(), "Closes that returned ErrClosed")
}

// oneRunAtATime: while a Run lasts, other Runs and Close are refused.
func oneRunAtATime(t *trial) {
	s := t.scheduler()
	var underWay, stop atomic.Bool
	refused := make(chan error, 2)
	outside(func() {
		await(underWay.Load)
		refused <- s.Run(nothing)
		refused <- s.Close()
		stop.Store(true)
	})
	require.NoError(t, s.Run(func(g *rt.G) {
		underWay.Store(true)
		yieldUntil(g, stop.Load)
	}))
	require.ErrorContains(t, <-refused, "another Run is under way", "Run during a Run")
	require.ErrorContains(t, <-refused, "a Run is under way", "Close during a Run")
	require.NoError(t, s.Run(nothing))
}

// runsOfMany: of Runs at the same time, those that succeed have run their main once.
func runsOfMany(t *trial) {
	s := t.scheduler()
	var all outsiders
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
	require.Equal(t, succeeded.Load(), ran.Load(),
		"mains that ran: those of the Runs that succeeded")
	require.Positive(t, ran.Load(), "mains that ran: no Run has succeeded")
}

// holdKeepsRun: under Hold, Run does not return before release, though no G is left.
func holdKeepsRun(t *trial) {
	const rounds = 50
	s := t.scheduler()
	for range rounds {
		var mainEnded, released atomic.Bool
		release := s.Hold()
		outside(func() {
			await(mainEnded.Load)
			released.Store(true)
			release()
			release() // the second call does nothing
		})
		require.NoError(t, s.Run(func(*rt.G) { mainEnded.Store(true) }))
		require.True(t, released.Load(), "Run has returned before release")
	}
}

// holdIsNoDeadlock: under Hold, a G that waits for what a goroutine outside will submit is not
// deadlocked. (I10)
func holdIsNoDeadlock(t *trial) {
	const rounds = 50
	s := t.scheduler()
	for range rounds {
		var door waitlist
		release := s.Hold()
		outside(func() {
			defer release()
			await(func() bool { return door.len() == 1 })
			if err := s.Go(func(g *rt.G) { g.Parker().Ready(door.takeAll()[0]) }); err != nil {
				t.Errorf("Go under Hold: %v", err)
			}
		})
		require.NoError(t, s.Run(door.wait), "Run under Hold")
	}
}

// holdForbidsClose: under Hold, Close fails, and the scheduler works on.
func holdForbidsClose(t *trial) {
	s := t.scheduler()
	release := s.Hold()
	require.ErrorContains(t, s.Close(), "release them first", "Close under Hold")
	require.NoError(t, s.Go(nothing))
	release()
	require.NoError(t, s.Close())
}

// requireDeadlock checks that err is the report of a deadlock of so many Gs.
func requireDeadlock(t *trial, err error, blocked int) *rt.DeadlockError {
	t.Helper()
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, err, &deadlock, "Gs that wait for ever must be reported as deadlocked")
	require.Equal(t, blocked, deadlock.Blocked, "DeadlockError.Blocked: the Gs that wait for ever")
	require.Len(t, deadlock.Gs, blocked, "DeadlockError.Gs: the Gs that wait for ever")
	return deadlock
}

// deadlockIsReported: Run reports Gs that wait for ever, with their number. Then only Close is
// left, which runs their deferred calls. (I10)
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
		deadlock := requireDeadlock(t, err, blocked)
		require.Contains(t, err.Error(), "something of the user's", "what the Gs wait for")
		require.Zero(t, deferred.Load(), "deferred calls that ran before Close")
		onlyCloseIsLeft(t, s, deadlock)
		requireCount(t, blocked, deferred.Load(), "deferred calls that Close ran")
	}
}

// deadlockAfterHold: under Hold, a deadlock is reported after release, and not before. (I10)
func deadlockAfterHold(t *trial) {
	s := t.scheduler()
	var door waitlist
	var released atomic.Bool
	release := s.Hold()
	outside(func() {
		await(func() bool { return door.len() == 1 })
		released.Store(true)
		release()
	})
	requireDeadlock(t, s.Run(door.wait), 1)
	require.True(t, released.Load(), "the deadlock was reported before release")
}

// closeAbandonsBlocked: Close reports Gs that can never end, and runs their deferred calls. A
// deferred call that would block ends there.
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
		stopAndStart,
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
	requireDeadlock(t, s.Close(), n)
	requireCount(t, n, first.Load(), "Gs whose first deferred call ran")
	requireCount(t, n, last.Load(),
		"Gs whose last deferred call ran, behind one that may end")
}

// dumpBesideRun: any number of goroutines may Dump the scheduler at any time, and its Gs go on.
func dumpBesideRun(t *trial) {
	const dumpers = 2
	var c crowd
	s := t.scheduler()
	var stops []func()
	for range dumpers {
		stops = append(stops, t.repeat(func() bool {
			text := s.Dump()
			good := strings.HasPrefix(text, "SCHED")
			if !good {
				t.Errorf("a Dump begins with SCHED, but this one is %q", text)
			}
			return good
		}))
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
	for _, stop := range stops {
		stop()
	}
	require.Contains(t, s.Dump(), "SCHED", "the Dump of a closed scheduler")
}

// dumpOfDeadlock: a goroutine that Dumps all the time neither hides a deadlock nor makes one.
func dumpOfDeadlock(t *trial) {
	const blocked = 3
	for range t.many(20) {
		s := t.scheduler()
		stop := t.repeat(func() bool { s.Dump(); return true })
		requireDeadlock(t, s.Run(func(g *rt.G) {
			for range blocked {
				g.Go(func(g *rt.G) { g.Sleep(soon / 4); new(baton).take(g) })
			}
		}), blocked)
		stop()
	}
}

// statsBesideRun: any goroutine may read Stats at any time.
func statsBesideRun(t *trial) {
	s := t.scheduler()
	stop := t.repeat(func() bool { s.Stats(); return true })
	for range 20 {
		require.NoError(t, s.Run(func(g *rt.G) {
			for range 100 {
				g.Go((*rt.G).Yield)
			}
		}))
	}
	stop()
}
