package gsync_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

func TestSelectTakesWhatIsReady(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var index, word int
		var text string
		var ok bool
		run(t, s, func(g *rt.G) {
			ints, texts := gsync.NewChan[int](g, 1), gsync.NewChan[string](g, 1)
			texts.Send(g, "x")
			var none *gsync.Chan[int]
			index = gsync.Select(g, none.OnRecv(&word, nil), ints.OnRecv(&word, &ok),
				texts.OnRecv(&text, &ok), none.OnSend(1))
		})
		require.Equal(t, 2, index)
		require.Equal(t, "x", text)
		require.True(t, ok)
		require.Zero(t, word)
	})
}

func TestSelectOrDefaultDoesNotWait(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var got []int
		var v int
		run(t, s, func(g *rt.G) {
			c := gsync.NewChan[int](g, 1)
			var none *gsync.Chan[int]
			note := func(cases ...gsync.Case) {
				got = append(got, gsync.SelectOrDefault(g, cases...))
			}
			note()
			note(gsync.Case{}, none.OnSend(1))
			note(none.OnRecv(nil, nil), c.OnRecv(nil, nil))
			note(none.OnRecv(nil, nil), c.OnSend(5))
			note(c.OnSend(6))
			note(none.OnRecv(nil, nil), none.OnRecv(nil, nil), c.OnRecv(&v, nil))
		})
		require.Equal(t, []int{-1, -1, -1, 1, -1, 2}, got)
		require.Equal(t, 5, v)
	})
}

// More cases than native makes a select statement of, and of several types.
func TestSelectOfManyCases(t *testing.T) {
	const n = 40
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		counts := make([]int, n+1)
		var err error
		run(t, s, func(g *rt.G) {
			errs := gsync.NewChan[error](g, 0)
			chans := make([]*gsync.Chan[int], n)
			var v int
			cases := make([]gsync.Case, n+1)
			for i := range chans {
				chans[i] = gsync.NewChan[int](g, i%2)
				cases[i] = chans[i].OnRecv(&v, nil)
			}
			cases[n] = errs.OnRecv(&err, nil)
			g.Go(func(g *rt.G) {
				for i, c := range chans {
					c.Send(g, i)
				}
				errs.Send(g, nil) // a nil of an interface type
			})
			for range n + 1 {
				if i := gsync.Select(g, cases...); i == n || i == v {
					counts[i]++
				}
			}
		})
		for i, count := range counts {
			require.Equal(t, 1, count, "case %d", i)
		}
		require.NoError(t, err)
	})
}

func TestSelectIsFair(t *testing.T) {
	const rounds = 2000
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var count [4]int
		run(t, s, func(g *rt.G) {
			var c [4]*gsync.Chan[int]
			for i := range c {
				c[i] = gsync.NewChan[int](g, 0)
				c[i].Close(g)
			}
			for range rounds {
				count[receiveFromOne(g, c)]++
			}
		})
		requireEven(t, rounds, count)
	})
}

func TestSelectIsFairToWaitingSenders(t *testing.T) {
	const rounds = 400
	overOurs(t, func(t *testing.T, s rt.Scheduler) {
		var count [4]int
		run(t, s, func(g *rt.G) {
			var c [4]*gsync.Chan[int]
			stop := gsync.NewChan[int](g, 0)
			for i := range c {
				c[i] = gsync.NewChan[int](g, 0)
				g.Go(func(g *rt.G) {
					for gsync.Select(g, c[i].OnSend(i), stop.OnRecv(nil, nil)) == 0 {
					}
				})
			}
			for range rounds {
				for i := range c {
					settled(g, func() bool { return c[i].WaitingToSend() > 0 })
				}
				count[receiveFromOne(g, c)]++
			}
			stop.Close(g)
		})
		requireEven(t, rounds, count)
	})
}

func receiveFromOne(g *rt.G, c [4]*gsync.Chan[int]) (i int) {
	return gsync.Select(g, c[0].OnRecv(nil, nil), c[1].OnRecv(nil, nil),
		c[2].OnRecv(nil, nil), c[3].OnRecv(nil, nil))
}

// requireEven allows ten standard deviations either way.
func requireEven(t *testing.T, rounds int, count [4]int) {
	t.Helper()
	mean := float64(rounds) / 4
	for i, n := range count {
		require.InDelta(t, mean, n, 10*math.Sqrt(mean*3/4), "case %d of %v", i, count)
	}
}

func TestSelectWithOneChannelInSeveralCases(t *testing.T) {
	const n = 300
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 1} {
			var sent, received, other int
			run(t, s, func(g *rt.G) {
				c := gsync.NewChan[int](g, capacity)
				done := gsync.NewChan[int](g, 0)
				for range 2 {
					g.Go(func(g *rt.G) {
						for i := range n {
							if i%2 == 0 {
								c.Send(g, i)
							} else {
								c.Recv(g)
							}
						}
						done.Send(g, 0)
					})
				}
				for ended := 0; ended < 2; {
					g.Yield() // through the buffer it could go on alone for ever
					recv, ends := c.OnRecv(nil, nil), done.OnRecv(nil, nil)
					switch gsync.Select(g, recv, c.OnSend(1), recv, ends) {
					case 0, 2:
						received++
					case 1:
						sent++
					case 3:
						ended++
					default:
						other++
					}
				}
				received += c.Len()
			})
			require.Equal(t, sent, received, "capacity %d", capacity)
			require.Zero(t, other)
		}
	})
}

