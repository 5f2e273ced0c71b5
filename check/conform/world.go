package conform

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// worldStandsStill: while a G has stopped the world, no other G runs, whatever it does. All go on
// afterwards, and the stops and their times are counted. (I8)
func worldStandsStill(t *trial) {
	stops := t.many(60)
	var c crowd
	moved := 0
	s := t.scheduler()
	require.NoError(t, s.Run(func(g *rt.G) {
		c.join(g, t.procs)
		for i := range stops {
			g.StopTheWorld()
			if !c.still() {
				moved++
			}
			g.StartTheWorld()
			if i%8 == 0 {
				g.Yield() // its next turn may come only after a slice of each other
			} else {
				g.Sleep(10_000)
			}
		}
		c.end(g)
	}))
	require.Zero(t, moved, "stops, of %d, during which another G ran", stops)
	require.NoError(t, s.Close())
	stats := s.Stats()
	requireCount(t, stops, stats.Stops, "Stats.Stops")
	requireCount(t, stops, stats.StopTimes.TotalCount(), "times in Stats.StopTimes")
}

// hogsStandStill: the world stops though Gs run that never yield but only pass Checkpoint. (I8)
func hogsStandStill(t *trial) {
	const rounds = 20
	hogs := int32(t.procs - 1)
	for range rounds {
		var running atomic.Int32
		var stopped atomic.Bool
		t.run(func(g *rt.G) {
			for range hogs {
				g.Go(func(g *rt.G) {
					running.Add(1)
					hogUntil(g, stopped.Load)
				})
			}
			standUntil(func() bool { return running.Load() >= hogs })
			g.StopTheWorld()
			stopped.Store(true)
			g.StartTheWorld()
		})
		require.True(t, stopped.Load(), "Run has returned, but its main has not stopped the world")
	}
}

// worldGoesOn: Gs that were made in the stopped world run when it starts, as many at once as
// there are Procs. The G that stopped it does nothing more for that. (I2, I8)
func worldGoesOn(t *trial) {
	const rounds = 5
	for range rounds {
		m := &meeting{size: int32(t.procs)}
		t.run(func(g *rt.G) {
			g.StopTheWorld()
			for range m.size - 1 {
				g.Go(m.attend)
			}
			g.StartTheWorld()
			m.attend(g)
		})
	}
}

// stopBesideIdle: the world stops if no other G runs, even if Ms have just gone idle, and no G
// is lost by that. (I8)
func stopBesideIdle(t *trial) {
	rounds := t.many(2000)
	ran := make(tally, rounds)
	t.run(func(g *rt.G) {
		for i := range rounds {
			g.Go(func(*rt.G) { ran[i].Add(1) })
			if i%3 == 0 {
				g.Yield()
			}
			stopAndStart(g)
		}
	})
	ran.requireAll(t, 1, "a G that is spawned just before a stop must run once")
}

// chances is how often a property looks whether a G runs that must not run yet.
const chances = 20

// lookOften calls look chances times, and gives other threads time in between.
func lookOften(look func()) {
	for range chances {
		giveWay()
		host.Pause(20)
		look()
	}
}

// stopWhileInKernel checks that the world stops though Gs block in the kernel, and that a G
// that comes back from there does not run before the world starts.
func stopWhileInKernel(t *trial, call callForm) {
	pipes := t.pipes(2*t.procs + 1)
	var entered, left atomic.Int32
	back := make([]int, len(pipes))
	early := 0
	t.run(func(g *rt.G) {
		for i, p := range pipes {
			g.Go(func(g *rt.G) {
				call(g, func() {
					entered.Add(1)
					p.read(7)
					left.Add(1)
				})
				back[i]++
			})
		}
		yieldUntil(g, func() bool { return int(entered.Load()) == len(pipes) })
		g.StopTheWorld()
		for _, p := range pipes {
			p.write(7)
		}
		await(func() bool { return int(left.Load()) == len(pipes) })
		lookOften(func() {
			for _, n := range back {
				early += n
			}
		})
		g.StartTheWorld()
	})
	require.Zero(t, early, "times that a G was seen which came back from the kernel into the "+
		"stopped world")
	for _, n := range back {
		require.Equal(t, 1, n, "times that a G came back from the kernel")
	}
}

