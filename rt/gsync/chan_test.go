package gsync_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

func TestChanPassesValuesInOrder(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 1, 3, 100} {
			const n = 500
			var got []int
			run(t, s, func(g *rt.G) {
				c := gsync.NewChan[int](g, capacity)
				g.Go(func(g *rt.G) {
					for i := range n {
						c.Send(g, i)
					}
					c.Close(g)
				})
				for v, ok := c.Recv(g); ok; v, ok = c.Recv(g) {
					got = append(got, v)
				}
			})
			require.Len(t, got, n, "capacity %d", capacity)
			require.True(t, slices.IsSorted(got), "capacity %d: %v", capacity, got)
		}
	})
}

func TestTryAndLenTellWhatIsInTheBuffer(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var got []any
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[string](g, 2)
			note := func(list ...any) { got = append(got, list...) }
			try := func() {
				v, ok, done := c.TryRecv(g)
				note(v, ok, done)
			}
			try()
			note(c.TrySend(g, "a"), c.TrySend(g, "b"), c.TrySend(g, "c"), c.Len(), c.Cap())
			try()
			note(c.TrySend(g, "d"))
			c.Close(g)
			try()
			try()
			try()
			note(c.Len())
		})
		require.Equal(t, []any{
			"", false, false,
			true, true, false, 2, 2,
			"a", true, true,
			true,
			"b", true, true,
			"d", true, true,
			"", false, true,
			0,
		}, got)
	})
}

func TestTryMeetsAWaitingPartner(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var sent, idle bool
		var got, tried int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			idle = c.TrySend(g, 1)
			g.Go(func(g *rt.G) { got, _ = c.Recv(g) })
			settled(g, func() bool { return c.WaitingToRecv() == 1 })
			sent = c.TrySend(g, 2)
			g.Go(func(g *rt.G) { c.Send(g, 3) })
			settled(g, func() bool { return c.WaitingToSend() == 1 })
			tried, _, _ = c.TryRecv(g)
		})
		require.False(t, idle)
		require.True(t, sent)
		require.Equal(t, 2, got)
		require.Equal(t, 3, tried)
	})
}

func TestWaitingReceiversAreServedInOrder(t *testing.T) {
	const n = 8
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var got [n]int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 2)
			for i := range n {
				g.Go(func(g *rt.G) { got[i], _ = c.Recv(g) })
				settled(g, func() bool { return c.WaitingToRecv() == i+1 })
			}
			for i := range n {
				c.Send(g, i)
			}
		})
		require.Equal(t, [n]int{0, 1, 2, 3, 4, 5, 6, 7}, got)
	})
}

func TestWaitingSendersAreServedInOrder(t *testing.T) {
	const n = 8
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 1, 3} {
			var got []int
			run(t, s, func(g *rt.G) {
				c := gsync.NewChan[int](g, capacity)
				for i := range capacity {
					c.Send(g, i)
				}
				for i := range n {
					g.Go(func(g *rt.G) { c.Send(g, capacity+i) })
					settled(g, func() bool { return c.WaitingToSend() == i+1 })
				}
				for range capacity + n {
					v, _ := c.Recv(g)
					got = append(got, v)
				}
			})
			require.Len(t, got, capacity+n)
			require.True(t, slices.IsSorted(got), "capacity %d: %v", capacity, got)
		}
	})
}

func TestCloseEndsAllWaitsToReceive(t *testing.T) {
	const n = 10
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var received, selected atomic.Int32
		run(t, s, func(g *rt.G) {
			c, never := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
			for range n {
				g.Go(func(g *rt.G) {
					if v, ok := c.Recv(g); !ok && v == 0 {
						received.Add(1)
					}
				})
				g.Go(func(g *rt.G) {
					v, ok := 1, true
					i := gsync.Select(g, never.OnRecv(nil, nil), c.OnRecv(&v, &ok))
					if i == 1 && v == 0 && !ok {
						selected.Add(1)
					}
				})
			}
			for range n {
				g.Yield() // so that some wait and some come late, as it happens
			}
			c.Close(g)
		})
		require.EqualValues(t, n, received.Load())
		require.EqualValues(t, n, selected.Load())
	})
}

func TestCloseMakesWaitingSendersPanic(t *testing.T) {
	const n = 10
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		sent, selected := make([]string, n), make([]string, n)
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			for i := range n {
				g.Go(func(g *rt.G) {
					sent[i] = panicOf(func() { c.Send(g, 1) })
				})
				g.Go(func(g *rt.G) {
					selected[i] = panicOf(func() { gsync.Select(g, c.OnSend(1)) })
				})
			}
			settled(g, func() bool { return c.WaitingToSend() == 2*n })
			c.Close(g)
		})
		for i := range n {
			require.Equal(t, "gsync: Chan.Send: send on closed channel", sent[i])
			require.Equal(t, "gsync: Select: send on closed channel", selected[i])
		}
	})
}

