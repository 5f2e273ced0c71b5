package conform

import (
	"sync/atomic"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// crowd is Gs of every kind, each of which counts its rounds until it is over. Some
// ready each other, and where that keeps others out (no promise of FairReadies) it
// never is.
// The counts are plain memory: who reads them while the world stands still makes
// the race detector a witness that it does.
type crowd struct {
	over   atomic.Bool
	begun  atomic.Int32 // Gs that have done a round
	rounds []int
	gauge  gauge        // Gs that run
	bred   atomic.Int64 // Gs made on the way
}

// join starts some Gs of each kind, from g. It may be called once.
func (c *crowd) join(g *rt.G, procs int) {
	var acts []func(*rt.G)
	for range procs {
		acts = append(acts, c.acts()...)
	}
	c.rounds = make([]int, len(acts))
	for i, act := range acts {
		g.Go(func(g *rt.G) {
			for !c.over.Load() {
				act(g)
				if c.rounds[i]++; c.rounds[i] == 1 {
					c.begun.Add(1)
				}
				c.gauge.visit()
			}
		})
	}
}

// end is for a G that started the crowd: it waits until all have done a round, and
// lets them end. So all that are lost on the way make the test hang.
func (c *crowd) end(g *rt.G) {
	yieldUntil(g, func() bool { return int(c.begun.Load()) == len(c.rounds) })
	c.over.Store(true)
}

// acts returns one round of each kind, each for a G of its own. Where there is no
// monitor, all must give way now and then.
func (c *crowd) acts() []func(*rt.G) {
	return []func(*rt.G){
		func(g *rt.G) {
			for range 50 {
				c.gauge.visit()
				g.Checkpoint()
			}
			g.Yield()
		},
		(*rt.G).Yield,
		func(g *rt.G) {
			for range 5 {
				g.Go(func(*rt.G) { c.gauge.visit(); c.bred.Add(1) })
			}
			g.Yield()
		},
		func(g *rt.G) { g.Syscall(func() { host.Pause(20) }) },
		func(g *rt.G) { g.BlockingSyscall(func() { host.Pause(20) }) },
		func(g *rt.G) { g.Sleep(20_000) },
		c.refuse,
		c.meet,
	}
}

// refuse parks in vain.
func (c *crowd) refuse(g *rt.G) {
	if !g.Native() {
		g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
	}
	g.Yield()
}

// meet makes a G and exchanges a value with it.
func (c *crowd) meet(g *rt.G) {
	ping, pong := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 1)
	g.Go(func(g *rt.G) {
		v, _ := ping.Recv(g)
		c.gauge.visit()
		pong.Send(g, v)
	})
	ping.Send(g, 1)
	pong.Recv(g)
}

// still says whether nobody counts for a while; only true while the world stands
// still.
func (c *crowd) still() bool {
	before := append([]int(nil), c.rounds...)
	inside := c.gauge.now.Load()
	bred := c.bred.Load()
	for range 5 {
		host.Pause(50)
		for i, n := range c.rounds {
			if before[i] != n {
				return false
			}
		}
	}
	return inside == 0 && c.gauge.now.Load() == 0 && c.bred.Load() == bred
}
