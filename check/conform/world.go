package conform

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// worldStandsStill: whatever the others do, none does it while one has stopped
// the world, and all go on afterwards. (I8)
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
				g.Yield() // where others may be kept in front of it for a slice each
			} else {
				g.Sleep(10_000)
			}
		}
		c.end(g)
	}))
	require.Zero(t, moved, "stops in which another G ran")
	require.NoError(t, s.Close())
	stats := s.Stats()
	require.EqualValues(t, stops, stats.Stops)
	require.EqualValues(t, stops, stats.StopTimes.TotalCount())
}

// hogsStandStill: Gs that never give way of their own will, but pass Checkpoint.
func hogsStandStill(t *trial) {
	hogs := int32(t.procs - 1)
	for range 20 {
		var running atomic.Int32
		var stopped atomic.Bool
		t.run(func(g *rt.G) {
			for range hogs {
				g.Go(func(g *rt.G) {
					running.Add(1)
					for !stopped.Load() {
						g.Checkpoint()
					}
				})
			}
			standUntil(func() bool { return running.Load() >= hogs })
			g.StopTheWorld()
			stopped.Store(true)
			g.StartTheWorld()
		})
		require.True(t, stopped.Load())
	}
}

// worldGoesOn: Gs that were made runnable while it stood still run at once, Procs of
// them, though the one that stopped it does nothing more for that.
func worldGoesOn(t *trial) {
	for range 5 {
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

// stopBesideIdle: when there is nobody to stop but idle Ms, which may just have
// come to be that.
func stopBesideIdle(t *trial) {
	rounds := t.many(2000)
	ran := make(tally, rounds)
	t.run(func(g *rt.G) {
		for i := range rounds {
			g.Go(func(*rt.G) { ran[i].Add(1) })
			if i%3 == 0 {
				g.Yield()
			}
			g.StopTheWorld()
			g.StartTheWorld()
		}
	})
	ran.requireAll(t, 1)
}

// stopWhileInKernel: the world stops though Gs block in the kernel, and a G
// that comes back from there does not run before the world goes on.
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
		for range 20 {
			runtime.Gosched()
			host.Pause(20)
			for _, n := range back {
				early += n
			}
		}
		g.StartTheWorld()
	})
	require.Zero(t, early, "Gs that came back from the kernel into the stopped world")
	for _, n := range back {
		require.Equal(t, 1, n)
	}
}

func stopBesideSyscalls(t *trial) { stopWhileInKernel(t, (*rt.G).Syscall) }

func stopBesideBlocking(t *trial) { stopWhileInKernel(t, (*rt.G).BlockingSyscall) }

// stoppersTakeTurns: Gs that want to stop the world at the same time do so one
// after the other.
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
	require.Zero(t, met, "stoppers that were not alone")
	require.Equal(t, stoppers*each, stops)
}

// worldFeedsLater: Gs that are made, readied or submitted while the world stands
// still run when it goes on, not before.
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
			for range 10 {
				runtime.Gosched()
				host.Pause(20)
				early += ran.Load() - int32(3*n*r)
			}
			g.StartTheWorld()
			yieldUntil(g, func() bool { return int(ran.Load()) == 3*n*(r+1) })
		}
	}))
	require.Zero(t, early, "Gs that ran in the stopped world")
	require.NoError(t, s.Close())
}

// stopWithoutYield: while it has stopped the world a G gives way to nobody.
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
	require.Zero(t, early)
	require.EqualValues(t, 2*t.procs, ran.Load())
}

// stopMisused says what was wrong.
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

// endWhileStopped: of the G that has stopped the world, which the others would
// wait for.
func endWhileStopped(t *trial) {
	for _, end := range []func(){func() {}, runtime.Goexit} {
		s := t.scheduler()
		err := s.Run(func(g *rt.G) {
			for range 2 * t.procs {
				g.Go(func(g *rt.G) { g.StopTheWorld(); g.StartTheWorld() })
			}
			g.StopTheWorld()
			end()
		})
		require.ErrorContains(t, err, "call StartTheWorld first")
		onlyCloseIsLeft(t, s, err)
	}
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		g.StopTheWorld()
		explode(errBang)
	}), errBang)
	require.NoError(t, s.Close())
}