// stopBesideSyscalls: the world stops beside Gs that block in Syscall, and these do not come
// back before it starts. (I8)
func stopBesideSyscalls(t *trial) { stopWhileInKernel(t, (*rt.G).Syscall) }

// stopBesideBlocking: the world stops beside Gs that block in BlockingSyscall, and these do not
// come back before it starts. (I8)
func stopBesideBlocking(t *trial) { stopWhileInKernel(t, (*rt.G).BlockingSyscall) }

// stoppersTakeTurns: Gs that stop the world at the same time do so one after the other. (I8)
func stoppersTakeTurns(t *trial) {
	stoppers := 2*t.procs + 1
	each := t.many(100)
	inside, stops, met := 0, 0, 0
	t.run(func(g *rt.G) {
		for range stoppers {
			g.Go(func(g *rt.G) {
				for i := range each {
					g.StopTheWorld()
					if inside++; inside != 1 {
						met++
					}
					stops++
					host.Pause(20)
					inside--
					g.StartTheWorld()
					if i%4 == 0 {
						g.Yield()
					}
				}
			})
		}
	})
	require.Zero(t, met, "times that two Gs had stopped the world at once")
	require.Equal(t, stoppers*each, stops, "stops of the world")
}

// worldFeedsLater: Gs that are spawned, readied or submitted in the stopped world run when it
// starts, and not before. (I8)
func worldFeedsLater(t *trial) {
	const n = 20
	rounds := t.many(100)
	var ran atomic.Int32
	var early int32
	s := t.scheduler()
	require.NoError(t, s.Run(func(g *rt.G) {
		for r := range rounds {
			var w waitlist
			for range n {
				g.Go(func(g *rt.G) { w.wait(g); ran.Add(1) })
			}
			yieldUntil(g, func() bool { return w.len() == n })
			g.StopTheWorld()
			for _, gp := range w.takeAll() {
				g.Go(func(*rt.G) { ran.Add(1) })
				g.Parker().Ready(gp)
				if s.Go(func(*rt.G) { ran.Add(1) }) != nil {
					ran.Add(-n)
				}
			}
			lookOften(func() { early += ran.Load() - int32(3*n*r) })
			g.StartTheWorld()
			yieldUntil(g, func() bool { return int(ran.Load()) == 3*n*(r+1) })
		}
	}))
	require.Zero(t, early, "times that a G was seen which had run in the stopped world")
	require.NoError(t, s.Close())
}

// stopWithoutYield: a G that has stopped the world goes on when it yields, and no other runs.
// (I8)
func stopWithoutYield(t *trial) {
	var ran atomic.Int32
	early := int32(0)
	t.run(func(g *rt.G) {
		for range 2 * t.procs {
			g.Go(func(*rt.G) { ran.Add(1) })
		}
		g.StopTheWorld()
		before := ran.Load()
		for range 100 {
			g.Yield()
			g.Checkpoint()
		}
		early = ran.Load() - before
		g.StartTheWorld()
	})
	require.Zero(t, early, "Gs that ran in the stopped world while its stopper yielded")
	requireCount(t, 2*t.procs, ran.Load(), "Gs that ran after the world had started")
}

// stopMisused: to start a world that runs panics, and to stop it twice, block or make a system
// call in the stopped world.
func stopMisused(t *trial) {
	for text, main := range map[string]func(*rt.G){
		"has not stopped the world": (*rt.G).StartTheWorld,
		"has stopped the world already": func(g *rt.G) {
			g.StopTheWorld()
			g.StopTheWorld()
		},
		"must start it before it blocks": func(g *rt.G) {
			g.StopTheWorld()
			new(baton).take(g)
		},
		"must start it before it makes a system call": func(g *rt.G) {
			g.StopTheWorld()
			g.Syscall(func() {})
		},
	} {
		requirePanic(t, t.scheduler(), text, main)
	}
}

