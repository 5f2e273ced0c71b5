package conform

import (
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// chanKeepsOrder: what one G sends another receives in order, whatever the
// capacity, and then the end.
func chanKeepsOrder(t *trial) {
	n := t.many(10_000)
	for _, capacity := range []int{0, 1, 7, 1000} {
		received, inOrder, end := 0, true, false
		t.run(func(g *rt.G) {
			c := gsync.NewChan[int](g, capacity)
			g.Go(func(g *rt.G) {
				for i := range n {
					c.Send(g, i)
				}
				c.Close(g)
			})
			for v, ok := c.Recv(g); ok; v, ok = c.Recv(g) {
				inOrder = inOrder && v == received
				received++
			}
			v, ok := c.Recv(g)
			end = v == 0 && !ok
		})
		require.Equal(t, n, received)
		require.True(t, inOrder, "values came in order")
		require.True(t, end, "a closed and empty channel gives zero values, not ok")
	}
}

// chanLosesNothing: many senders, many receivers.
func chanLosesNothing(t *trial) {
	const senders, receivers = 8, 5
	each := t.many(2000)
	for _, capacity := range []int{0, 3} {
		received := make(tally, senders*each)
		t.run(func(g *rt.G) {
			c := gsync.NewChan[int](g, capacity)
			var sent gsync.WaitGroup
			for k := range senders {
				sent.Go(g, func(g *rt.G) {
					for i := range each {
						c.Send(g, k*each+i)
					}
				})
			}
			for range receivers {
				g.Go(func(g *rt.G) {
					for v, ok := c.Recv(g); ok; v, ok = c.Recv(g) {
						received[v].Add(1)
					}
				})
			}
			sent.Wait(g)
			c.Close(g)
		})
		received.requireAll(t, 1)
	}
}

// chanCloseWakes: all that wait to receive.
func chanCloseWakes(t *trial) {
	const n = 100
	ended := make(tally, n)
	t.run(func(g *rt.G) {
		c := gsync.NewChan[int](g, 0)
		var asked atomic.Int32
		for i := range n {
			g.Go(func(g *rt.G) {
				asked.Add(1)
				if _, ok := c.Recv(g); !ok {
					ended[i].Add(1)
				}
			})
		}
		yieldUntil(g, func() bool { return asked.Load() == n })
		g.Yield()
		c.Close(g)
	})
	ended.requireAll(t, 1)
}

// chanTries: neither waits.
func chanTries(t *trial) {
	t.run(func(g *rt.G) {
		c := gsync.NewChan[int](g, 2)
		_, _, done := c.TryRecv(g)
		expect(t, !done, "nothing to receive")
		expect(t, c.TrySend(g, 1) && c.TrySend(g, 2), "room for two")
		expect(t, !c.TrySend(g, 3), "no room for a third")
		expect(t, c.Len() == 2 && c.Cap() == 2, "two of two")
		v, ok, done := c.TryRecv(g)
		expect(t, v == 1 && ok && done, "the first")
		c.Close(g)
		v, ok, done = c.TryRecv(g)
		expect(t, v == 2 && ok && done, "what was sent before the end")
		_, ok, done = c.TryRecv(g)
		expect(t, !ok && done, "the end")
	})
}

// expect is for the bodies of Gs, which must not end the test.
func expect(t *trial, ok bool, what string) {
	t.Helper()
	if !ok {
		t.Errorf("it should be that: %s", what)
	}
}

// chanMisuse: as Go's channels.
func chanMisuse(t *trial) {
	for name, misuse := range map[string]func(g *rt.G, c *gsync.Chan[int]){
		"send to closed": func(g *rt.G, c *gsync.Chan[int]) { c.Close(g); c.Send(g, 1) },
		"close closed":   func(g *rt.G, c *gsync.Chan[int]) { c.Close(g); c.Close(g) },
	} {
		s := t.scheduler()
		var panicked *rt.PanicError
		require.ErrorAs(t, s.Run(func(g *rt.G) { misuse(g, gsync.NewChan[int](g, 1)) }), &panicked, name)
		require.Contains(t, panicked.Error(), "closed channel", name)
		require.NoError(t, s.Close())
	}
}

// sieve: a chain of Gs, one a prime, that grows while it runs.
func sieve(t *trial) {
	const limit = 600
	var primes []int
	t.run(func(g *rt.G) {
		numbers := gsync.NewChan[int](g, 0)
		g.Go(func(g *rt.G) {
			for i := 2; i < limit; i++ {
				numbers.Send(g, i)
			}
			numbers.Close(g)
		})
		next := numbers
		for p, ok := next.Recv(g); ok; p, ok = next.Recv(g) {
			primes = append(primes, p)
			in, out := next, gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) { sift(g, p, in, out) })
			next = out
		}
	})
	require.Len(t, primes, 109)
	require.Equal(t, 599, primes[108])
}

