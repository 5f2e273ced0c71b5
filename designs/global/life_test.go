package global

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/conform"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
)

// everyVariant runs body with each queue, and then checks that all slots have come back.
func everyVariant(t *testing.T, procs int, body func(*testing.T, *sched)) {
	for name, open := range map[string]func(rt.Config) (rt.Scheduler, error){
		"locked":   New,
		"lockfree": NewLockFree,
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := open(rt.Config{Procs: procs, Seed: 1})
			require.NoError(t, err)
			s := opened.(*sched)
			conform.Watch(t, s.Dump)
			body(t, s)
			if err := s.Close(); !errors.Is(err, rt.ErrClosed) {
				require.NoError(t, err)
			}
			s.idleMu.Lock()
			defer s.idleMu.Unlock()
			require.Equal(t, s.procs, s.free.Load(), "slots")
			require.Zero(t, s.collected)
		})
	}
}

func run(t *testing.T, s *sched, main func(*rt.G)) { require.NoError(t, s.Run(main)) }

// parked is a G that waits to be readied.
type parked struct {
	mu host.Mutex
	g  atomic.Pointer[rt.G]
}

func (p *parked) wait(g *rt.G) {
	g.Parker().Enter(&p.mu)
	p.g.Store(g)
	g.Parker().ParkUnlock(rt.WaitOther, &p.mu)
}

// end readies the G, which waits or is about to.
func (p *parked) end(g *rt.G) {
	for p.g.Load() == nil {
		runtime.Gosched()
	}
	p.mu.Lock() // by now the G has left its stack
	p.mu.Unlock()
	g.Parker().Ready(p.g.Swap(nil))
}

// load starts n Gs that, until ended, do everything that makes an M leave its G. Each pass
// calls step, in which there is no safe point.
func load(g *rt.G, n int, ended *atomic.Bool, step func(g *rt.G)) {
	for i := range n {
		g.Go(func(g *rt.G) {
			for pass := i; !ended.Load(); pass++ {
				step(g)
				switch pass % 8 {
				case 0, 1, 2, 3:
					g.Checkpoint()
				case 4:
					g.Yield()
				case 5:
					g.Syscall(runtime.Gosched)
				case 6:
					g.Sleep(1000)
				case 7:
					g.Go(step)
				}
			}
		})
	}
}

func TestNoGRunsWhileTheWorldIsStopped(t *testing.T) {
	const stops = 40
	everyVariant(t, 3, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var steps atomic.Int64
			var ended atomic.Bool
			load(g, 6, &ended, func(*rt.G) { steps.Add(1) })
			for stop := range stops {
				for before := steps.Load(); steps.Load() == before; {
					g.Yield()
				}
				g.StopTheWorld()
				before := steps.Load()
				for range 100 * (stop % 4) {
					runtime.Gosched()
				}
				require.Equal(t, before, steps.Load())
				g.StartTheWorld()
			}
			ended.Store(true)
		})
	})
}

func TestGsThatStopTheWorldTakeTurns(t *testing.T) {
	const gs, stops = 4, 20
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		inside := 0 // plain: the stopped world is what guards it
		run(t, s, func(g *rt.G) {
			for range gs {
				g.Go(func(g *rt.G) {
					for range stops {
						g.StopTheWorld()
						inside++
						g.StartTheWorld()
					}
				})
			}
		})
		require.Equal(t, gs*stops, inside)
	})
}

// A G that was let in later does not find a stopped G running.
func TestAtMostProcsGsRunWhileProcsChanges(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var running, limit, worst atomic.Int64
			var ended atomic.Bool
			limit.Store(2)
			load(g, 8, &ended, func(*rt.G) {
				over := running.Add(1) - limit.Load()
				running.Add(-1)
				for worst := &worst; over > worst.Load(); {
					worst.Store(over)
				}
			})
			for _, n := range []int{1, 4, 2, 3, 1, 2, 4, 1} {
				limit.Store(max(limit.Load(), int64(n)))
				_, err := g.SetProcs(n)
				require.NoError(t, err)
				limit.Store(int64(n))
				for range 50 {
					g.Yield()
				}
			}
			ended.Store(true)
			require.LessOrEqual(t, worst.Load(), int64(0), "more Gs ran than there were slots")
		})
		require.EqualValues(t, 1, s.procs)
	})
}

