package rt

import (
	"schedlab/rt/queue"
	"schedlab/rt/rank"
)

// GList is a list of Gs, unsynchronized.
type GList = queue.List[G, *G]

// FreePool is the dead Gs of all, to be used again. Any thread may use it. Dead Gs are used
// again before new ones are made: first those that died on the same P (or M), then those of
// all. A G that moves between the two is not touched, so it causes no cache misses before it is
// used. See 'Magazines'. The design gm has neither a FreePool nor FreeLists, but a list under
// its lock.
type FreePool struct {
	depot depot[G]
	made  uint64 // by Get, under the depot's lock
}

// ranked returns the depot, whose lock has its rank: the zero FreePool is good to use.
func (p *FreePool) ranked() *depot[G] {
	p.depot.mu.SetRank(rank.FreePool)
	return &p.depot
}

// Get returns a dead G, or a new one if there is none: for injection, which has no P.
func (p *FreePool) Get() *G {
	if gp := p.ranked().one(&p.made); gp != nil {
		return gp
	}
	return new(G)
}

// AddStats adds what the pool counts.
func (p *FreePool) AddStats(s *Stats) {
	d := p.ranked()
	s.Locks[LockFreeGs].Add(d.mu.Count())
	d.lock()
	s.GsMade += p.made
	d.unlock()
}

// FreeList is the free list of one P or M. Only its owner uses it.
type FreeList struct {
	Pool *FreePool
	gs   stash[G]
}

// Get returns a dead G, or a new one if there is none; stats counts those.
func (f *FreeList) Get(stats *Stats) *G {
	if gp := f.gs.loaded.pop(); gp != nil { // the first step of get, here to be inlined
		return gp
	}
	if gp := f.gs.get(f.Pool.ranked()); gp != nil {
		return gp
	}
	stats.GsMade++
	return new(G)
}

// Put adds a dead G.
func (f *FreeList) Put(gp *G) { f.gs.put(gp, f.Pool.ranked()) }

// Flush gives all dead Gs to the pool, from a P that is no more.
func (f *FreeList) Flush() { f.Pool.ranked().add(&f.gs) }
