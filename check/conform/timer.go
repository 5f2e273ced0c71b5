package conform

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

const (
	soon  = int64(200_000)    // ns; for a timer that is to fire
	never = int64(3600 * 1e9) // for one that is not: longer than any patience
	ms    = int64(1_000_000)  // ns
)

// after starts a timer that fires in ns nanoseconds from now.
func after(g *rt.G, ns int64, fire func(g *rt.G)) *rt.Timer {
	tm := &rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) { fire(g) }}
	tm.Start(g, host.Nanotime()+ns, 0)
	return tm
}

// sleepsLongEnough: no Sleep ends before its time.
func sleepsLongEnough(t *trial) {
	n := t.many(200)
	var early atomic.Int32
	t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range 5 {
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
	require.Zero(t, early.Load())
}

// sleepsNot: for no time, or less, is to yield.
func sleepsNot(t *trial) {
	ran := false
	t.run(func(g *rt.G) {
		g.Go(func(g *rt.G) {
			g.Sleep(0)
			g.Sleep(-1)
			g.Sleep(-1 << 63)
			ran = true
		})
	})
	require.True(t, ran)
}

// manySleepers: all wake, whatever order their times come in.
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
	woke.requireAll(t, 1)
	if t.promises(rt.Counts) {
		require.LessOrEqual(t, stats.TimersFired, uint64(len(woke)), "a Sleep of 0 needs none")
		require.Greater(t, stats.TimersFired, uint64(len(woke)/2))
	}
}

// sleepersBeside: sleepers wake though others never rest.
func sleepersBeside(t *trial) {
	var c crowd
	var woke atomic.Int32
	sleepers := 2 * t.procs
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		for range sleepers {
			g.Go(func(g *rt.G) {
				for range 20 {
					g.Sleep(soon)
				}
				woke.Add(1)
			})
		}
		yieldUntil(g, func() bool { return int(woke.Load()) == sleepers })
		c.end(g)
	})
}

// sleepersBesideHogs: nor need the others ever give way of their own will.
func sleepersBesideHogs(t *trial) {
	var woke atomic.Bool
	t.run(func(g *rt.G) {
		for range 2 * t.procs {
			g.Go(func(g *rt.G) {
				for !woke.Load() {
					g.Checkpoint()
				}
			})
		}
		g.Sleep(soon)
		woke.Store(true)
	})
}

// timerWakesIdle: a G that everybody waits for is readied by a timer, and another
// made by one.
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
	require.EqualValues(t, rounds, readied.Load())
	require.EqualValues(t, rounds, made.Load())
}

// earlierTimer: who waits for a late timer hears of an earlier one, wherever that
// is started: by another G, by one that came from outside. (Go issue 19308 among
// others: the sleep was for the old first timer.)
func earlierTimer(t *trial) {
	rounds := t.many(100)
	s := t.scheduler()
	for range rounds {
		var waits atomic.Bool
		release := s.Hold()
		var door baton
		var late *rt.Timer
		go func() {
			defer release()
			await(waits.Load)
			if err := s.Go(func(g *rt.G) {
				after(g, soon/4, func(g *rt.G) { door.give(g) })
			}); err != nil {
				t.Errorf("Go under Hold: %v", err)
			}
		}()
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

// stoppedTimer: does not fire; and what Start and Stop return.
func stoppedTimer(t *trial) {
	var fired atomic.Int32
	var got []bool
	var seqs []uint64
	t.run(func(g *rt.G) {
		tm := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) { fired.Add(1) }}
		got = append(got, tm.Stop(g))
		start := func() {
			seq, active := tm.Start(g, host.Nanotime()+never, 0)
			got, seqs = append(got, active), append(seqs, seq)
		}
		start()
		start()
		got = append(got, tm.Stop(g), tm.Stop(g))
		start()
		got = append(got, tm.Stop(g))
	})
	require.Equal(t, []bool{false, false, true, true, false, false, true}, got)
	require.Zero(t, fired.Load())
	require.Less(t, seqs[0], seqs[1])
	require.Less(t, seqs[1], seqs[2])
}

