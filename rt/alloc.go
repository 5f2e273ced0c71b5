package rt

import "schedlab/rt/heap"

// Alloc returns a Block of n bytes, which hold whatever their last user left there (0
// in a new one). It panics if n is negative. Alloc and Free are no safe points, so they
// may be called with locks held, and while the world is stopped.
func (g *G) Alloc(n int) heap.Block {
	mp := g.allocating("Alloc")
	if n < 0 {
		throw("G.Alloc: the size is %d; it must be at least 0", n)
	}
	if mp.native != nil {
		return heap.New(n)
	}
	return mp.impl.Cache().Alloc(n)
}

// Free takes back a Block that a G of this scheduler got from Alloc, not necessarily g.
// It panics if the Block is of another scheduler, or was freed before: see 'Blocks that
// were freed before'.
func (g *G) Free(b heap.Block) {
	mp := g.allocating("Free")
	if mp.native != nil {
		heap.Drop(b)
		return
	}
	mp.impl.Cache().Free(b)
}

// allocating returns the M of g, which must run: in a system call it need not have a
// cache.
func (g *G) allocating(call string) *M {
	if g.status != Running {
		throw("G.%s: G %d is %s, not running: a G's methods are for its own body",
			call, g.id, g.status)
	}
	return g.m
}