// After SetProcs(n), n Gs can run at once: none of these lets another one go first.
func TestSetProcsLetsSoManyGsRunAtOnce(t *testing.T) {
	everyVariant(t, 1, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			for _, n := range []int64{2, 4, 1, 3} {
				before, err := g.SetProcs(int(n))
				require.NoError(t, err)
				require.NotEqualValues(t, n, before)
				var arrived atomic.Int64
				arrive := func(*rt.G) {
					for arrived.Add(1); arrived.Load() < n; {
						runtime.Gosched()
					}
				}
				for range n - 1 {
					g.Go(arrive)
				}
				arrive(g)
			}
		})
	})
}

// A stopper waits for an M that ends instead of coming to park.
func TestStopWorldEndsWhenTheSchedulerFails(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		var stopping atomic.Bool
		err := s.Run(func(g *rt.G) {
			g.Go(func(*rt.G) {
				for !stopping.Load() || !s.WorldStopping() {
					runtime.Gosched()
				}
				panic("on purpose")
			})
			g.Yield()
			stopping.Store(true)
			g.StopTheWorld()
			g.StartTheWorld()
		})
		var failure *rt.PanicError
		require.ErrorAs(t, err, &failure)
		require.NoError(t, s.Close())
	})
}

// When Close abandons Gs all Ms have ended, and the stopper has no slot.
func TestTheWorldStopsInADeferredCallAtClose(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		ran := false
		err := s.Run(func(g *rt.G) {
			defer func() {
				g.StopTheWorld()
				ran = true
				g.StartTheWorld()
			}()
			new(parked).wait(g)
		})
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, err, &deadlock)
		require.NoError(t, s.Close())
		require.True(t, ran)
	})
}

// No thread may sleep until the later of two timers (Go issue 38860).
func TestAnEarlierTimerIsNotMissed(t *testing.T) {
	everyVariant(t, 1, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var late parked
			later := rt.Timer{Fire: func(g *rt.G, _ *rt.Timer, _ uint64) { late.end(g) }}
			later.Start(g, host.Nanotime()+3600e9)
			for range 100 {
				g.Sleep(10_000)
			}
			require.True(t, later.Stop(g))
		})
	})
}

func TestTimersReadyTheirGsInOrder(t *testing.T) {
	everyVariant(t, 1, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			ahead := int64(1e6)
			order, ok := timersOrder(g, ahead)
			for ; !ok; order, ok = timersOrder(g, ahead) {
				ahead *= 2
			}
			require.IsIncreasing(t, order)
		})
	})
}

// timersOrder starts timers that fire ahead ns from now and later, and returns the order
// in which the Gs ran that they readied. It is not ok if the first fired before the last
// was started.
func timersOrder(g *rt.G, ahead int64) (order []int, ok bool) {
	const n = 50
	var timers [n]rt.Timer
	var gs [n]parked
	for i := range n {
		g.Go(func(g *rt.G) {
			gs[i].wait(g)
			order = append(order, i)
		})
		timers[i].Fire = func(g *rt.G, _ *rt.Timer, _ uint64) { gs[i].end(g) }
	}
	g.Yield() // all wait
	base := host.Nanotime() + ahead
	for i := range n {
		k := i * 7 % n // not in order of time
		timers[k].Start(g, base+int64(k))
	}
	ok = host.Nanotime() < base
	for len(order) < n {
		g.Yield()
	}
	return order, ok
}

func TestSleepLastsAsLongAsAsked(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			for ns := range int64(20) {
				g.Go(func(g *rt.G) {
					start := host.Nanotime()
					g.Sleep(ns * 50_000)
					require.GreaterOrEqual(t, host.Nanotime()-start, ns*50_000)
				})
			}
		})
	})
}

// Rest must be asked for again after a timer that might have readied a G.
func TestADeadlockIsReportedAfterTheLastTimer(t *testing.T) {
	far := func() int64 { return host.Nanotime() + 3600e9 }
	soon := func() int64 { return host.Nanotime() + 100_000 }
	for name, start := range map[string]func(*rt.G, *rt.Timer){
		"that fired, readying nobody": func(g *rt.G, tm *rt.Timer) { tm.Start(g, soon()) },
		"that was stopped": func(g *rt.G, tm *rt.Timer) {
			tm.Start(g, far())
			tm.Stop(g)
		},
		"that would ready nobody": func(g *rt.G, tm *rt.Timer) {
			tm.Wakes = func() bool { return false }
			tm.Start(g, far())
		},
		"that started a G, which ended": func(g *rt.G, tm *rt.Timer) {
			tm.Fire = func(g *rt.G, _ *rt.Timer, _ uint64) { g.Go(func(*rt.G) {}) }
			tm.Start(g, soon())
		},
	} {
		t.Run(name, func(t *testing.T) {
			everyVariant(t, 2, func(t *testing.T, s *sched) {
				tm := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}}
				err := s.Run(func(g *rt.G) {
					start(g, tm)
					new(parked).wait(g)
				})
				var deadlock *rt.DeadlockError
				require.ErrorAs(t, err, &deadlock)
				require.Equal(t, 1, deadlock.Blocked)
				require.NoError(t, s.Close())
			})
		})
	}
}

