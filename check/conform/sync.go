package conform

import (
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// chanKeepsOrder: what one G sends, another receives in order, and then the end. That holds
// for every capacity.
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
		require.Equal(t, n, received, "values received through a channel of capacity %d", capacity)
		require.True(t, inOrder, "values came out of order, with capacity %d", capacity)
		require.True(t, end, "Recv from a closed and empty channel must return 0 and not ok")
	}
}

// chanLosesNothing: each value that one of many senders sends is received once, by one of many
// receivers.
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
		received.requireAll(t, 1, "a value that was sent must be received once")
	}
}

// chanCloseWakes: Close wakes all Gs that wait to receive.
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
	ended.requireAll(t, 1, "a Recv that waits when the channel is closed must return not ok, once")
}

// chanTries: TrySend and TryRecv do not wait, and say whether they have done anything.
func chanTries(t *trial) {
	t.run(func(g *rt.G) {
		c := gsync.NewChan[int](g, 2)
		_, _, done := c.TryRecv(g)
		expect(t, !done, "TryRecv finds nothing in an empty channel")
		expect(t, c.TrySend(g, 1) && c.TrySend(g, 2), "TrySend finds room for two values of two")
		expect(t, !c.TrySend(g, 3), "TrySend finds no room for a third value of two")
		expect(t, c.Len() == 2 && c.Cap() == 2, "Len and Cap are 2")
		v, ok, done := c.TryRecv(g)
		expect(t, v == 1 && ok && done, "TryRecv returns the first value")
		c.Close(g)
		v, ok, done = c.TryRecv(g)
		expect(t, v == 2 && ok && done, "TryRecv returns the value that was sent before Close")
		_, ok, done = c.TryRecv(g)
		expect(t, !ok && done, "TryRecv returns the end of a closed and empty channel")
	})
}

// expect reports an error if ok is false. It is for the bodies of Gs, which must not end the
// test.
func expect(t *trial, ok bool, what string) {
	t.Helper()
	if !ok {
		t.Errorf("expected, but not so: %s", what)
	}
}

// chanMisuse: a Send to a closed channel and a second Close panic, as with Go's channels.
func chanMisuse(t *trial) {
	for _, misuse := range []func(g *rt.G, c *gsync.Chan[int]){
		func(g *rt.G, c *gsync.Chan[int]) { c.Close(g); c.Send(g, 1) },
		func(g *rt.G, c *gsync.Chan[int]) { c.Close(g); c.Close(g) },
	} {
		requirePanic(t, t.scheduler(), "closed channel", func(g *rt.G) {
			misuse(g, gsync.NewChan[int](g, 1))
		})
	}
}

// sieve: the sieve of Eratosthenes finds the primes, as a chain of Gs, one for each prime, that
// grows while it runs.
func sieve(t *trial) {
	const limit, count, largest = 600, 109, 599 // primes below 600
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
	require.Len(t, primes, count, "primes below %d", limit)
	require.Equal(t, largest, primes[count-1], "the largest prime below %d", limit)
}

// sift passes on the numbers that p does not divide.
func sift(g *rt.G, p int, in, out *gsync.Chan[int]) {
	defer out.Close(g)
	for v, ok := in.Recv(g); ok; v, ok = in.Recv(g) {
		if v%p != 0 {
			out.Send(g, v)
		}
	}
}

// selectLosesNothing: a G that receives from many channels by Select, until all are closed,
// receives each value once.
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
		received.requireAll(t, 1, "a value that was sent must be received once")
	}
}

// receiveAll receives from chans until all are closed.
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

// selectsMeet: Gs that send on either of two channels and Gs that receive from either find each
// other, and each value is received once. (Go CL 180068)
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
	received.requireAll(t, 1, "a value that was sent must be received once")
}