func TestWhatIsBufferedIsReceivedAfterClose(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var got []int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 3)
			c.Send(g, 7)
			c.Send(g, 8)
			c.Close(g)
			for v, ok := c.Recv(g); ok; v, ok = c.Recv(g) {
				got = append(got, v)
			}
		})
		require.Equal(t, []int{7, 8}, got)
	})
}

// message is large enough that a torn copy would show.
type message struct {
	sender, number int
	echo           [4]int
}

func newMessage(sender, number int) message {
	return message{sender, number, [4]int{number, number, number, number}}
}

func (m message) whole() bool { return m == newMessage(m.sender, m.number) }

// Every value arrives once, and those of one sender arrive at one receiver in their order.
func TestChanStorm(t *testing.T) {
	const senders, receivers, each = 5, 4, 200
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 1, 7} {
			var got [receivers][]message
			run(t, s, func(g *rt.G) {
				c := gsync.NewChan[message](g, capacity)
				var wg gsync.WaitGroup
				for i := range senders {
					wg.Go(g, func(g *rt.G) {
						for n := range each {
							c.Send(g, newMessage(i, n))
						}
					})
				}
				for i := range receivers {
					g.Go(func(g *rt.G) {
						for m, ok := c.Recv(g); ok; m, ok = c.Recv(g) {
							got[i] = append(got[i], m)
						}
					})
				}
				wg.Wait(g)
				c.Close(g)
			})
			requireOnceInOrder(t, got[:], senders, each)
		}
	})
}

func requireOnceInOrder(t *testing.T, got [][]message, senders, each int) {
	t.Helper()
	seen := make(map[message]bool)
	for _, list := range got {
		last := make(map[int]int)
		for _, m := range list {
			require.True(t, m.whole(), "torn: %v", m)
			require.False(t, seen[m], "received twice: %v", m)
			require.GreaterOrEqual(t, m.number, last[m.sender], "out of order")
			seen[m], last[m.sender] = true, m.number
		}
	}
	require.Len(t, seen, senders*each, "lost")
}

// An unbuffered message ends one wait, the sender's or the receiver's.
func TestOneWakeupPerMessage(t *testing.T) {
	const n = 300
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		before := s.Stats().Readied
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) {
				for range n {
					c.Send(g, 1)
				}
			})
			for range n {
				c.Recv(g)
			}
		})
		require.EqualValues(t, n, s.Stats().Readied-before)
	})
}

// A G that waits for a nil channel waits for ever, which the designs report.
func TestNilChannelBlocksForEver(t *testing.T) {
	var c *gsync.Chan[int]
	blocks := map[string]func(g *rt.G){
		"send":          func(g *rt.G) { c.Send(g, 1) },
		"recv":          func(g *rt.G) { c.Recv(g) },
		"select":        func(g *rt.G) { gsync.Select(g, c.OnSend(1), c.OnRecv(nil, nil)) },
		"select-of-nil": func(g *rt.G) { gsync.Select(g) },
	}
	for name, block := range blocks {
		t.Run(name, func(t *testing.T) {
			s := open(t, "gm", 1)
			var deadlock *rt.DeadlockError
			require.ErrorAs(t, s.Run(block), &deadlock)
			require.Equal(t, 1, deadlock.Blocked)
			require.NoError(t, s.Close())
		})
	}
}

func TestNilChannelIsNeverReady(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var c *gsync.Chan[int]
		var sent, done bool
		run(t, s, func(g *rt.G) {
			sent = c.TrySend(g, 1)
			_, _, done = c.TryRecv(g)
		})
		require.False(t, sent)
		require.False(t, done)
		require.Zero(t, c.Len()+c.Cap())
	})
}

// What was received or never sent is not kept alive.
func TestChanForgetsValues(t *testing.T) {
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 2} {
			t.Run(fmt.Sprintf("capacity=%d", capacity), func(t *testing.T) {
				var c *gsync.Chan[*int]
				run(t, s, func(g *rt.G) {
					c = gsync.NewChan[*int](g, capacity)
					var wg gsync.WaitGroup
					wg.Go(g, func(g *rt.G) {
						for range 20 {
							gsync.Select(g, c.OnSend(new(int)))
							c.Send(g, new(int))
						}
					})
					for range 40 {
						c.Recv(g)
					}
					var none *gsync.Chan[*int]
					gsync.SelectOrDefault(g, none.OnRecv(nil, nil), c.OnRecv(nil, nil))
					wg.Wait(g)
				})
				require.Zero(t, c.Kept())
			})
		}
	})
}
