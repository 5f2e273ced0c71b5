package conform

import (
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// Times in ns.
const (
	soon  = int64(200_000)    // for a timer that is to fire
	never = int64(3600 * 1e9) // for one that is not to fire: longer than a test may take
	ms    = int64(1_000_000)
)

// after starts a timer that fires in ns nanoseconds from now.
func after(g *rt.G, ns int64, fire func(g *rt.G)) *rt.Timer {
	tm := &rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) { fire(g) }}
	tm.Start(g, host.Nanotime()+ns)
	return tm
}

// sleepsLongEnough: no Sleep ends before its time.
func sleepsLongEnough(t *trial) {
	const sleeps = 5
	n := t.many(200)
	var early atomic.Int32
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range sleeps {
					ns := r.Int64N(ms)
					start := host.Nanotime()
					g.Sleep(ns)
					if host.Nanotime()-start < ns {
						early.Add(1)
					}
				}
			})
		}
	})
	require.Zero(t, early.Load(), "Sleeps, of %d, that returned too early", n*sleeps)
}

// sleepsNot: Sleep for no time, or less than that, returns.
func sleepsNot(t *trial) {
	ran := false
	t.run(func(g *rt.G) {
		g.Go(func(g *rt.G) {
			g.Sleep(0)
			g.Sleep(-1)
			g.Sleep(math.MinInt64)
			ran = true
		})
	})
	require.True(t, ran, "Run has returned, but the G did not come back from Sleep")
}

// manySleepers: all Gs that sleep wake, in whatever order their times come. (I11)
func manySleepers(t *trial) {
	woke := make(tally, t.many(10_000))
	stats := t.run(func(g *rt.G) {
		for i := range woke {
			g.Go(func(g *rt.G) {
				g.Sleep(rand.Int64N(20 * ms))
				woke[i].Add(1)
			})
		}
	})
	woke.requireAll(t, 1, "a G that sleeps must wake once")
	if t.promises(rt.Counts) {
		const fired = "Stats.TimersFired: one for each Sleep, except that a Sleep of 0 needs none"
		require.LessOrEqual(t, stats.TimersFired, uint64(len(woke)), fired)
		require.Greater(t, stats.TimersFired, uint64(len(woke)/2), fired)
	}
}

// sleepersBeside: Gs that sleep wake beside Gs that never rest. (I11)
func sleepersBeside(t *trial) {
	const sleeps = 20
	var c crowd
	var woke atomic.Int32
	sleepers := 2 * t.procs
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		for range sleepers {
			g.Go(func(g *rt.G) {
				for range sleeps {
					g.Sleep(soon)
				}
				woke.Add(1)
			})
		}
		yieldUntil(g, func() bool { return int(woke.Load()) == sleepers })
		c.end(g)
	})
}

// sleepersBesideHogs: a G that sleeps wakes beside Gs that only pass safe points. (I11)
func sleepersBesideHogs(t *trial) {
	var woke atomic.Bool
	t.run(func(g *rt.G) {
		for range 2 * t.procs {
			g.Go(func(g *rt.G) { hogUntil(g, woke.Load) })
		}
		g.Sleep(soon)
		woke.Store(true)
	})
}

// timerWakesIdle: when all Gs wait, a timer that fires can ready one, or spawn one. (I11)
func timerWakesIdle(t *trial) {
	rounds := t.many(100)
	var readied, made atomic.Int32
	t.run(func(g *rt.G) {
		for range rounds {
			var door, other baton
			after(g, soon/4, func(g *rt.G) { door.give(g) })
			door.take(g)
			readied.Add(1)
			after(g, soon/4, func(g *rt.G) {
				g.Go(func(g *rt.G) {
					made.Add(1)
					other.give(g)
				})
			})
			other.take(g)
		}
	})
	requireCount(t, rounds, readied.Load(), "times that a timer readied the G that waits")
	requireCount(t, rounds, made.Load(), "Gs that a timer spawned and that ran")
}