// sift passes on what p does not divide.
func sift(g *rt.G, p int, in, out *gsync.Chan[int]) {
	defer out.Close(g)
	for v, ok := in.Recv(g); ok; v, ok = in.Recv(g) {
		if v%p != 0 {
			out.Send(g, v)
		}
	}
}

// selectLosesNothing: one G receives from many channels until all are closed.
func selectLosesNothing(t *trial) {
	const k = 5
	each := t.many(2000)
	for _, capacity := range []int{0, 2} {
		received := make(tally, k*each)
		t.run(func(g *rt.G) {
			chans := make([]*gsync.Chan[int], k)
			for i := range chans {
				c := gsync.NewChan[int](g, capacity)
				chans[i] = c
				g.Go(func(g *rt.G) {
					for n := range each {
						c.Send(g, i*each+n)
					}
					c.Close(g)
				})
			}
			receiveAll(g, chans, received)
		})
		received.requireAll(t, 1)
	}
}

func receiveAll(g *rt.G, chans []*gsync.Chan[int], received tally) {
	for len(chans) > 0 {
		var v int
		var ok bool
		cases := make([]gsync.Case, len(chans))
		for i, c := range chans {
			cases[i] = c.OnRecv(&v, &ok)
		}
		i := gsync.Select(g, cases...)
		if ok {
			received[v].Add(1)
		} else {
			chans = append(chans[:i:i], chans[i+1:]...)
		}
	}
}

// selectsMeet: Gs that offer to send on either and to receive from either of two
// channels find each other, and each value goes to one of them. (Go CL 180068)
func selectsMeet(t *trial) {
	const pairs = 6
	each := t.many(2000)
	received := make(tally, pairs*each)
	t.run(func(g *rt.G) {
		a, b := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
		for k := range pairs {
			g.Go(func(g *rt.G) {
				for i := range each {
					v := k*each + i
					gsync.Select(g, a.OnSend(v), b.OnSend(v))
				}
			})
			g.Go(func(g *rt.G) {
				for range each {
					var v int
					var ok bool
					gsync.Select(g, b.OnRecv(&v, &ok), a.OnRecv(&v, &ok))
					if ok {
						received[v].Add(1)
					}
				}
			})
		}
	})
	received.requireAll(t, 1)
}

// selectIsFair: of cases that are always ready each is chosen now and then.
func selectIsFair(t *trial) {
	chosen := make([]int, 3)
	t.run(func(g *rt.G) {
		var v int
		var ok bool
		var cases []gsync.Case
		for range chosen {
			c := gsync.NewChan[int](g, 0)
			c.Close(g)
			cases = append(cases, c.OnRecv(&v, &ok))
		}
		for range 3000 {
			chosen[gsync.Select(g, cases...)]++
		}
	})
	for i := range chosen {
		require.Greaterf(t, chosen[i], 500, "times of 3000 that case %d was chosen", i)
	}
}

// selectDefault: does not wait.
func selectDefault(t *trial) {
	t.run(func(g *rt.G) {
		var v int
		var ok bool
		empty, room := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 1)
		expect(t, gsync.SelectOrDefault(g) == -1, "no cases, no choice")
		expect(t, gsync.SelectOrDefault(g, empty.OnSend(1), empty.OnRecv(&v, &ok)) == -1, "nobody to meet")
		expect(t, gsync.SelectOrDefault(g, empty.OnSend(1), room.OnSend(2)) == 1, "room for one")
		expect(t, gsync.SelectOrDefault(g, room.OnRecv(&v, &ok)) == 0 && v == 2 && ok, "the one")
	})
}

// mutexExcludes: plain memory under it is safe.
func mutexExcludes(t *trial) {
	const gs = 16
	each := 8 * t.many(250)
	counter, tried := 0, 0
	t.run(func(g *rt.G) {
		var mu gsync.Mutex
		for k := range gs {
			g.Go(func(g *rt.G) {
				for i := range each {
					if i%8 == k%8 {
						yieldUntil(g, func() bool { return mu.TryLock(g) })
						tried++
					} else {
						mu.Lock(g)
					}
					counter++
					if i%32 == k {
						g.Yield() // with the lock held
					}
					mu.Unlock(g)
				}
			})
		}
	})
	require.Equal(t, gs*each, counter)
	require.Equal(t, gs*each/8, tried)
}

