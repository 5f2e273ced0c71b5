package gsync

import (
	"sync"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/rank"
)

// Cond is where Gs wait for a change of what L guards. Set L before the first use; the rest is
// ready. First come, first served.
type Cond struct {
	L *Mutex

	native sync.Cond // for native Gs; the rest is then unused

	mu      host.Mutex // guards waiters
	waiters gs
}

// Wait unlocks L, blocks until Signal or Broadcast, and locks L again. The G must hold L. What it
// waits for may have changed back when it returns: ask again, in a loop.
func (c *Cond) Wait(g *rt.G) {
	if g.Native() {
		if c.native.L == nil { // under L; after the first Wait it is only read
			c.native.L = &c.L.native
		}
		c.native.Wait()
		return
	}
	g.Checkpoint()
	// Locked before L is unlocked: a G that gets L then, and signals, finds g queued.
	p := g.Parker()
	p.Lock(&c.mu)
	c.L.mu.SetRank(rank.Mutex) // it is taken under c's lock
	next, locked := c.L.unlock(p)
	if !locked {
		c.mu.Unlock()
		throw("Cond.Wait: L is not locked")
	}
	if next != nil {
		p.Ready(next) // under mu: g is not free to do it later
	}
	c.waiters.Put(g)
	p.ParkUnlock(rt.WaitCond, &c.mu)
	c.L.Lock(g)
}

// Signal ends the wait of one G, if one waits. The caller need not hold L.
func (c *Cond) Signal(g *rt.G) {
	if g.Native() {
		c.native.Signal()
		return
	}
	p := g.Parker()
	p.Enter(&c.mu)
	gp := c.waiters.Get()
	c.mu.Unlock()
	if gp != nil {
		p.Ready(gp)
	}
}

// Broadcast ends the wait of all Gs that wait. The caller need not hold L.
func (c *Cond) Broadcast(g *rt.G) {
	if g.Native() {
		c.native.Broadcast()
		return
	}
	p := g.Parker()
	p.Enter(&c.mu)
	var all gs
	all.Append(&c.waiters)
	c.mu.Unlock()
	readyAll(p, &all)
}
