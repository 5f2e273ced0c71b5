package rt

import (
	"schedlab/host"
)

// Idle stacks are kept by each M, and by the scheduler those that are too many for an M. With 16
// in place of 64, fib on gpm takes the lock of the scheduler's stacks six times as often: once in
// 30 spawns.
const (
	maxIdleStacks  = 64 // an M gives stacks away at this number
	keepIdleStacks = 32 // down to this; it takes as many
)

// stackPool is the idle stacks of the scheduler. Any M may use it. No thread is on them.
//
// It does not know the stacks that are not idle: each is known to the M that made it
// (M.stacks), so that Ms which make stacks share nothing.
type stackPool struct {
	mu   host.CountedMutex
	idle []*stack

	// n is len(idle), stored under mu. Atomic, because take loads it without mu. An M that
	// finds a 0 out of date makes a stack that it need not have made.
	n host.Int32
}

// take appends up to n stacks to to.
func (p *stackPool) take(to []*stack, n int) []*stack {
	if p.n.Load() == 0 {
		return to
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	keep := max(0, len(p.idle)-n)
	to = append(to, p.idle[keep:]...)
	p.keep(keep)
	return to
}

// put takes all of from.
func (p *stackPool) put(from []*stack) {
	p.mu.Lock()
	p.idle = append(p.idle, from...)
	p.keep(len(p.idle))
	p.mu.Unlock()
	clear(from)
}

// keep forgets all stacks but the first n. It needs mu.
func (p *stackPool) keep(n int) {
	clear(p.idle[n:])
	p.idle = p.idle[:n]
	p.n.Store(int32(n))
}

// drop forgets all stacks.
func (p *stackPool) drop() {
	p.mu.Lock()
	p.keep(0)
	p.mu.Unlock()
}

// getStack returns an idle stack: of this M, of the scheduler, or a new one.
func (mp *M) getStack() *stack {
	if len(mp.idle) == 0 {
		mp.idle = mp.core.stacks.take(mp.idle, keepIdleStacks)
	}
	last := len(mp.idle) - 1
	if last < 0 {
		return mp.newStack()
	}
	st := mp.idle[last]
	mp.idle[last] = nil
	mp.idle = mp.idle[:last]
	return st
}

// putStack keeps st, on which the M still is but which it is about to leave. That is safe
// since no thread but the M looks at its idle stacks. If there are too many others, half
// of them go to the scheduler.
func (mp *M) putStack(st *stack) {
	if len(mp.idle) == maxIdleStacks {
		mp.core.stacks.put(mp.idle[keepIdleStacks:])
		mp.idle = mp.idle[:keepIdleStacks]
	}
	mp.idle = append(mp.idle, st)
}

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
		mp.idle = nil
		for _, st := range stacks {
			st.destroy(grave)
		}
	}
	c.stacks.drop()
	y.cache.Flush()
}
