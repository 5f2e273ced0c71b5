package gsync_test

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

const (
	soon  = 50 * time.Microsecond
	never = time.Duration(math.MaxInt64)
)

// passed blocks g for d, and lets fire what is due by then.
func passed(g *rt.G, d time.Duration) { gsync.After(g, d).Recv(g) }

func yieldFor(g *rt.G, d time.Duration) {
	start := host.Nanotime()
	settled(g, func() bool { return host.Nanotime()-start >= int64(d) })
}

func received(g *rt.G, c *gsync.Chan[time.Time]) bool {
	_, _, done := c.TryRecv(g)
	return done
}

func TestSleepLastsAsLongAsAsked(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var early, done atomic.Int32
		run(t, s, func(g *rt.G) {
			for i := range 20 {
				d := time.Duration(i) * soon / 5
				g.Go(func(g *rt.G) {
					start := host.Nanotime()
					gsync.Sleep(g, d)
					if host.Nanotime()-start < int64(d) {
						early.Add(1)
					}
					done.Add(1)
				})
			}
			gsync.Sleep(g, 0)
			gsync.Sleep(g, -time.Hour)
		})
		require.Zero(t, early.Load())
		require.EqualValues(t, 20, done.Load())
	})
}

func TestATimerSendsTheTimeOnce(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		for _, d := range []time.Duration{-time.Hour, 0, soon} {
			var late time.Duration
			var ok, again, undone bool
			run(t, s, func(g *rt.G) {
				due := time.Now().Add(max(d, 0))
				timer := gsync.NewTimer(g, d)
				var v time.Time
				v, ok = timer.C.Recv(g)
				late = v.Sub(due)
				passed(g, soon)
				again = received(g, timer.C)
				undone = timer.Stop(g)
			})
			require.True(t, ok)
			require.GreaterOrEqual(t, late, time.Duration(0))
			require.False(t, again)
			require.False(t, undone, "the value was received")
		}
	})
}

// Every way to end a wait for a start of a timer, with what it must say.
func TestNothingStaleIsReceived(t *testing.T) {
	for name, body := range map[string]func(g *rt.G, timer *gsync.Timer) (undone, stale bool){
		"stopped in time": func(g *rt.G, timer *gsync.Timer) (bool, bool) {
			timer.Reset(g, 2*soon)
			undone := timer.Stop(g)
			passed(g, 3*soon)
			return undone, received(g, timer.C)
		},
		"fired, not received, stopped": func(g *rt.G, timer *gsync.Timer) (bool, bool) {
			timer.Reset(g, 0)
			passed(g, soon)
			return timer.Stop(g), received(g, timer.C)
		},
		"fired, not received, restarted": func(g *rt.G, timer *gsync.Timer) (bool, bool) {
			timer.Reset(g, 0)
			passed(g, soon)
			return timer.Reset(g, never), received(g, timer.C)
		},
		"restarted in time": func(g *rt.G, timer *gsync.Timer) (bool, bool) {
			timer.Reset(g, 2*soon)
			undone := timer.Reset(g, never)
			passed(g, 3*soon)
			return undone, received(g, timer.C)
		},
		"at any moment": func(g *rt.G, timer *gsync.Timer) (undone, stale bool) {
			undone = true
			for i := range 50 {
				timer.Reset(g, time.Duration(i)*time.Microsecond)
				g.Yield()
				due := time.Now().Add(time.Microsecond)
				undone = timer.Reset(g, time.Microsecond) && undone
				v, _ := timer.C.Recv(g)
				stale = v.Before(due) || stale
			}
			return undone, stale
		},
	} {
		t.Run(name, func(t *testing.T) {
			overAll(t, func(t *testing.T, s rt.Scheduler) {
				var undone, stale, twice bool
				run(t, s, func(g *rt.G) {
					timer := gsync.NewTimer(g, never)
					undone, stale = body(g, timer)
					timer.Stop(g)
					twice = timer.Stop(g)
				})
				require.True(t, undone)
				require.False(t, stale)
				require.False(t, twice)
			})
		})
	}
}

// An M has taken a timer off its set, and the timer is stopped or started anew before the M fires
// it. The firing does nothing.
func TestAFiringThatIsUnderWayCanBeUndone(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var undone, stale []bool
		var called atomic.Int32
		run(t, s, func(g *rt.G) {
			timer := gsync.NewTimer(g, never)
			f := gsync.AfterFunc(g, never, func(*rt.G) { called.Add(1) })
			for _, undo := range []func(*gsync.Timer) bool{
				func(timer *gsync.Timer) bool { return timer.Reset(g, never) },
				func(timer *gsync.Timer) bool { return timer.Stop(g) },
			} {
				for _, timer := range []*gsync.Timer{timer, f} {
					seq := timer.Seq()
					undone = append(undone, undo(timer))
					timer.Fire(g, seq)
				}
				stale = append(stale, received(g, timer.C))
			}
		})
		require.Equal(t, []bool{true, true, true, true}, undone)
		require.Equal(t, []bool{false, false}, stale)
		require.Zero(t, called.Load())
	})
}