// selectIsFair: of cases that are always ready, each is chosen often.
func selectIsFair(t *trial) {
	const selects, atLeast = 3000, 500
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
		for range selects {
			chosen[gsync.Select(g, cases...)]++
		}
	})
	for i := range chosen {
		require.Greaterf(t, chosen[i], atLeast,
			"times that case %d of %d was chosen, of %d Selects", i, len(chosen), selects)
	}
}

// selectDefault: SelectOrDefault does not wait, and returns -1 if no case is ready.
func selectDefault(t *trial) {
	t.run(func(g *rt.G) {
		var v int
		var ok bool
		empty, room := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 1)
		expect(t, gsync.SelectOrDefault(g) == -1, "without cases the choice is -1")
		expect(t, gsync.SelectOrDefault(g, empty.OnSend(1), empty.OnRecv(&v, &ok)) == -1,
			"cases of a channel that no other G uses are not ready")
		expect(t, gsync.SelectOrDefault(g, empty.OnSend(1), room.OnSend(2)) == 1,
			"the send to a channel with room is ready")
		expect(t, gsync.SelectOrDefault(g, room.OnRecv(&v, &ok)) == 0 && v == 2 && ok,
			"the value in the channel is received")
	})
}

// mutexExcludes: Gs that hold a Mutex, by Lock or TryLock, may use plain memory that it guards.
func mutexExcludes(t *trial) {
	const gs = 16
	const tryOneIn = 8
	each := tryOneIn * t.many(250)
	counter, tried := 0, 0
	t.run(func(g *rt.G) {
		var mu gsync.Mutex
		for k := range gs {
			g.Go(func(g *rt.G) {
				for i := range each {
					if i%tryOneIn == k%tryOneIn {
						yieldUntil(g, func() bool { return mu.TryLock(g) })
						tried++
					} else {
						mu.Lock(g)
					}
					counter++
					if i%32 == k {
						g.Yield() // while it holds the lock
					}
					mu.Unlock(g)
				}
			})
		}
	})
	require.Equal(t, gs*each, counter, "additions under the lock: two Gs held it at once")
	require.Equal(t, gs*each/tryOneIn, tried, "additions under TryLock: two Gs held it at once")
}

// rwMutexExcludes: an RWMutex lets readers in together, and a writer alone.
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
	require.Zero(t, torn.Load(), "times that a reader saw the half-done work of a writer")
	require.Equal(t, writers*each, a, "additions under Lock: two writers held it at once")
	require.Equal(t, writers*each, b, "additions under Lock: two writers held it at once")
}

// semaphoreLimits: at most n Gs hold one of the n permits of a Semaphore, and all get one.
func semaphoreLimits(t *trial) {
	const n, gs = 3, 12
	each := t.many(1000)
	var holders gauge
	var entered atomic.Int32
	t.run(func(g *rt.G) {
		sem := gsync.NewSemaphore(g, n)
		for range n {
			expect(t, sem.TryAcquire(g), "TryAcquire gets a permit while one is left")
		}
		expect(t, !sem.TryAcquire(g), "TryAcquire gets none when no permit is left")
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
	requireCount(t, gs*each, entered.Load(), "times that a G got a permit")
	require.LessOrEqual(t, holders.most.Load(), int32(n), "Gs that held a permit at once, of %d", n)
}

// waitGroupWaits: Wait of a WaitGroup returns when Done was called as often as Add said, in
// every round and for each of several Gs that wait.
func waitGroupWaits(t *trial) {
	const gs, waiters = 10, 3
	rounds := t.many(500)
	var early atomic.Int32
	t.run(func(g *rt.G) {
		var wg, waited gsync.WaitGroup
		wg.Wait(g) // returns at once: Add has said nothing
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

// condSignals: a bounded buffer between producers and consumers, made of a Mutex and two Conds,
// loses and doubles nothing.
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
	taken.requireAll(t, 1, "what was put into the buffer must be taken once")
}

// condBroadcasts: a barrier made of a Mutex and a Cond lets all Gs through, round by round.
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
	require.Zero(t, apart.Load(), "times that a G was in another round than the barrier")
}
