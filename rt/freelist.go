package rt

import (
	"schedlab/host"
	"schedlab/rt/queue"
	"schedlab/rt/rank"
)

// GList is a list of Gs, unsynchronized.
type GList = queue.List[G, *G]

// Dead Gs are used again before new ones are made: first those that died on the same P (or
// M), then those of all. (gm has neither list, but one under its lock.) Both lists are stacks
// of pointers, not chains through the Gs. A G that moves between them is not touched, so it
// causes no cache misses before it is used.
const (
	maxFreeGs  = 64 // a local list spills at this length
	keepFreeGs = 32 // down to this; it refills to this
)

// FreePool is the free list of all. Any thread may use it.
type FreePool struct {
	mu   host.CountedMutex
	gs   []*G
	n    host.Int64 // len(gs), for a look without the lock; stored under it
	made uint64     // by Get, under mu
}

func (p *FreePool) lock() {
	p.mu.SetRank(rank.FreePool) // the zero FreePool is good to use
	p.mu.Lock()
}

// Get returns a dead G, or a new one if there is none: for injection, which has no P.
func (p *FreePool) Get() *G {
	p.lock()
	defer p.mu.Unlock()
	last := len(p.gs) - 1
	if last < 0 {
		p.made++
		return new(G)
	}
	gp := p.gs[last]
	p.gs[last] = nil
	p.gs = p.gs[:last]
	p.n.Store(int64(last))
	return gp
}

// AddStats adds what the pool counts.
func (p *FreePool) AddStats(s *Stats) {
	s.Locks[LockFreeGs].Add(p.mu.Count())
	p.lock()
	s.GsMade += p.made
	p.mu.Unlock()
}

func (p *FreePool) put(gs []*G) {
	p.lock()
	p.gs = append(p.gs, gs...)
	p.n.Store(int64(len(p.gs)))
	p.mu.Unlock()
}

// take fills buf as far as it can and returns how far.
func (p *FreePool) take(buf []*G) int {
	p.lock()
	defer p.mu.Unlock()
	keep := max(0, len(p.gs)-len(buf))
	n := copy(buf, p.gs[keep:])
	clear(p.gs[keep:])
	p.gs = p.gs[:keep]
	p.n.Store(int64(keep))
	return n
}

// FreeList is the free list of one P or M. Only its owner uses it.
type FreeList struct {
	Pool *FreePool
	n    int
	gs   [maxFreeGs]*G
}

// Get returns a dead G, or a new one if there is none; stats counts those.
func (f *FreeList) Get(stats *Stats) *G {
	if f.n == 0 && f.Pool.n.Load() > 0 {
		f.n = f.Pool.take(f.gs[:keepFreeGs])
	}
	if f.n == 0 {
		stats.GsMade++
		return new(G)
	}
	f.n--
	return f.gs[f.n]
}

// Flush gives all dead Gs to the pool, from a P that is no more.
func (f *FreeList) Flush() {
	f.Pool.put(f.gs[:f.n])
	clear(f.gs[:f.n])
	f.n = 0
}

// Put adds a dead G.
func (f *FreeList) Put(gp *G) {
	if f.n == maxFreeGs {
		f.Pool.put(f.gs[keepFreeGs:])
		f.n = keepFreeGs
	}
	f.gs[f.n] = gp
	f.n++
}