// refusedWhileStopped: what must stop the world itself is an error.
func refusedWhileStopped(t *trial) {
	var procs, each error
	t.run(func(g *rt.G) {
		g.StopTheWorld()
		_, procs = g.SetProcs(t.procs + 1)
		each = g.ForEachP(func(int) {})
		g.StartTheWorld()
	})
	require.ErrorContains(t, procs, "start it first")
	require.Error(t, each)
}

// stopBesidePanic: nobody who wants to stop the world hangs because another G's
// panic ends the scheduler.
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
						g.StopTheWorld()
						g.StartTheWorld()
						if r.IntN(4) == 0 {
							g.Yield()
						}
					}
				})
			}
			g.Sleep(int64(seed%10) * 20_000)
			explode(errBang)
		}), errBang)
		require.NoError(t, s.Close())
	}
}

// procsAsked: what SetProcs returns and refuses.
func procsAsked(t *trial) {
	type answer struct {
		before int
		err    error
	}
	var got []answer
	t.run(func(g *rt.G) {
		for _, n := range []int{0, t.procs + 1, 0, t.procs + 1, -1, rt.MaxProcs + 1, t.procs, 0} {
			before, err := g.SetProcs(n)
			got = append(got, answer{before, err})
		}
	})
	for i, want := range []int{t.procs, t.procs, t.procs + 1, t.procs + 1, -1, -1, t.procs + 1, t.procs} {
		if want < 0 {
			require.ErrorContains(t, got[i].err, "SetProcs")
			continue
		}
		require.NoError(t, got[i].err)
		require.Equal(t, want, got[i].before)
	}
}

// procsUpAndDown: under everything that Gs do, no more than Procs of them run,
// and none is lost.
func procsUpAndDown(t *trial) {
	changes := t.many(100)
	var c crowd
	tooMany := 0
	s := t.scheduler()
	require.NoError(t, s.Run(func(g *rt.G) {
		r := rand.New(rand.NewPCG(1, uint64(t.procs)))
		c.join(g, t.procs)
		for range changes {
			n := 1 + r.IntN(2*t.procs)
			if _, err := g.SetProcs(n); err != nil {
				tooMany++
			}
			c.gauge.most.Store(0)
			g.Sleep(r.Int64N(40_000))
			if int(c.gauge.most.Load()) > n && !g.Native() {
				tooMany++
			}
		}
		c.end(g)
	}))
	require.Zero(t, tooMany, "times when more than Procs Gs ran")
}

// procsMeetAnew: as many as there are Procs now run at the same moment.
func procsMeetAnew(t *trial) {
	s := t.scheduler()
	for _, n := range []int{t.procs + 2, 1, t.procs + 1, t.procs} {
		m := &meeting{size: int32(n)}
		require.NoError(t, s.Run(func(g *rt.G) {
			if _, err := g.SetProcs(n); err != nil {
				explode(err)
			}
			for range n {
				g.Go(m.attend)
			}
		}))
	}
}

// procsTakenAway: what the Ps that go had queued, or timers were set on, is not
// lost.
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
		require.EqualValues(t, makers*each, ran.Load())
		require.EqualValues(t, makers, slept.Load())
	}
}

// everyPOnce: ForEachP calls its function once for each P, beside whatever goes
// on, and while that P runs no G.
func everyPOnce(t *trial) {
	if !t.promises(rt.HasPs) {
		var err error
		t.run(func(g *rt.G) { err = g.ForEachP(func(int) {}) })
		require.ErrorIs(t, err, rt.ErrNoPs, t.lacks[rt.HasPs])
		return
	}
	rounds := t.many(20)
	var c crowd
	var wrong, crowded atomic.Int32
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		for i := range rounds {
			now, _ := g.SetProcs(1 + i%(2*t.procs))
			now, _ = g.SetProcs(0)
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
	require.Zero(t, wrong.Load(), "Ps that were not gone to exactly once")
	require.Zero(t, crowded.Load(), "times when a P was gone to that ran a G")
}

// everyPBesideAll: Ps that are idle, and Ps whose Ms are in the kernel; and several
// callers at once.
func everyPBesideAll(t *trial) {
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
				for range 20 {
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
	require.Zero(t, bad.Load())
	require.EqualValues(t, callers*20*t.procs, calls.Load())
}
