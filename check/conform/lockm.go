package conform

import (
	"math"
	"slices"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// maxMs is more than the Ms that a property makes.
const maxMs = 1 << 12

// owners holds, for each M, the ID of the G that is locked to it.
type owners struct {
	ofM     [maxMs]atomic.Uint64
	strange atomic.Int32 // times that a G ran on an M that another is locked to
}

// look checks the M that g runs on.
func (o *owners) look(g *rt.G) {
	if id := o.ofM[g.MID()].Load(); id != 0 && id != g.ID() {
		o.strange.Add(1)
	}
}

func (o *owners) requireNoneStrange(t *trial) {
	t.Helper()
	require.Zero(t, o.strange.Load(), "times that a G ran on an M to which another G was locked")
}

func (o *owners) lock(g *rt.G) {
	g.LockM()
	o.ofM[g.MID()].Store(g.ID())
}

func (o *owners) unlock(g *rt.G) {
	o.ofM[g.MID()].Store(0)
	g.UnlockM()
}

// wayToLeave is a way in which a G gives its M away, or may do so, and comes back.
type wayToLeave struct {
	name  string
	leave func(*rt.G)
}

// waysToLeave returns the ways that leave Procs and the world as they are.
func waysToLeave() []wayToLeave {
	return []wayToLeave{
		{"yield", (*rt.G).Yield},
		{"checkpoint", (*rt.G).Checkpoint},
		{"spawn", func(g *rt.G) { g.Go(nothing) }},
		{"sleep", func(g *rt.G) { g.Sleep(10_000) }},
		{"system call", func(g *rt.G) { g.Syscall(func() { host.Pause(20) }) }},
		{"blocking system call", func(g *rt.G) { g.BlockingSyscall(func() { host.Pause(20) }) }},
		{"refused commit", func(g *rt.G) {
			g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
		}},
		{"wait", func(g *rt.G) {
			var door baton
			g.Go(door.give)
			door.take(g)
		}},
	}
}

// allWaysToLeave returns these and the ways that change Procs or stop the world.
func (t *trial) allWaysToLeave() []wayToLeave {
	ways := append(waysToLeave(), wayToLeave{"change of Procs", func(g *rt.G) {
		n, _ := g.SetProcs(0)
		_, _ = g.SetProcs(n%t.procs + 1)
	}})
	if t.promises(rt.StopsWorld) {
		ways = append(ways, wayToLeave{"stop", stopAndStart})
	}
	return ways
}

// lockedStays: whatever a locked G does, it finds itself on its M again, and no other G has run
// there.
func lockedStays(t *trial) {
	rounds := t.many(50)
	ways := t.allWaysToLeave()
	moved := make(tally, len(ways))
	var o owners
	var working atomic.Int32
	t.run(func(g *rt.G) {
		for i, way := range ways {
			working.Add(1)
			g.Go(func(g *rt.G) {
				defer working.Add(-1)
				for range rounds {
					o.lock(g)
					mid := g.MID()
					for range 5 {
						way.leave(g)
						o.look(g)
						if g.MID() != mid {
							moved[i].Add(1)
						}
					}
					o.unlock(g)
					g.Yield()
				}
			})
		}
		for range 2 * t.procs {
			g.Go(func(g *rt.G) {
				yieldUntil(g, func() bool { o.look(g); return working.Load() == 0 })
			})
		}
	})
	for i, way := range ways {
		require.Zerof(t, moved[i].Load(),
			"times that a locked G was on another M after: %s", way.name)
	}
	o.requireNoneStrange(t)
}

// lockedInCrowd: beside a locked G the others go on, and no more than Procs Gs run at once. (I4)
func lockedInCrowd(t *trial) {
	rounds := t.many(80)
	ways := waysToLeave()
	var c crowd
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		g.LockM()
		for i := range rounds {
			c.gauge.visit()
			ways[i%len(ways)].leave(g)
		}
		c.end(g)
	})
	require.LessOrEqual(t, int(c.gauge.most.Load()), t.procs, "Gs that ran at once")
}

// lockedNested: a G has its M for itself until it has called UnlockM as often as LockM.
func lockedNested(t *trial) {
	const rounds = 20
	var o owners
	var over atomic.Bool
	moved := 0
	t.run(func(g *rt.G) {
		for range 2 * t.procs {
			g.Go(func(g *rt.G) {
				for !over.Load() {
					o.look(g)
					g.Yield()
				}
			})
		}
		for range rounds {
			o.lock(g)
			mid := g.MID()
			g.LockM()
			g.LockM()
			for range 2 {
				g.UnlockM()
				g.Yield()
				g.Syscall(func() {})
				if g.MID() != mid {
					moved++
				}
			}
			o.unlock(g)
			g.Yield()
		}
		over.Store(true)
	})
	require.Zero(t, moved,
		"times that a G was on another M, after three LockMs and one or two UnlockMs")
	o.requireNoneStrange(t)
}