// firedTimer: is stopped then, and may be started again, from Fire, too. Fire
// learns which Start it is for.
func firedTimer(t *trial) {
	const rounds = 20
	var seqs [2 * rounds]uint64 // of the Starts: by main, by Fire, by main, ...
	var fires []uint64
	active := 0
	t.run(func(g *rt.G) {
		var door baton
		tm := &rt.Timer{}
		start := func(g *rt.G, i int) {
			seq, was := tm.Start(g, host.Nanotime()+soon/10, 0)
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
	require.Zero(t, active, "times that a timer was active which had fired")
	require.Equal(t, seqs[:], fires)
}

// periodicTimer: fires again and again, until it is stopped.
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
		tm.Start(g, host.Nanotime()+soon/10, soon/10)
		door.take(g)
		stopped = tm.Stop(g)
	})
	require.True(t, stopped)
	require.GreaterOrEqual(t, fired.Load(), int32(times))
}

// timersRace: of timers that Gs start and stop all the time, each Start fires
// once, unless a Stop or another Start says that it undid it.
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
						_, active = tm.Start(g, host.Nanotime()+r.Int64N(soon/10), 0)
					}
					if active {
						undone.Add(1)
					}
				}
			})
		}
		// One that has been taken off the heap may not have fired yet.
		yieldUntil(g, func() bool { return working.Load() == 0 && started.Load() == undone.Load()+fired.Load() })
	})
	require.Positive(t, fired.Load())
	require.Positive(t, undone.Load())
}

// pendingTimer: Run and Close wait for Gs, not for timers.
func pendingTimer(t *trial) {
	s := t.scheduler()
	var fired atomic.Bool
	for range 3 {
		require.NoError(t, s.Run(func(g *rt.G) { after(g, never, func(*rt.G) { fired.Store(true) }) }))
	}
	require.NoError(t, s.Close())
	require.False(t, fired.Load())
}

// timerBetweenRuns: of an earlier Run fires all the same.
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

// sleepIsNoDeadlock: though all Gs wait for one that sleeps.
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

// timerThatIsNone: a deadlock is one, though there are timers: one that was
// stopped, one that says that it wakes nobody, one that wakes nobody without
// saying so, once it has fired.
func timerThatIsNone(t *trial) {
	for name, main := range map[string]func(*rt.G){
		"stopped": func(g *rt.G) {
			var door baton
			after(g, never, door.give).Stop(g)
			door.take(g)
		},
		"wakes nobody": func(g *rt.G) {
			tm := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}, Wakes: func() bool { return false }}
			tm.Start(g, host.Nanotime()+never, 0)
			new(baton).take(g)
		},
		"fires for nothing": func(g *rt.G) {
			after(g, soon, nothing)
			new(baton).take(g)
		},
		"fires twice for nothing": func(g *rt.G) {
			after(g, soon, nothing)
			after(g, 4*soon, nothing)
			new(baton).take(g)
		},
	} {
		s := t.scheduler()
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, s.Run(main), &deadlock, name)
		require.Equal(t, 1, deadlock.Blocked, name)
		require.NoError(t, s.Close())
	}
}

// timerBesideRest: that a timer is about to ready a G is no deadlock, however often
// the others come to rest meanwhile. (Go issue 61454 is the like of it)
func timerBesideRest(t *trial) {
	s := t.scheduler()
	end := submitOneByOne(s)
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
	end()
}

// sleepersAbandoned: a scheduler ends at once though Gs sleep.
func sleepersAbandoned(t *trial) {
	var deferred atomic.Int32
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		var asleep atomic.Int32
		for range 10 {
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				defer g.Sleep(never)
				asleep.Add(1)
				g.Sleep(never)
			})
		}
		yieldUntil(g, func() bool { return asleep.Load() == 10 })
		explode(errBang)
	}), errBang)
	require.NoError(t, s.Close())
	require.EqualValues(t, 10, deferred.Load())
}
