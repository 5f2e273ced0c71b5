package rt

import (
	"schedlab/host"
)

// Idle stacks are kept by each M, up to maxIdleStacks, and beyond that by the scheduler.
const maxIdleStacks = 16

// stackPool is the idle stacks of the scheduler. Any M may use it. No thread is on them.
//
// It does not know the stacks that are not idle: each is known to the M that made it
// (M.stacks), so that Ms which make stacks share nothing.
type stackPool struct {
	mu   host.Mutex
	idle []*stack

	// n is len(idle), stored under mu. Atomic, because take loads it without mu. An M that
	// finds a 0 out of date makes a stack that it need not have made.
	n host.Int32
}

// take moves up to len(to) stacks to to and returns how many.
func (p *stackPool) take(to []*stack, count *host.Count) int {
	if p.n.Load() == 0 {
		return 0
	}
	p.mu.LockCounted(count)
	defer p.mu.Unlock()
	keep := max(0, len(p.idle)-len(to))
	n := copy(to, p.idle[keep:])
	p.keep(keep)
	return n
}

// put takes all of from.
func (p *stackPool) put(from []*stack, count *host.Count) {
	p.mu.LockCounted(count)
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
	if mp.nidle == 0 {
		mp.nidle = mp.core.stacks.take(mp.idle[:maxIdleStacks/2], &mp.stats.Sched)
	}
	if mp.nidle == 0 {
		return mp.newStack()
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
		mp.core.stacks.put(mp.idle[maxIdleStacks/2:], &mp.stats.Sched)
		mp.nidle = maxIdleStacks / 2
	}
	mp.idle[mp.nidle] = st
	mp.nidle++
}

func (mp *M) newStack() *stack {
	mp.stats.StacksMade++
	st := newStack(mp.core)
	mp.mu.Lock()
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
		clear(mp.idle[:])
		for _, st := range stacks {
			st.destroy(grave)
		}
	}
	c.stacks.drop()
	y.cache.Flush()
}
