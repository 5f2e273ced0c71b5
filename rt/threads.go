package rt

import (
	"schedlab/host"
	"schedlab/rt/event"
)

// StartM starts the thread of mp, which impl embeds. The design may hold its lock: the M
// counts from here on, so no thread sees a scheduler without it.
func (c *Core) StartM(mp *M, impl Machine) {
	c.addM(mp, impl)
	mp.stats.Ms = 1
	c.startThread(mp.main)
}

// StartActor starts a thread that runs f and never a G, but readies and makes Gs. f gets
// the g0 of mp, which impl embeds. It must end once Stopping.
func (c *Core) StartActor(mp *M, impl Machine, f func(g0 *G)) {
	mp.actor = true
	c.addM(mp, impl)
	c.startThread(func() { f(&mp.g0) })
}

func (c *Core) addM(mp *M, impl Machine) {
	mp.core, mp.impl = c, impl
	mp.base.core = c
	mp.g0.m, mp.g0.stack = mp, &mp.base
	mp.site = ownSite
	if c.cfg.SampleReady > 0 {
		mp.latency = newLatency()
	}
	c.mu.Lock()
	mp.id = int16(len(c.ms))
	c.ms = append(c.ms, mp)
	mp.events = c.events.Add(mp.id)
	mp.eventOf(event.MStart, event.None, noGs)
	c.mu.Unlock()
	mp.Rand.Seed(c.cfg.Seed, uint64(mp.id))
}

// startThread starts a thread that runs f. It must end once Stopping.
func (c *Core) startThread(f func()) {
	c.mu.Lock()
	if c.ended != nil && c.alive == 0 {
		// A failure overtook an Inject, and all threads have been joined.
		c.mu.Unlock()
		return
	}
	c.alive++
	c.mu.Unlock()
	host.Go(func() {
		f()
		c.exited()
	})
}

func (c *Core) exited() {
	c.mu.Lock()
	c.alive--
	var ended *host.Note
	if c.alive == 0 {
		ended = c.ended
	}
	c.mu.Unlock()
	if ended != nil {
		ended.Wakeup()
	}
}

// join waits until every thread has ended.
func (c *Core) join() {
	c.mu.Lock()
	c.ended = &host.Note{}
	alive := c.alive
	c.mu.Unlock()
	if alive > 0 {
		c.ended.Sleep()
	}
	c.mu.Lock()
	c.snapshot()
	c.events.Flush()
	c.mu.Unlock()
}

// PreemptAll asks the Gs on all Ms to give way.
func (c *Core) PreemptAll() {
	c.mu.Lock()
	ms := c.ms
	c.mu.Unlock()
	for _, mp := range ms {
		mp.Preempt()
	}
}