// endWhileStopped: a G that ends without having started the world again makes Run fail, since
// the others would wait for it for ever.
func endWhileStopped(t *trial) {
	for _, end := range []func(){func() {}, runtime.Goexit} {
		s := t.scheduler()
		err := s.Run(func(g *rt.G) {
			for range 2 * t.procs {
				g.Go(stopAndStart)
			}
			g.StopTheWorld()
			end()
		})
		require.ErrorContains(t, err, "call StartTheWorld first",
			"Run must fail if a G ends that has stopped the world")
		onlyCloseIsLeft(t, s, err)
	}
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		g.StopTheWorld()
		explode(errBang)
	}), errBang, "Run must return the panic of the G")
	require.NoError(t, s.Close())
}

// refusedWhileStopped: in the stopped world SetProcs and ForEachP return errors, since they must
// stop it themselves.
func refusedWhileStopped(t *trial) {
	var procs, each error
	t.run(func(g *rt.G) {
		g.StopTheWorld()
		_, procs = g.SetProcs(t.procs + 1)
		each = g.ForEachP(func(int) {})
		g.StartTheWorld()
	})
	require.ErrorContains(t, procs, "start it first", "SetProcs in the stopped world")
	require.Error(t, each, "ForEachP in the stopped world")
}

// stopAndStart stops the world and starts it at once.
func stopAndStart(g *rt.G) {
	g.StopTheWorld()
	g.StartTheWorld()
}

// stopBesidePanic: a G that is about to stop the world does not hang if another G's panic ends
// the scheduler.
func stopBesidePanic(t *trial) {
	for seed := range uint64(t.many(100)) {
		var c crowd
		s := t.scheduler()
		require.ErrorIs(t, s.Run(func(g *rt.G) {
			c.join(g, 1)
			for i := range t.procs + 1 {
				g.Go(func(g *rt.G) {
					r := rand.New(rand.NewPCG(seed, uint64(i)))
					for {
						stopAndStart(g)
						if r.IntN(4) == 0 {
							g.Yield()
						}
					}
				})
			}
			g.Sleep(int64(seed%10) * 20_000)
			explode(errBang)
		}), errBang, "Run must return the panic of the G")
		require.NoError(t, s.Close())
	}
}

// procsAsked: SetProcs returns the Procs before, changes nothing for 0, and refuses bad numbers.
func procsAsked(t *trial) {
	const refused = -1
	calls := []struct {
		n, want int
		before  int
		err     error
	}{
		{n: 0, want: t.procs},
		{n: t.procs + 1, want: t.procs},
		{n: 0, want: t.procs + 1},
		{n: t.procs + 1, want: t.procs + 1},
		{n: -1, want: refused},
		{n: rt.MaxProcs + 1, want: refused},
		{n: t.procs, want: t.procs + 1},
		{n: 0, want: t.procs},
	}
	t.run(func(g *rt.G) {
		for i := range calls {
			c := &calls[i]
			c.before, c.err = g.SetProcs(c.n)
		}
	})
	for i, c := range calls {
		if c.want == refused {
			require.ErrorContains(t, c.err, "SetProcs", "call %d: SetProcs(%d)", i, c.n)
			continue
		}
		require.NoError(t, c.err, "call %d: SetProcs(%d)", i, c.n)
		require.Equal(t, c.want, c.before, "call %d: SetProcs(%d) returns the Procs before", i, c.n)
	}
}

// procsUpAndDown: while Procs changes and Gs do everything that Gs can do, no more than Procs of
// them run at once, and none is lost. (I4)
func procsUpAndDown(t *trial) {
	changes := t.many(100)
	var c crowd
	failed, tooMany := 0, 0
	s := t.scheduler()
	require.NoError(t, s.Run(func(g *rt.G) {
		r := rand.New(rand.NewPCG(1, uint64(t.procs)))
		c.join(g, t.procs)
		for range changes {
			n := 1 + r.IntN(2*t.procs)
			if _, err := g.SetProcs(n); err != nil {
				failed++
			}
			c.gauge.most.Store(0)
			g.Sleep(r.Int64N(40_000))
			if int(c.gauge.most.Load()) > n && !g.Native() {
				tooMany++
			}
		}
		c.end(g)
	}))
	require.Zero(t, failed, "calls of SetProcs that failed")
	require.Zero(t, tooMany, "times, of %d, when more than Procs Gs ran at once", changes)
}