// Two Gs restart and stop one timer and one receives, at any moment. Each start is received, or
// exactly one Stop or Reset is told that it has undone it. Go itself may tell more than one so:
// each that meets a value on its way to the channel (isSending in runtime/time.go of Go 1.26).
func TestEachStartIsReceivedOrUndone(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		const gs, rounds = 2, 100
		var received, undone atomic.Int64
		var native bool
		run(t, s, func(g *rt.G) {
			native = g.Native()
			timer := gsync.NewTimer(g, never)
			count := func(was bool) {
				if was {
					undone.Add(1)
				}
			}
			done := gsync.NewChan[bool](g, 0)
			g.Go(func(g *rt.G) {
				for gsync.Select(g, timer.C.OnRecv(nil, nil), done.OnRecv(nil, nil)) == 0 {
					received.Add(1)
				}
			})
			var all gsync.WaitGroup
			for i := range gs {
				all.Go(g, func(g *rt.G) {
					r := rand.New(rand.NewPCG(1, uint64(i)))
					for range rounds {
						count(timer.Reset(g, time.Duration(r.IntN(30))*time.Microsecond))
						yieldFor(g, time.Duration(r.IntN(60))*time.Microsecond)
						if r.IntN(4) == 0 {
							count(timer.Stop(g))
						}
					}
				})
			}
			all.Wait(g)
			count(timer.Stop(g))
			done.Send(g, true)
		})
		if native {
			require.GreaterOrEqual(t, received.Load()+undone.Load(), int64(1+gs*rounds))
			return
		}
		require.EqualValues(t, 1+gs*rounds, received.Load()+undone.Load())
	})
}

func TestEachStartCallsItsFunctionOrIsUndone(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		const gs, rounds = 2, 100
		var called, undone atomic.Int64
		run(t, s, func(g *rt.G) {
			timer := gsync.AfterFunc(g, never, func(*rt.G) { called.Add(1) })
			var all gsync.WaitGroup
			for i := range gs {
				all.Go(g, func(g *rt.G) {
					r := rand.New(rand.NewPCG(1, uint64(i)))
					for range rounds {
						if timer.Reset(g, time.Duration(r.IntN(30))*time.Microsecond) {
							undone.Add(1)
						}
						yieldFor(g, time.Duration(r.IntN(60))*time.Microsecond)
						if r.IntN(4) == 0 && timer.Stop(g) {
							undone.Add(1)
						}
					}
				})
			}
			all.Wait(g)
			if timer.Stop(g) {
				undone.Add(1)
			}
			settled(g, func() bool { return called.Load()+undone.Load() >= 1+gs*rounds })
			passed(g, soon)
		})
		require.EqualValues(t, 1+gs*rounds, called.Load()+undone.Load())
	})
}

func TestAfterFuncRunsInAGOfItsOwn(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		early, nilC := false, false
		var blocked int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			due := host.Nanotime() + int64(soon)
			timer := gsync.AfterFunc(g, soon, func(g *rt.G) {
				early = host.Nanotime() < due
				c.Send(g, 1) // it may block
				v, _ := c.Recv(g)
				c.Send(g, v+1)
			})
			nilC = timer.C == nil
			v, _ := c.Recv(g)
			c.Send(g, v+1)
			blocked, _ = c.Recv(g)
		})
		require.Equal(t, 3, blocked)
		require.False(t, early)
		require.True(t, nilC)
	})
}

// A G that waits by yielding is what a spin lock or a barrier is made of.
func TestAGThatOnlyYieldsDoesNotKeepTimersFromFiring(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var fired atomic.Bool
		run(t, s, func(g *rt.G) {
			gsync.AfterFunc(g, soon, func(*rt.G) { fired.Store(true) })
			settled(g, fired.Load)
			timer := gsync.NewTimer(g, soon)
			settled(g, func() bool { return received(g, timer.C) })
		})
		require.True(t, fired.Load())
	})
}

