package conform

import (
	"slices"
	"sync/atomic"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// crowd is Gs of every kind, each of which counts its rounds until the crowd is over. Some
// ready each other. In a design where such Gs may keep others out (one that declines
// FairReadies), the crowd may never be over.
//
// The counts are plain memory, so that the race detector reports a G that counts while
// another reads the counts in the stopped world.
type crowd struct {
	over   atomic.Bool
	begun  atomic.Int32 // Gs that have done a round
	rounds []int        // that each G has done
	gauge  gauge        // Gs that run
	bred   atomic.Int64 // Gs that the crowd has made and that have run
}

// join starts procs Gs of each kind, from g. It may be called once.
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

// end waits until all Gs of the crowd have done a round, and lets them end. g is the G that
// called join. A G of the crowd that is lost makes the test hang here.
func (c *crowd) end(g *rt.G) {
	yieldUntil(g, func() bool { return int(c.begun.Load()) == len(c.rounds) })
	c.over.Store(true)
}

// acts returns one round of each kind of G. Every kind gives way now and then, since designs
// without a monitor need that.
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

// refuse parks with a commit that says no.
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

// still says whether no G of the crowd does anything for a while. That is so only while the
// world stands still.
func (c *crowd) still() bool {
	before := slices.Clone(c.rounds)
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