// procsMeetAnew: after a change of Procs, as many Gs run at once as there are Procs now. (I2)
func procsMeetAnew(t *trial) {
	s := t.scheduler()
	for _, n := range []int{t.procs + 2, 1, t.procs + 1, t.procs} {
		m := &meeting{size: int32(n)}
		require.NoError(t, s.Run(func(g *rt.G) {
			_, err := g.SetProcs(n)
			must(err)
			for range n {
				g.Go(m.attend)
			}
		}))
	}
}

// procsTakenAway: when Procs becomes 1, no G is lost that was queued on a P which goes, and no
// sleeper whose timer was set there.
func procsTakenAway(t *trial) {
	const each = 200
	rounds := t.many(50)
	makers := 2 * t.procs
	for range rounds {
		var made, ran, slept atomic.Int32
		t.run(func(g *rt.G) {
			for range makers {
				g.Go(func(g *rt.G) {
					for range each {
						g.Go(func(*rt.G) { ran.Add(1) })
					}
					g.Go(func(g *rt.G) { g.Sleep(200_000); slept.Add(1) })
					made.Add(1)
				})
			}
			yieldUntil(g, func() bool { return made.Load() > 0 })
			_, _ = g.SetProcs(1)
		})
		requireCount(t, makers*each, ran.Load(), "queued Gs that ran after Procs became 1")
		requireCount(t, makers, slept.Load(), "sleepers that woke after Procs became 1")
	}
}

// everyPOnce: ForEachP calls its function once for each P, while that P runs no G, whatever other
// Gs do. A design without Ps returns ErrNoPs.
func everyPOnce(t *trial) {
	if !t.promises(rt.HasPs) {
		var err error
		t.run(func(g *rt.G) { err = g.ForEachP(func(int) {}) })
		require.ErrorIs(t, err, rt.ErrNoPs, "ForEachP without Ps: %s", t.lacks[rt.HasPs])
		return
	}
	rounds := t.many(20)
	var c crowd
	var wrong, crowded atomic.Int32
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		for i := range rounds {
			_, _ = g.SetProcs(1 + i%(2*t.procs))
			now, _ := g.SetProcs(0)
			c.gauge.most.Store(0)
			seen := make(tally, now)
			err := g.ForEachP(func(p int) {
				c.gauge.visit()
				if p < 0 || p >= now {
					wrong.Add(1)
					return
				}
				seen[p].Add(1)
			})
			for p := range seen {
				if err != nil || seen[p].Load() != 1 {
					wrong.Add(1)
				}
			}
			if int(c.gauge.most.Load()) > now {
				crowded.Add(1)
			}
			g.Sleep(10_000)
		}
		c.end(g)
	})
	require.Zero(t, wrong.Load(), "Ps for which ForEachP did not call its function exactly once")
	require.Zero(t, crowded.Load(), "times, of %d, when ForEachP called its function for a P "+
		"that ran a G: more than Procs were inside at once", rounds)
}

// everyPBesideAll: several ForEachP at once all reach every P, also those that are idle and that
// of an M in the kernel.
func everyPBesideAll(t *trial) {
	const each = 20
	callers := t.procs + 1
	p := t.pipes(1)[0]
	var entered atomic.Bool
	var calls, bad atomic.Int32
	t.run(func(g *rt.G) {
		g.Go(func(g *rt.G) {
			g.Syscall(func() {
				entered.Store(true)
				p.read(1)
			})
		})
		yieldUntil(g, entered.Load)
		var done atomic.Int32
		for range callers {
			g.Go(func(g *rt.G) {
				for range each {
					if g.ForEachP(func(int) { calls.Add(1) }) != nil {
						bad.Add(1)
					}
				}
				done.Add(1)
			})
		}
		yieldUntil(g, func() bool { return int(done.Load()) == callers })
		p.write(1)
	})
	require.Zero(t, bad.Load(), "calls of ForEachP that failed")
	requireCount(t, callers*each*t.procs, calls.Load(), "times that ForEachP called its "+
		"function: %d calls of ForEachP, %d Ps", callers*each, t.procs)
}