// lockedMisused: UnlockM without LockM panics, and so does LockM without end.
func lockedMisused(t *trial) {
	requirePanic(t, t.scheduler(), "is not locked", (*rt.G).UnlockM)
	requirePanic(t, t.scheduler(), "is not locked", func(g *rt.G) {
		g.LockM()
		g.UnlockM()
		g.UnlockM()
	})
	requirePanic(t, t.scheduler(), "UnlockM is missing", func(g *rt.G) {
		for range math.MaxUint8 + 1 {
			g.LockM()
		}
	})
}

// lockedEnds: a G that ends locked, by a return or after a panic, leaves its M to the others.
// If it did not, each would need an M of its own.
func lockedEnds(t *trial) {
	const n = 300
	var ended atomic.Int32
	stats := t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				defer ended.Add(1)
				g.LockM()
				if i%2 == 0 {
					g.Yield()
				}
				if i%3 == 0 {
					defer func() { _ = recover() }()
					explode(errBang)
				}
			})
			yieldUntil(g, func() bool { return int(ended.Load()) == i+1 })
		}
	})
	require.Less(t, stats.Ms, uint64(n/3), "Ms made for %d locked Gs, one after the other: "+
		"those on which they ended were not used again", n)
}

// lockedMany: more locked Gs than Procs, each with an M of its own, all go on.
func lockedMany(t *trial) {
	n := 4*t.procs + 8
	rounds := t.many(100)
	done := make(tally, n)
	var locked atomic.Int32
	mids := make([]int, n)
	stats := t.run(func(g *rt.G) {
		for i := range n {
			g.Go(func(g *rt.G) {
				g.LockM()
				mids[i] = g.MID()
				locked.Add(1)
				yieldUntil(g, func() bool { return int(locked.Load()) == n })
				for range rounds {
					g.Yield()
					done[i].Add(1)
				}
			})
		}
	})
	done.requireAll(t, int32(rounds), "a locked G must do all its rounds")
	requireDistinct(t, mids, "two Gs were locked to the same M at once")
	require.GreaterOrEqual(t, stats.Ms, uint64(n), "Ms made for %d Gs that were locked at once", n)
}

// lockedPingPong: two locked Gs hand a value to and fro, and so do a locked one and one that is
// not locked.
func lockedPingPong(t *trial) {
	bounces := t.many(1000)
	for _, both := range []bool{true, false} {
		passed := 0
		t.run(func(g *rt.G) {
			ping, pong := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
			g.Go(func(g *rt.G) {
				if both {
					g.LockM()
				}
				for range bounces {
					v, _ := ping.Recv(g)
					pong.Send(g, v)
				}
			})
			g.LockM()
			for i := range bounces {
				ping.Send(g, i)
				if v, _ := pong.Recv(g); v == i {
					passed++
				}
			}
		})
		require.Equal(t, bounces, passed, "values that came back; both Gs locked: %t", both)
	}
}

// lockedDeadlock: locked Gs that wait for ever are reported as a deadlock, like others. (I10)
func lockedDeadlock(t *trial) {
	n := 2*t.procs + 1
	var deferred atomic.Int32
	s := t.scheduler()
	deadlock := requireDeadlock(t, s.Run(func(g *rt.G) {
		for range n {
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				g.LockM()
				g.Yield()
				new(baton).take(g)
			})
		}
	}), n)
	onlyCloseIsLeft(t, s, deadlock)
	requireCount(t, n, deferred.Load(), "deferred calls that Close ran")
}

// lockedStandStill: while the world is stopped, locked Gs do not run either, whatever they were
// doing, and a locked G can stop the world, too. (I8)
func lockedStandStill(t *trial) {
	stops := t.many(100)
	ways := waysToLeave()
	var c crowd
	var over atomic.Bool
	counts := make([]int, 2*t.procs)
	moved := 0
	t.run(func(g *rt.G) {
		c.join(g, 1)
		for i := range counts {
			g.Go(func(g *rt.G) {
				g.LockM()
				for k := 0; !over.Load(); k++ {
					counts[i]++
					ways[k%len(ways)].leave(g)
				}
			})
		}
		for i := range stops {
			if i == stops/2 {
				g.LockM()
			}
			g.StopTheWorld()
			before := slices.Clone(counts)
			if !c.still() {
				moved++
			}
			for i, n := range counts {
				if n != before[i] {
					moved++
				}
			}
			g.StartTheWorld()
			g.Sleep(10_000)
		}
		over.Store(true)
		c.end(g)
	})
	require.Zero(t, moved, "times that a G did something in the stopped world")
}

// lockedBesidePanic: a scheduler that a panic ends does end though there are locked Gs.
func lockedBesidePanic(t *trial) {
	for i := range t.many(100) {
		s := t.scheduler()
		require.ErrorIs(t, s.Run(func(g *rt.G) {
			for _, way := range waysToLeave() {
				g.Go(func(g *rt.G) {
					g.LockM()
					for {
						way.leave(g)
						g.Yield()
					}
				})
			}
			g.LockM()
			g.Sleep(int64(i%10) * 20_000)
			explode(errBang)
		}), errBang, "Run must return the panic of the G")
		require.NoError(t, s.Close())
	}
}