// rwMutexExcludes writers from everybody, and lets readers in together.
func rwMutexExcludes(t *trial) {
	const readers, writers = 8, 3
	each := t.many(1000)
	var a, b int
	var torn, inside atomic.Int32
	t.run(func(g *rt.G) {
		var mu gsync.RWMutex
		var together gsync.WaitGroup
		for range readers {
			together.Go(g, func(g *rt.G) {
				mu.RLock(g)
				inside.Add(1)
				yieldUntil(g, func() bool { return inside.Load() == readers })
				mu.RUnlock(g)
			})
		}
		together.Wait(g)
		for range writers {
			g.Go(func(g *rt.G) {
				for range each {
					mu.Lock(g)
					a++
					g.Yield()
					b++
					mu.Unlock(g)
				}
			})
		}
		for range readers {
			g.Go(func(g *rt.G) {
				for range each {
					mu.RLock(g)
					if a != b {
						torn.Add(1)
					}
					mu.RUnlock(g)
				}
			})
		}
	})
	require.Zero(t, torn.Load(), "times that a reader was beside a writer")
	require.Equal(t, writers*each, a)
	require.Equal(t, writers*each, b)
}

// semaphoreLimits: at most n hold it.
func semaphoreLimits(t *trial) {
	const n, gs = 3, 12
	each := t.many(1000)
	var holders gauge
	var entered atomic.Int32
	t.run(func(g *rt.G) {
		sem := gsync.NewSemaphore(g, n)
		for range n {
			expect(t, sem.TryAcquire(g), "a permit is left")
		}
		expect(t, !sem.TryAcquire(g), "no permit is left")
		for range n {
			sem.Release(g)
		}
		for range gs {
			g.Go(func(g *rt.G) {
				for range each {
					sem.Acquire(g)
					holders.enter()
					g.Yield()
					holders.leave()
					entered.Add(1)
					sem.Release(g)
				}
			})
		}
	})
	require.EqualValues(t, gs*each, entered.Load())
	require.LessOrEqual(t, holders.most.Load(), int32(n))
}

// waitGroupWaits: for all, in every one of its rounds, and by several Gs.
func waitGroupWaits(t *trial) {
	const gs, waiters = 10, 3
	rounds := t.many(500)
	var early atomic.Int32
	t.run(func(g *rt.G) {
		var wg, waited gsync.WaitGroup
		wg.Wait(g) // nobody to wait for
		for range rounds {
			var done atomic.Int32
			wg.Add(g, gs)
			for range waiters {
				waited.Go(g, func(g *rt.G) {
					wg.Wait(g)
					if done.Load() != gs {
						early.Add(1)
					}
				})
			}
			for range gs {
				g.Go(func(g *rt.G) {
					g.Yield()
					done.Add(1)
					wg.Done(g)
				})
			}
			waited.Wait(g)
		}
	})
	require.Zero(t, early.Load(), "Waits that returned before the last Done")
}

// condSignals: a bounded buffer between producers and consumers.
func condSignals(t *trial) {
	const room, gs = 4, 5
	each := t.many(1000)
	taken := make(tally, gs*each)
	t.run(func(g *rt.G) {
		var mu gsync.Mutex
		var buffer []int
		notFull, notEmpty := gsync.Cond{L: &mu}, gsync.Cond{L: &mu}
		for k := range gs {
			g.Go(func(g *rt.G) {
				for i := range each {
					mu.Lock(g)
					for len(buffer) == room {
						notFull.Wait(g)
					}
					buffer = append(buffer, k*each+i)
					notEmpty.Signal(g)
					mu.Unlock(g)
				}
			})
			g.Go(func(g *rt.G) {
				for range each {
					mu.Lock(g)
					for len(buffer) == 0 {
						notEmpty.Wait(g)
					}
					taken[buffer[0]].Add(1)
					buffer = buffer[1:]
					notFull.Signal(g)
					mu.Unlock(g)
				}
			})
		}
	})
	taken.requireAll(t, 1)
}

// condBroadcasts: a barrier, crossed again and again by all.
func condBroadcasts(t *trial) {
	const gs = 9
	rounds := t.many(500)
	var apart atomic.Int32
	t.run(func(g *rt.G) {
		var mu gsync.Mutex
		all := gsync.Cond{L: &mu}
		arrived, round := 0, 0
		for range gs {
			g.Go(func(g *rt.G) {
				for r := range rounds {
					mu.Lock(g)
					if round != r {
						apart.Add(1)
					}
					if arrived++; arrived == gs {
						arrived = 0
						round++
						all.Broadcast(g)
					}
					for round == r {
						all.Wait(g)
					}
					mu.Unlock(g)
				}
			})
		}
	})
	require.Zero(t, apart.Load(), "Gs that were in another round than the barrier")
}