// A select must not meet itself.
func TestSelectToSendAndReceiveOnOneChannelBlocks(t *testing.T) {
	for _, design := range []string{"gm", "global", "gpm"} {
		s := open(t, design, 1)
		var deadlock *rt.DeadlockError
		require.ErrorAs(t, s.Run(func(g *rt.G) {
			c := gsync.NewChan[int](g, 0)
			gsync.Select(g, c.OnSend(1), c.OnRecv(nil, nil))
		}), &deadlock)
		require.NoError(t, s.Close())
	}
}

// Senders and receivers all select over the same channels, in different order. Locks must not be
// taken in a circle, and no Select may be won twice, as in Go until CL 180068 of 2009.
func TestSelectStorm(t *testing.T) {
	const senders, receivers, each = 5, 4, 200
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		for _, capacity := range []int{0, 1} {
			var got [receivers][]message
			run(t, s, func(g *rt.G) {
				a, c := gsync.NewChan[message](g, 0), gsync.NewChan[message](g, 0)
				b := gsync.NewChan[message](g, capacity)
				done := gsync.NewChan[struct{}](g, 0)
				var wg gsync.WaitGroup
				for i := range senders {
					wg.Go(g, func(g *rt.G) {
						for n := range each {
							m := newMessage(i, n)
							switch i % 3 {
							case 0:
								gsync.Select(g, a.OnSend(m), b.OnSend(m), c.OnSend(m))
							case 1:
								gsync.Select(g, c.OnSend(m), a.OnSend(m))
							default:
								b.Send(g, m)
							}
						}
					})
				}
				var readers gsync.WaitGroup
				for i := range receivers {
					readers.Go(g, func(g *rt.G) {
						var m message
						cases := []gsync.Case{
							done.OnRecv(nil, nil),
							c.OnRecv(&m, nil),
							b.OnRecv(&m, nil),
							a.OnRecv(&m, nil),
						}
						for gsync.Select(g, cases...) != 0 {
							got[i] = append(got[i], m)
						}
					})
				}
				wg.Wait(g)
				done.Close(g)
				readers.Wait(g)
				for m, _, some := b.TryRecv(g); some; m, _, some = b.TryRecv(g) {
					got[0] = append(got[0], m)
				}
			})
			requireOnce(t, got[:], senders*each)
		}
	})
}

func requireOnce(t *testing.T, got [][]message, n int) {
	t.Helper()
	seen := make(map[message]bool)
	for _, list := range got {
		for _, m := range list {
			require.True(t, m.whole(), "torn: %v", m)
			require.False(t, seen[m], "received twice: %v", m)
			seen[m] = true
		}
	}
	require.Len(t, seen, n, "lost")
}

// Two Gs offer both directions to each other on two channels. In each meeting both must agree on
// what was done.
func TestSelectsMeetEachOther(t *testing.T) {
	const n = 500
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		var count [2][2]int // by G, by channel
		run(t, s, func(g *rt.G) {
			a, b := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
			var wg gsync.WaitGroup
			wg.Go(g, func(g *rt.G) {
				for range n {
					count[0][gsync.Select(g, a.OnSend(1), b.OnRecv(nil, nil))]++
				}
			})
			wg.Go(g, func(g *rt.G) {
				for range n {
					count[1][1-gsync.Select(g, b.OnSend(1), a.OnRecv(nil, nil))]++
				}
			})
			wg.Wait(g)
		})
		require.Equal(t, count[0], count[1])
		require.Equal(t, n, count[0][0]+count[0][1])
	})
}

// A value goes to and fro between two channels and is at every moment in one of them, or in both. A
// Select that looks at both at one moment finds it.
func TestDefaultIsAnAnswerAboutOneMoment(t *testing.T) {
	const rounds, moves = 200, 20
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		missed := 0
		run(t, s, func(g *rt.G) {
			for range rounds {
				a, b := gsync.NewChan[int](g, 1), gsync.NewChan[int](g, 1)
				a.Send(g, 1)
				var wg gsync.WaitGroup
				wg.Go(g, func(g *rt.G) {
					from, to := a, b
					for range moves {
						to.TrySend(g, 1)
						from.TryRecv(g)
						from, to = to, from
					}
				})
				if gsync.SelectOrDefault(g, a.OnRecv(nil, nil), b.OnRecv(nil, nil)) < 0 {
					missed++
				}
				wg.Wait(g)
			}
		})
		require.Zero(t, missed)
	})
}

func TestCasesToReceiveMayBeUsedAgain(t *testing.T) {
	overAll(t, func(t *testing.T, s rt.Scheduler) {
		sum := 0
		run(t, s, func(g *rt.G) {
			a, b := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
			for i := range 10 {
				g.Go(func(g *rt.G) { a.Send(g, i) })
				g.Go(func(g *rt.G) { b.Send(g, i) })
			}
			var v int
			cases := []gsync.Case{a.OnRecv(&v, nil), b.OnRecv(&v, nil)}
			for range 20 {
				gsync.Select(g, cases...)
				sum += v
			}
		})
		require.Equal(t, 90, sum)
	})
}