func TestRunDoesNotWaitForATimerThatNobodyWaitsFor(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		tm := &rt.Timer{Fire: func(*rt.G, *rt.Timer, uint64) {}}
		run(t, s, func(g *rt.G) { tm.Start(g, math.MaxInt64) })
	})
}

func TestALockedGKeepsItsMToItself(t *testing.T) {
	const locked, passes = 2, 60
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var owned [256]atomic.Bool // by MID: some G is locked to it
			var ended atomic.Bool
			var left atomic.Int32
			load(g, 4, &ended, func(g *rt.G) { require.False(t, owned[g.MID()].Load()) })
			left.Store(locked)
			for i := range locked {
				g.Go(func(g *rt.G) {
					g.LockM()
					mid := g.MID()
					owned[mid].Store(true)
					for pass := range passes {
						moveOn(g, pass+i)
						require.Equal(t, mid, g.MID())
					}
					owned[mid].Store(false)
					g.UnlockM()
					if left.Add(-1) == 0 {
						ended.Store(true)
					}
				})
			}
		})
	})
}

// moveOn leaves the M, in one of the ways that there are.
func moveOn(g *rt.G, how int) {
	switch how % 6 {
	case 0:
		g.Yield()
	case 1:
		g.Sleep(1000)
	case 2:
		g.Syscall(runtime.Gosched)
	case 3:
		var p parked
		g.Go(func(g *rt.G) { p.end(g) })
		p.wait(g)
	case 4:
		g.StopTheWorld()
		g.StartTheWorld()
	case 5:
		g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
	}
}

// The G is readied in the stopped world, or its owner was about to run it.
func TestALockedGRunsAfterTheWorldWasStopped(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			for range 50 {
				var p parked
				var mid, again atomic.Int64
				again.Store(-1)
				g.Go(func(g *rt.G) {
					g.LockM()
					mid.Store(int64(g.MID()))
					p.wait(g)
					again.Store(int64(g.MID()))
				})
				for p.g.Load() == nil {
					g.Yield()
				}
				g.StopTheWorld()
				p.end(g)
				require.EqualValues(t, -1, again.Load())
				g.StartTheWorld()
				for again.Load() == -1 {
					g.Yield()
				}
				require.Equal(t, mid.Load(), again.Load())
			}
		})
	})
}

func TestALockedMRestsToo(t *testing.T) {
	everyVariant(t, 2, func(t *testing.T, s *sched) {
		err := s.Run(func(g *rt.G) {
			g.LockM()
			new(parked).wait(g)
		})
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, err, &deadlock)
		require.NoError(t, s.Close())
	})
}

func TestDumpSaysWhatTheDesignHas(t *testing.T) {
	everyVariant(t, 3, func(t *testing.T, s *sched) {
		run(t, s, func(g *rt.G) {
			var w strings.Builder
			g.StopTheWorld()
			g.Go(func(*rt.G) {})
			s.DumpSched(&w)
			g.StartTheWorld()
			require.Equal(t, " freeslots=0 stopwait=0 threads=1 idlethreads=0 "+
				"lockedthreads=0 runqueue=1\n  reactor: not started\n", w.String())
		})
	})
}

func TestEventsTellOfMsThatSleep(t *testing.T) {
	var sink kinds
	s, err := New(rt.Config{Procs: 2, Events: &sink})
	require.NoError(t, err)
	run(t, s.(*sched), func(g *rt.G) {
		g.Go(func(*rt.G) {})
		g.Sleep(1000)
	})
	require.NoError(t, s.Close())
	require.Positive(t, sink[event.MWake])
	require.GreaterOrEqual(t, sink[event.MPark], sink[event.MWake])
}

// kinds counts events by their kind.
type kinds [256]int

func (k *kinds) Take(b *event.Batch) {
	for ev := range b.All() {
		k[ev.What]++
	}
}
