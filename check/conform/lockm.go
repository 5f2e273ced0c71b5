package conform

import (
	"math"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// owners holds, for each M, the ID of the G that is locked to it.
type owners struct {
	ofM     [1 << 12]atomic.Uint64
	strange atomic.Int32 // times a G ran on an M of another
}

// look is for a G that runs.
func (o *owners) look(g *rt.G) {
	if id := o.ofM[g.MID()].Load(); id != 0 && id != g.ID() {
		o.strange.Add(1)
	}
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

func (t *trial) waysToLeave() []wayToLeave {
	ways := []wayToLeave{
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
		{"change of Procs", func(g *rt.G) {
			n, _ := g.SetProcs(0)
			_, _ = g.SetProcs(n%t.procs + 1)
		}},
	}
	if t.promises(rt.StopsWorld) {
		ways = append(ways, wayToLeave{"stop", func(g *rt.G) { g.StopTheWorld(); g.StartTheWorld() }})
	}
	return ways
}

// lockedStays: whatever a locked G does, it finds itself on its M, and nobody
// else has been there.
func lockedStays(t *trial) {
	rounds := t.many(50)
	ways := t.waysToLeave()
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
		require.Zerof(t, moved[i].Load(), "times a locked G was on another M after: %s", way.name)
	}
	require.Zero(t, o.strange.Load(), "Gs on the M of another")
}

// lockedInCrowd: the others go on beside a locked G, and no more than Procs run.
func lockedInCrowd(t *trial) {
	rounds := t.many(80)
	var c crowd
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		g.LockM()
		for i := range rounds {
			c.gauge.visit()
			t.waysToLeave()[i%8].leave(g) // none that changes Procs
		}
		c.end(g)
	})
	require.LessOrEqual(t, int(c.gauge.most.Load()), t.procs)
}

// lockedNested: the M is the G's until as many UnlockMs as LockMs.
func lockedNested(t *trial) {
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
		for range 20 {
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
	require.Zero(t, moved)
	require.Zero(t, o.strange.Load())
}

// lockedMisused: more UnlockMs than LockMs, and LockMs without end.
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

// lockedEnds: a G that ends locked, in whatever way, leaves its M to the others, or
// else each would need one of its own.
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
	require.Less(t, stats.Ms, uint64(n/3), "Ms for %d Gs one after the other", n)
}

// lockedMany: more locked Gs than Procs, each with an M of its own, get on.
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
	done.requireAll(t, int32(rounds))
	seen := map[int]bool{}
	for _, mid := range mids {
		require.Falsef(t, seen[mid], "two Gs were locked to M %d", mid)
		seen[mid] = true
	}
	require.GreaterOrEqual(t, stats.Ms, uint64(n))
}

// lockedPingPong: two locked Gs, and a locked one with one that is not.
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
		require.Equal(t, bounces, passed)
	}
}

// lockedDeadlock: Gs that wait for each other are deadlocked, locked or not.
func lockedDeadlock(t *trial) {
	n := 2*t.procs + 1
	var deferred atomic.Int32
	s := t.scheduler()
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, s.Run(func(g *rt.G) {
		for range n {
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				g.LockM()
				g.Yield()
				new(baton).take(g)
			})
		}
	}), &deadlock)
	require.Equal(t, n, deadlock.Blocked)
	onlyCloseIsLeft(t, s, deadlock)
	require.EqualValues(t, n, deferred.Load())
}

// lockedStandStill: locked Gs stand still like the others, wherever the stop
// meets them, and one of them can stop the world.
func lockedStandStill(t *trial) {
	stops := t.many(100)
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
					t.waysToLeave()[k%8].leave(g)
				}
			})
		}
		for i := range stops {
			if i == stops/2 {
				g.LockM()
			}
			g.StopTheWorld()
			before := append([]int(nil), counts...)
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
	require.Zero(t, moved)
}

// lockedBesidePanic: a scheduler ends though locked Gs are about.
func lockedBesidePanic(t *trial) {
	for i := range t.many(100) {
		s := t.scheduler()
		require.ErrorIs(t, s.Run(func(g *rt.G) {
			for k := range 8 {
				g.Go(func(g *rt.G) {
					g.LockM()
					for {
						t.waysToLeave()[k].leave(g)
						g.Yield()
					}
				})
			}
			g.LockM()
			g.Sleep(int64(i%10) * 20_000)
			explode(errBang)
		}), errBang)
		require.NoError(t, s.Close())
	}
}