func TestSelectWithATimeout(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var timedOut, inTime int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			timedOut = gsync.Select(g, c.OnRecv(nil, nil), gsync.After(g, soon).OnRecv(nil, nil))
			g.Go(func(g *rt.G) { c.Send(g, 1) })
			inTime = gsync.Select(g, c.OnRecv(nil, nil), gsync.After(g, never).OnRecv(nil, nil))
		})
		require.Equal(t, 1, timedOut)
		require.Equal(t, 0, inTime)
	})
}

func TestTicksComeNoFasterThanTheirInterval(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		early := 0
		run(t, s, func(g *rt.G) {
			start := host.Nanotime()
			ticker := gsync.NewTicker(g, soon)
			for i := range 10 {
				if i == 5 {
					passed(g, 4*soon) // ticks are dropped meanwhile, not kept
				}
				ticker.C.Recv(g)
				if host.Nanotime()-start < int64(i+1)*int64(soon) {
					early++
				}
			}
			ticker.Stop(g)
		})
		require.Zero(t, early)
	})
}

func TestAStoppedOrResetTickerForgetsItsTicks(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var stopped, reset, ticks bool
		run(t, s, func(g *rt.G) {
			ticker := gsync.NewTicker(g, soon)
			passed(g, 2*soon)
			ticker.Stop(g)
			stopped = received(g, ticker.C)
			passed(g, 2*soon)
			stopped = stopped || received(g, ticker.C)
			ticker.Reset(g, soon)
			ticker.C.Recv(g)
			_, ticks = ticker.C.Recv(g)
			passed(g, 2*soon)
			ticker.Reset(g, never)
			passed(g, 2*soon)
			reset = received(g, ticker.C)
			ticker.Stop(g)
		})
		require.False(t, stopped)
		require.False(t, reset)
		require.True(t, ticks)
	})
}

// A G that receives from a Ticker is woken by each tick, whatever other Gs there are.
func TestManyTickersAndSleepersAtOnce(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		const gs, ticks = 30, 5
		var done atomic.Int64
		run(t, s, func(g *rt.G) {
			for i := range gs {
				g.Go(func(g *rt.G) {
					ticker := gsync.NewTicker(g, soon+time.Duration(i)*time.Microsecond)
					for range ticks {
						gsync.Sleep(g, time.Duration(i)*time.Microsecond)
						ticker.C.Recv(g)
						done.Add(1)
					}
					ticker.Stop(g)
				})
			}
		})
		require.EqualValues(t, gs*ticks, done.Load())
	})
}

// Timers belong to the scheduler, not to a Run: they go on after it, and nobody waits for them.
func TestTimersOutliveARunAndNobodyWaitsForThem(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var c *gsync.Chan[time.Time]
		got := make(chan bool, 1)
		run(t, s, func(g *rt.G) {
			c = gsync.After(g, 2*soon)
			gsync.NewTicker(g, soon)
			gsync.NewTimer(g, never)
			gsync.AfterFunc(g, never, func(*rt.G) {})
			gsync.AfterFunc(g, soon, func(*rt.G) { got <- true })
		})
		<-got // without a Run
		var ok bool
		run(t, s, func(g *rt.G) { _, ok = c.Recv(g) })
		require.True(t, ok)
	})
}

// A G that no active timer can wake is deadlocked, however many timers there are. A G that waits
// for a timer is not.
func TestTimersNeitherHideNorMakeADeadlock(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		run(t, s, func(g *rt.G) {
			gsync.Sleep(g, soon)
			gsync.After(g, soon).Recv(g)
			c := gsync.NewChan[int](g, 0)
			gsync.AfterFunc(g, soon, func(g *rt.G) { c.Send(g, 1) })
			c.Recv(g)
			gsync.Select(g, c.OnRecv(nil, nil), gsync.After(g, soon).OnRecv(nil, nil))
		})
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, s.Run(func(g *rt.G) {
			gsync.NewTicker(g, soon)
			gsync.NewTimer(g, never)
			gsync.AfterFunc(g, never, func(*rt.G) {}).Stop(g)
			gsync.Sleep(g, 2*soon)
			gsync.NewChan[int](g, 0).Recv(g)
		}), &deadlock)
		require.Equal(t, 1, deadlock.Blocked)
	})
}