// earlierTimer: a thread that waits for a late timer is told of an earlier one, whether a G or a
// submitted G starts that. (I11; Go issue 19308 among others: the thread went on sleeping for
// what was the first timer before)
func earlierTimer(t *trial) {
	rounds := t.many(100)
	s := t.scheduler()
	for range rounds {
		var waits atomic.Bool
		release := s.Hold()
		var door baton
		var late *rt.Timer
		outside(func() {
			defer release()
			await(waits.Load)
			if err := s.Go(func(g *rt.G) {
				after(g, soon/4, func(g *rt.G) { door.give(g) })
			}); err != nil {
				t.Errorf("Go must succeed under Hold: %v", err)
			}
		})
		require.NoError(t, s.Run(func(g *rt.G) {
			late = after(g, never, nothing)
			g.Go(func(g *rt.G) {
				middle := after(g, never/2, nothing)
				g.Sleep(soon / 8)
				middle.Stop(g)
				waits.Store(true)
			})
			door.take(g)
			late.Stop(g)
		}))
	}
}

// stoppedTimer: a timer that was stopped does not fire. Start and Stop say whether it was active,
// and each Start has a larger number than the one before.
func stoppedTimer(t *trial) {
	var fired atomic.Int32
	var got []bool
	var seqs []uint64
	t.run(func(g *rt.G) {
		tm := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) { fired.Add(1) }}
		got = append(got, tm.Stop(g))
		start := func() {
			seq, active := tm.Start(g, host.Nanotime()+never)
			got, seqs = append(got, active), append(seqs, seq)
		}
		start()
		start()
		got = append(got, tm.Stop(g), tm.Stop(g))
		start()
		got = append(got, tm.Stop(g))
	})
	require.Equal(t, []bool{false, false, true, true, false, false, true}, got,
		"whether the timer was active before, by Stop, Start, Start, Stop, Stop, Start, Stop")
	require.Zero(t, fired.Load(), "times that a stopped timer fired")
	require.IsIncreasing(t, seqs, "the numbers of the Starts")
}

// firedTimer: a timer that has fired is no longer active, and may be started again, by Fire, too.
// Fire is given the number of the Start that it is for.
func firedTimer(t *trial) {
	const rounds = 20
	var seqs [2 * rounds]uint64 // of the Starts: by main, by Fire, by main, ...
	var fires []uint64
	active := 0
	t.run(func(g *rt.G) {
		var door baton
		tm := &rt.Timer{}
		start := func(g *rt.G, i int) {
			seq, was := tm.Start(g, host.Nanotime()+soon/10)
			if seqs[i] = seq; was {
				active++
			}
		}
		tm.Fire = func(g *rt.G, tm *rt.Timer, seq uint64) {
			i := len(fires)
			if fires = append(fires, seq); i%2 == 0 {
				start(g, i+1)
				return
			}
			door.give(g)
		}
		for i := range rounds {
			start(g, 2*i)
			door.take(g)
			if tm.Stop(g) {
				active++
			}
		}
	})
	require.Zero(t, active, "times that a timer which had fired was still active")
	require.Equal(t, seqs[:], fires, "the numbers of the Starts, as Fire was given them")
}

// periodicTimer: a timer with a period fires again and again, until it is stopped.
func periodicTimer(t *trial) {
	const times = 20
	var fired atomic.Int32
	stopped := false
	t.run(func(g *rt.G) {
		var door baton
		tm := &rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) {
			if fired.Add(1) == times {
				door.give(g)
			}
		}}
		tm.StartPeriodic(g, host.Nanotime()+soon/10, soon/10)
		door.take(g)
		stopped = tm.Stop(g)
	})
	require.True(t, stopped, "Stop of a periodic timer must say that it was active")
	require.GreaterOrEqual(t, fired.Load(), int32(times), "times that the timer fired")
}

// timersRace: of timers that Gs start and stop at the same time, each Start fires once, unless a
// Stop or another Start says that it has undone it. (I11)
func timersRace(t *trial) {
	rounds := t.many(2000)
	var started, undone, fired atomic.Int64
	timers := make([]rt.Timer, 4)
	for i := range timers {
		timers[i].Fire = func(*rt.G, *rt.Timer, uint64) { fired.Add(1) }
	}
	t.run(func(g *rt.G) {
		var working atomic.Int32
		for i := range 2*t.procs + 1 {
			working.Add(1)
			r := rand.New(rand.NewPCG(1, uint64(i)))
			g.Go(func(g *rt.G) {
				defer working.Add(-1)
				for range rounds {
					tm, active := &timers[r.IntN(len(timers))], false
					switch r.IntN(4) {
					case 0:
						active = tm.Stop(g)
					case 1:
						g.Yield()
					default:
						started.Add(1)
						_, active = tm.Start(g, host.Nanotime()+r.Int64N(soon/10))
					}
					if active {
						undone.Add(1)
					}
				}
			})
		}
		// A timer that has left the heap may not have fired yet.
		yieldUntil(g, func() bool {
			return working.Load() == 0 && started.Load() == undone.Load()+fired.Load()
		})
	})
	require.Positive(t, fired.Load(), "Starts that fired: none was tried")
	require.Positive(t, undone.Load(), "Starts that were undone: none was tried")
}

