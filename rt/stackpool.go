package rt

// The idle stacks of an M are a stash, those of the scheduler a depot: see 'Magazines'. No thread
// is on them. Neither knows the stacks that are not idle. Each of these is known to the M that
// made it (M.stacks), so that Ms which make stacks share nothing.

// getStack returns an idle stack: of this M, of the scheduler, or a new one.
func (mp *M) getStack() *stack {
	if st := mp.idle.get(&mp.core.stacks); st != nil {
		return st
	}
	return mp.newStack()
}

// putStack keeps st, on which the M still is but which it is about to leave. That is safe: the
// M looks at its own idle stacks when it has left, and a magazine that goes to the scheduler is
// full of others.
func (mp *M) putStack(st *stack) { mp.idle.put(st, &mp.core.stacks) }

func (mp *M) newStack() *stack {
	mp.stats.StacksMade++
	st := newStack(mp.core)
	mp.mu.LockCounted(&mp.stats.Locks[LockM])
	mp.stacks = append(mp.stacks, st)
	mp.mu.Unlock()
	return st
}

// destroyStacks ends all coroutines, when no thread is left. A G that is blocked on one is
// abandoned: its deferred calls run, and a call among them that would block ends there.
func (c *Core) destroyStacks() {
	y := newGraveyard(c)
	grave := &M{core: c, impl: y}
	for _, mp := range c.threads.load() {
		mp.mu.Lock() // Dump may count them
		stacks := mp.stacks
		mp.stacks = nil
		mp.mu.Unlock()
		mp.idle = stash[stack]{}
		for _, st := range stacks {
			st.destroy(grave)
		}
	}
	c.stacks.drop()
	y.cache.Flush()
}
