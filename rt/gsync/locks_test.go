package gsync_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

func TestMutexExcludes(t *testing.T) {
	const gs, rounds = 6, 300
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		total, inside, broken := 0, 0, 0 // plain: the mutex is all that protects them
		run(t, s, func(g *rt.G) {
			var mu gsync.Mutex
			for i := range gs {
				g.Go(func(g *rt.G) {
					for n := range rounds {
						if i%2 == 0 || !mu.TryLock(g) {
							mu.Lock(g)
						}
						if inside++; inside != 1 {
							broken++
						}
						if n%16 == 0 {
							g.Yield() // so that others find it locked
						}
						inside--
						total++
						mu.Unlock(g)
					}
				})
			}
		})
		require.Zero(t, broken)
		require.Equal(t, gs*rounds, total)
	})
}

func TestMutexMayBeUnlockedByAnotherG(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var held, free bool
		run(t, s, func(g *rt.G) {
			var mu gsync.Mutex
			mu.Lock(g)
			held = !mu.TryLock(g)
			g.Go(func(g *rt.G) { mu.Unlock(g) })
			mu.Lock(g)
			mu.Unlock(g)
			free = mu.TryLock(g)
		})
		require.True(t, held)
		require.True(t, free)
	})
}

// One G locks again and again while others wait. They are overtaken as often as the bound allows
// and not more, and served in the order in which they came.
func TestMutexWaitersAreServedInOrderWithinTheBound(t *testing.T) {
	const waiters, rounds = 5, 20 * gsync.MaxOvertaken
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var order, overtaken []int
		run(t, s, func(g *rt.G) {
			var mu gsync.Mutex
			since := 0 // times g took mu since a waiter had it; under mu
			mu.Lock(g)
			for i := range waiters {
				g.Go(func(g *rt.G) {
					mu.Lock(g)
					order, overtaken = append(order, i), append(overtaken, since)
					since = 0
					mu.Unlock(g)
				})
				settled(g, func() bool { return mu.Waiting() == i+1 })
			}
			for range rounds {
				mu.Unlock(g)
				mu.Lock(g)
				since++
			}
			mu.Unlock(g)
		})
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
		for _, n := range overtaken {
			require.LessOrEqual(t, n, gsync.MaxOvertaken, "%v", overtaken)
		}
	})
}

func TestRWMutexExcludesWriters(t *testing.T) {
	const gs, rounds = 6, 200
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var readers, writers, broken atomic.Int32
		total := 0 // plain: written by writers, read by readers
		run(t, s, func(g *rt.G) {
			var mu gsync.RWMutex
			for i := range gs {
				g.Go(func(g *rt.G) {
					for n := range rounds {
						if (i+n)%3 == 0 {
							mu.Lock(g)
							if writers.Add(1) != 1 || readers.Load() != 0 {
								broken.Add(1)
							}
							total++
							if n%16 == 0 {
								g.Yield()
							}
							writers.Add(-1)
							mu.Unlock(g)
							continue
						}
						mu.RLock(g)
						readers.Add(1)
						if writers.Load() != 0 || total < 0 {
							broken.Add(1)
						}
						if n%16 == 1 {
							g.Yield()
						}
						readers.Add(-1)
						mu.RUnlock(g)
					}
				})
			}
		})
		require.Zero(t, broken.Load())
		require.Equal(t, gs*rounds/3, total)
	})
}

// Readers that meet while both hold the lock hold it together.
func TestRWMutexLetsReadersInTogether(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		met := 0
		run(t, s, func(g *rt.G) {
			var mu gsync.RWMutex
			c := gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) {
				mu.RLock(g)
				c.Send(g, 1)
				mu.RUnlock(g)
			})
			mu.RLock(g)
			met, _ = c.Recv(g)
			mu.RUnlock(g)
		})
		require.Equal(t, 1, met)
	})
}

func TestRWMutexStarvesNeitherSide(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var mu gsync.RWMutex
		var order string // under mu; the readers of a batch append one at a time, below
		run(t, s, func(g *rt.G) {
			var own gsync.Mutex
			note := func(g *rt.G, name string) {
				own.Lock(g)
				order += name
				own.Unlock(g)
			}
			write := func(name string) {
				n := mu.WaitingWriters()
				g.Go(func(g *rt.G) {
					mu.Lock(g)
					note(g, name)
					mu.Unlock(g)
				})
				settled(g, func() bool { return mu.WaitingWriters() == n+1 })
			}
			read := func() {
				n := mu.WaitingReaders()
				g.Go(func(g *rt.G) {
					mu.RLock(g)
					note(g, "r")
					mu.RUnlock(g)
				})
				settled(g, func() bool { return mu.WaitingReaders() == n+1 })
			}
			mu.RLock(g)
			write("A")
			read() // kept out by A
			write("B")
			read()
			mu.RUnlock(g)
		})
		require.Equal(t, "ArrB", order)
	})
}

func TestSemaphoreLetsItsNumberThrough(t *testing.T) {
	const permits, gs, rounds = 3, 8, 100
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var inside, most, total atomic.Int32
		run(t, s, func(g *rt.G) {
			sem := gsync.NewSemaphore(g, permits)
			for i := range gs {
				g.Go(func(g *rt.G) {
					for n := range rounds {
						if i%2 == 0 || !sem.TryAcquire(g) {
							sem.Acquire(g)
						}
						now := inside.Add(1)
						m := most.Load()
						for now > m && !most.CompareAndSwap(m, now) {
							m = most.Load()
						}
						if n%4 == 0 {
							g.Yield()
						}
						inside.Add(-1)
						total.Add(1)
						sem.Release(g)
					}
				})
			}
		})
		require.EqualValues(t, gs*rounds, total.Load())
		require.LessOrEqual(t, most.Load(), int32(permits))
	})
}

