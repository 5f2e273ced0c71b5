package rt

// AtRest tells the core that nothing is runnable and that every M is idle, or waits for
// timers and the network and looks at nothing else. It is called under the design's
// lock, by the last M to get there. If nothing outside can change that, the Run or Close
// under way learns that all is done, or that all Gs that are left are blocked.
func (c *Core) AtRest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	live := c.snapshot() - c.system
	c.events.Flush()
	w := c.wait
	if w == nil || c.holds > 0 || c.injected < c.admitted {
		return
	}
	if live > 0 {
		if c.mayWake() {
			return
		}
		w.err = c.deadlock(live)
		c.told = true
	}
	c.wait = nil
	w.done.Wakeup()
}

// mayWake says whether a timer or the network can make a G runnable.
func (c *Core) mayWake() bool {
	if c.net.Waiters() {
		return true
	}
	for _, ts := range c.timers {
		if ts.mayWake(&c.atRest) {
			return true
		}
	}
	return false
}

// snapshot sums up the Ms' counters and returns how many Gs have not ended.
func (c *Core) snapshot() (live int) {
	c.rest = Stats{}
	for _, mp := range c.threads.load() {
		c.rest.Add(&mp.stats)
	}
	c.rest.Injected = c.injected
	return int(c.rest.Injected + c.rest.Spawned - c.rest.Ended)
}