func TestTimersOfAbandonedGsComeToAnEnd(t *testing.T) {
	for _, design := range []string{"gm", "global", "gpm"} {
		t.Run("design="+design, func(t *testing.T) {
			s := open(t, design, 2)
			var begun, reached atomic.Int32
			var ticker *gsync.Ticker
			var timer *gsync.Timer
			calls := []func(g *rt.G){
				func(g *rt.G) { timer.C.Recv(g) },
				func(g *rt.G) { timer.Stop(g) },
				func(g *rt.G) { timer.Reset(g, 0) },
				func(g *rt.G) { ticker.Stop(g) },
				func(g *rt.G) { ticker.Reset(g, soon) },
				func(g *rt.G) { gsync.Sleep(g, soon) },
				func(g *rt.G) { gsync.After(g, 0).Recv(g) },
				func(g *rt.G) { gsync.AfterFunc(g, 0, func(*rt.G) {}) },
			}
			const gs = 3
			var panicked *rt.PanicError
			require.ErrorAs(t, s.Run(func(g *rt.G) {
				ticker, timer = gsync.NewTicker(g, soon), gsync.NewTimer(g, soon)
				for range gs {
					g.Go(func(g *rt.G) {
						for _, call := range calls {
							defer func() {
								reached.Add(1)
								call(g)
							}()
						}
						begun.Add(1)
						gsync.Sleep(g, never)
					})
				}
				gsync.Sleep(g, 2*soon)
				settled(g, func() bool { return begun.Load() == gs })
				panic("on purpose")
			}), &panicked)
			require.NoError(t, s.Close())
			require.EqualValues(t, gs*len(calls), reached.Load())
		})
	}
}

// timerMisuses panic, and leave nothing locked.
var timerMisuses = map[string]struct {
	want string
	call func(g *rt.G)
}{
	"stop zero Timer": {
		"gsync: Timer.Stop: the Timer is not initialized; make it with NewTimer or AfterFunc",
		func(g *rt.G) { new(gsync.Timer).Stop(g) }},
	"reset zero Timer": {
		"gsync: Timer.Reset: the Timer is not initialized; make it with NewTimer or AfterFunc",
		func(g *rt.G) { new(gsync.Timer).Reset(g, soon) }},
	"stop zero Ticker": {"", func(g *rt.G) { new(gsync.Ticker).Stop(g) }},
	"reset zero Ticker": {
		"gsync: Ticker.Reset: the Ticker is not initialized; make it with NewTicker",
		func(g *rt.G) { new(gsync.Ticker).Reset(g, soon) }},
	"ticker without interval": {"gsync: NewTicker: the interval is 0s; it must be positive",
		func(g *rt.G) { gsync.NewTicker(g, 0) }},
	"negative interval": {"gsync: Ticker.Reset: the interval is -1ns; it must be positive",
		func(g *rt.G) { gsync.NewTicker(g, never).Reset(g, -1) }},
	"no function": {"gsync: AfterFunc: the function is nil",
		func(g *rt.G) { gsync.AfterFunc(g, soon, nil) }},
}

func TestMisuseOfTimersPanics(t *testing.T) {
	for name, misuse := range timerMisuses {
		for _, design := range []string{"gm", "global", "gpm", "native"} {
			s := open(t, design, 2)
			var got string
			run(t, s, func(g *rt.G) { got = panicOf(func() { misuse.call(g) }) })
			require.Equal(t, misuse.want, got, "%s, %s", name, design)
			require.NoError(t, s.Close())
		}
	}
}

// A program should not close a Timer's channel. If it does, no more times are sent to it.
func TestATimerDoesNotSendToAClosedChannel(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var ok bool
		run(t, s, func(g *rt.G) {
			timer := gsync.NewTimer(g, 0)
			timer.Stop(g)
			timer.C.Close(g)
			timer.Reset(g, 0)
			passed(g, soon)
			_, ok = timer.C.Recv(g)
		})
		require.False(t, ok)
	})
}

// timerOperations, each done n times.
var timerOperations = map[string]func(g *rt.G, n int){
	"sleep": func(g *rt.G, n int) {
		for range 3 {
			g.Go(func(g *rt.G) {
				for range n {
					gsync.Sleep(g, time.Microsecond)
				}
			})
		}
	},
	"sleep, and others run": func(g *rt.G, n int) {
		for range 8 {
			g.Go(func(g *rt.G) {
				for range n {
					gsync.Sleep(g, time.Microsecond)
					g.Yield()
				}
			})
		}
	},
	"reset": func(g *rt.G, n int) {
		timer := gsync.NewTimer(g, never)
		for range n {
			timer.Reset(g, time.Microsecond)
			timer.C.Recv(g)
			timer.Reset(g, never)
		}
		timer.Stop(g)
	},
	"ticks": func(g *rt.G, n int) {
		ticker := gsync.NewTicker(g, time.Microsecond)
		for range n {
			ticker.C.Recv(g)
		}
		ticker.Stop(g)
	},
}

func TestTimersDoNotAllocate(t *testing.T) { costNoMemory(t, timerOperations) }