func TestSemaphoreHasAsManyPermitsAsItWasMadeWith(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var got []bool
		run(t, s, func(g *rt.G) {
			sem := gsync.NewSemaphore(g, 2)
			sem.Acquire(g)
			got = append(got, sem.TryAcquire(g), sem.TryAcquire(g))
			sem.Release(g)
			got = append(got, sem.TryAcquire(g), sem.TryAcquire(g))
		})
		require.Equal(t, []bool{true, false, true, false}, got)
	})
}

func TestSemaphoreHandsOverInOrder(t *testing.T) {
	const n = 5
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var order []int // written by the G that has the permit
		overtook := 0
		run(t, s, func(g *rt.G) {
			sem, goOn := gsync.NewSemaphore(g, 1), gsync.NewChan[int](g, 0)
			sem.Acquire(g)
			for i := range n {
				g.Go(func(g *rt.G) {
					sem.Acquire(g)
					order = append(order, i)
					goOn.Recv(g)
					sem.Release(g)
				})
				settled(g, func() bool { return sem.Waiting() == i+1 })
			}
			sem.Release(g)
			for range n {
				if sem.TryAcquire(g) { // it is the next one's already
					overtook++
				}
				goOn.Send(g, 0)
			}
		})
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
		require.Zero(t, overtook)
	})
}

func TestWaitGroupWaitsForAll(t *testing.T) {
	const rounds, gs, waiters = 30, 8, 3
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		early := 0
		run(t, s, func(g *rt.G) {
			var wg gsync.WaitGroup
			wg.Wait(g) // of nothing: does not block
			for range rounds {
				var done, woken atomic.Int32
				for range gs {
					wg.Go(g, func(g *rt.G) {
						g.Yield()
						done.Add(1)
					})
				}
				var others gsync.WaitGroup
				for range waiters {
					others.Go(g, func(g *rt.G) {
						wg.Wait(g)
						woken.Add(done.Load())
					})
				}
				wg.Wait(g)
				others.Wait(g)
				if done.Load() != gs || woken.Load() != waiters*gs {
					early++
				}
			}
		})
		require.Zero(t, early)
	})
}

// The first zero lets the Gs go that waited for it, although the count is up again before they
// run. It does not let the Gs go that wait for the second, as in Go issue 7734.
func TestWaitGroupGenerationsDoNotMix(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var first, second, third bool
		run(t, s, func(g *rt.G) {
			var wg gsync.WaitGroup
			var a, b atomic.Bool
			wg.Add(g, 1)
			g.Go(func(g *rt.G) {
				wg.Wait(g)
				a.Store(true)
			})
			settled(g, func() bool { return wg.Waiting() == 1 })
			wg.Done(g)
			wg.Add(g, 1)
			g.Go(func(g *rt.G) {
				wg.Wait(g)
				b.Store(true)
			})
			settled(g, func() bool { return wg.Waiting() == 1 && a.Load() })
			first, second = a.Load(), b.Load()
			wg.Done(g)
			settled(g, b.Load)
			third = b.Load()
		})
		require.True(t, first)
		require.False(t, second)
		require.True(t, third)
	})
}

func TestSignalWakesOneInOrderAndBroadcastAll(t *testing.T) {
	const n = 6
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var order []int // under mu
		var early []int
		run(t, s, func(g *rt.G) {
			var mu gsync.Mutex
			cond := gsync.Cond{L: &mu}
			woken := func() (n int) {
				mu.Lock(g)
				defer mu.Unlock(g)
				return len(order)
			}
			for i := range n {
				g.Go(func(g *rt.G) {
					mu.Lock(g)
					cond.Wait(g)
					order = append(order, i)
					mu.Unlock(g)
				})
				settled(g, func() bool { return cond.Waiting() == i+1 })
			}
			for i := range 2 {
				cond.Signal(g)
				settled(g, func() bool { return woken() > i })
				early = append(early, woken(), cond.Waiting())
			}
			cond.Broadcast(g)
			settled(g, func() bool { return woken() == n })
			cond.Signal(g) // nobody waits: no effect
		})
		require.Equal(t, []int{1, n - 1, 2, n - 2}, early)
		require.Equal(t, []int{0, 1}, order[:2])
		require.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5}, order)
	})
}

// A bounded buffer of one Mutex and two Conds: a lost wakeup is a deadlock.
func TestCondLosesNoWakeup(t *testing.T) {
	const gs, each, room = 4, 150, 2
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		sum := 0
		run(t, s, func(g *rt.G) {
			var mu gsync.Mutex
			notFull, notEmpty := gsync.Cond{L: &mu}, gsync.Cond{L: &mu}
			var queue []int
			for range gs {
				g.Go(func(g *rt.G) {
					for i := range each {
						mu.Lock(g)
						for len(queue) == room {
							notFull.Wait(g)
						}
						queue = append(queue, i)
						mu.Unlock(g)
						notEmpty.Signal(g)
					}
				})
				g.Go(func(g *rt.G) {
					for range each {
						mu.Lock(g)
						for len(queue) == 0 {
							notEmpty.Wait(g)
						}
						sum += queue[0]
						queue = queue[1:]
						mu.Unlock(g)
						notFull.Signal(g)
					}
				})
			}
		})
		require.Equal(t, gs*each*(each-1)/2, sum)
	})
}
