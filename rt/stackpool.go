package rt

import "schedlab/rt/queue"

// Idle stacks are kept by each M, up to maxIdleStacks, and beyond that by the scheduler.
const maxIdleStacks = 16

// getStack returns an idle stack: of this M, of the scheduler, or a new one.
func (mp *M) getStack() *stack {
	if mp.nidle == 0 {
		mp.nidle = mp.core.getStacks(mp.idle[:maxIdleStacks/2])
	}
	if mp.nidle == 0 {
		mp.stats.StacksMade++
		return mp.core.newStack()
	}
	mp.nidle--
	st := mp.idle[mp.nidle]
	mp.idle[mp.nidle] = nil
	return st
}

// putStack keeps st, on which the M still is but which it is about to leave. That is safe
// since no thread but the M looks at its idle stacks. If there are too many others, half
// of them go to the scheduler.
func (mp *M) putStack(st *stack) {
	if mp.nidle == maxIdleStacks {
		mp.core.putStacks(mp.idle[maxIdleStacks/2:])
		mp.nidle = maxIdleStacks / 2
	}
	mp.idle[mp.nidle] = st
	mp.nidle++
}

func (c *Core) newStack() *stack {
	st := newStack(c)
	c.mu.Lock()
	c.stacks = append(c.stacks, st)
	c.mu.Unlock()
	return st
}

// getStacks moves up to len(to) idle stacks to to and returns how many.
func (c *Core) getStacks(to []*stack) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(to), len(c.idle))
	from := c.idle[len(c.idle)-n:]
	copy(to, from)
	clear(from)
	c.idle = c.idle[:len(c.idle)-n]
	return n
}

// putStacks takes all of from; no thread may be on them.
func (c *Core) putStacks(from []*stack) {
	c.mu.Lock()
	c.idle = append(c.idle, from...)
	c.mu.Unlock()
	clear(from)
}

// destroyStacks ends all coroutines. A G that is blocked on one is abandoned: its
// deferred calls run, and a call among them that would block ends there.
func (c *Core) destroyStacks() {
	y := newGraveyard(c)
	grave := &M{core: c, impl: y}
	c.mu.Lock() // Dump may count them
	stacks := c.stacks
	c.stacks, c.idle = nil, nil
	c.mu.Unlock()
	for _, st := range stacks {
		if gp := st.g; gp != nil {
			gp.status, gp.m, st.m, st.locks = Running, grave, grave, 0
			gp.Link = queue.Link[G]{} // out of the queue it waited on
		}
		st.coro.Destroy()
	}
	y.cache.Flush()
}