// pendingTimer: Run and Close do not wait for timers that have not fired.
func pendingTimer(t *trial) {
	const runs = 3
	s := t.scheduler()
	var fired atomic.Bool
	fire := func(*rt.G) { fired.Store(true) }
	for range runs {
		require.NoError(t, s.Run(func(g *rt.G) { after(g, never, fire) }))
	}
	require.NoError(t, s.Close())
	require.False(t, fired.Load(), "a timer of the far future has fired")
}

// timerBetweenRuns: a timer that an earlier Run has started fires, whether a Run is under way or
// not, and it may spawn a G.
func timerBetweenRuns(t *trial) {
	s := t.scheduler()
	var fired atomic.Bool
	require.NoError(t, s.Run(func(g *rt.G) { after(g, soon, func(*rt.G) { fired.Store(true) }) }))
	await(fired.Load)
	var made atomic.Bool
	require.NoError(t, s.Run(func(g *rt.G) {
		after(g, soon, func(g *rt.G) { g.Go(func(*rt.G) { made.Store(true) }) })
	}))
	await(made.Load)
	require.NoError(t, s.Close())
}

// sleepIsNoDeadlock: Gs that wait for one that sleeps are not deadlocked. (I10)
func sleepIsNoDeadlock(t *trial) {
	t.run(func(g *rt.G) {
		var door baton
		g.Go(func(g *rt.G) {
			g.Sleep(2 * ms)
			door.give(g)
		})
		door.take(g)
	})
}

// timerThatIsNone: a deadlock is reported though there are timers which ready no G: one that was
// stopped, one that says so by Wakes, and one that does not say so, once it has fired. (I10)
func timerThatIsNone(t *trial) {
	for name, main := range map[string]func(*rt.G){
		"was stopped": func(g *rt.G) {
			var door baton
			after(g, never, door.give).Stop(g)
			door.take(g)
		},
		"says that it readies no G": func(g *rt.G) {
			tm := &rt.Timer{
				Fire:  func(*rt.G, *rt.Timer, uint64) {},
				Wakes: func() bool { return false },
			}
			tm.Start(g, host.Nanotime()+never)
			new(baton).take(g)
		},
		"fires and readies no G": func(g *rt.G) {
			after(g, soon, nothing)
			new(baton).take(g)
		},
		"fires like that twice": func(g *rt.G) {
			after(g, soon, nothing)
			after(g, 4*soon, nothing)
			new(baton).take(g)
		},
	} {
		t.Log("a timer that", name, "does not hide the deadlock")
		s := t.scheduler()
		requireDeadlock(t, s.Run(main), 1)
		require.NoError(t, s.Close())
	}
}

// timerBesideRest: a G that a timer is about to ready is not deadlocked, however often the other
// Gs come to rest meanwhile. (I10; Go issue 61454 is similar)
func timerBesideRest(t *trial) {
	s := t.scheduler()
	stop := submitOneByOne(t, s)
	rounds := t.many(500)
	require.NoError(t, s.Run(func(g *rt.G) {
		for range rounds {
			var door baton
			after(g, soon/20, func(g *rt.G) {
				host.Pause(100)
				door.give(g)
			})
			door.take(g)
		}
	}))
	stop()
}

// sleepersAbandoned: a scheduler that a panic ends does not wait for Gs that sleep.
func sleepersAbandoned(t *trial) {
	const n = 10
	var deferred atomic.Int32
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		var asleep atomic.Int32
		for range n {
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				defer g.Sleep(never)
				asleep.Add(1)
				g.Sleep(never)
			})
		}
		yieldUntil(g, func() bool { return asleep.Load() == n })
		explode(errBang)
	}), errBang, "Run must return the panic of the G")
	require.NoError(t, s.Close())
	requireCount(t, n, deferred.Load(), "sleepers whose deferred calls Close ran")
}
