package conform

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
	"schedlab/rt/heap"
)

// piece is memory, and what its owner wrote there.
type piece struct {
	block heap.Block
	size  int
	fill  byte
}

// newPiece allocates a piece of a random size, in most cases a small one.
func newPiece(g *rt.G, r *rand.Rand) piece {
	p := piece{size: r.IntN(100), fill: byte(r.Uint32())}
	if r.IntN(10) == 0 {
		p.size = r.IntN(50_000)
	}
	p.block = g.Alloc(p.size)
	bytes := p.block.Bytes()
	for i := range bytes {
		bytes[i] = p.fill
	}
	return p
}

// free frees the memory and says whether it still holds what its owner wrote.
func (p piece) free(g *rt.G) (intact bool) {
	bytes := p.block.Bytes()
	intact = len(bytes) == p.size
	for _, b := range bytes {
		intact = intact && b == p.fill
	}
	g.Free(p.block)
	return intact
}

// cacheKeepsApart: memory that a G has allocated is given to no other G until it is freed, even if
// another G on another M frees it, and Ms block and come back.
func cacheKeepsApart(t *trial) {
	const gs = 8
	rounds := t.many(500)
	var broken, freed atomic.Int32
	t.run(func(g *rt.G) {
		shelf := gsync.NewChan[piece](g, 100)
		for i := range gs {
			g.Go(func(g *rt.G) {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range rounds {
					p := newPiece(g, r)
					switch r.IntN(4) {
					case 0:
						g.Yield()
					case 1:
						g.Syscall(func() { host.Pause(10) })
					default:
						if shelf.TrySend(g, p) {
							p, _ = shelf.Recv(g) // maybe that of another G
						}
					}
					if !p.free(g) {
						broken.Add(1)
					}
					freed.Add(1)
				}
			})
		}
	})
	require.Zero(t, broken.Load(), "pieces in which another G has written before they were freed")
	requireCount(t, gs*rounds, freed.Load(), "pieces that were freed")
}

// cacheCounts: Stats.CacheBytes counts large blocks exactly. Of small ones that were freed the
// caches keep some, but not more and more.
func cacheCounts(t *trial) {
	const large = 1 << 20
	const perM, moreMs = 2 << 20, 8 // bytes in a cache at most; Ms that there may be beside Procs
	s := t.scheduler()
	var blocks [10]heap.Block
	require.NoError(t, s.Run(func(g *rt.G) {
		for i := range blocks {
			blocks[i] = g.Alloc(large)
		}
	}))
	requireCount(t, large*len(blocks), s.Stats().CacheBytes,
		"Stats.CacheBytes: %d large blocks", len(blocks))
	require.NoError(t, s.Run(func(g *rt.G) {
		for _, b := range blocks {
			g.Free(b)
		}
	}))
	require.Zero(t, s.Stats().CacheBytes, "Stats.CacheBytes: large blocks are not kept when freed")
	used := func() int64 {
		require.NoError(t, s.Run(func(g *rt.G) {
			for range 4 * t.procs {
				g.Go(func(g *rt.G) {
					for range 100 {
						b := g.Alloc(100)
						g.Yield()
						g.Free(b)
					}
				})
			}
		}))
		return s.Stats().CacheBytes
	}
	require.Positive(t, used(), "Stats.CacheBytes: caches keep some of the small blocks")
	for range 10 {
		used()
	}
	require.Less(t, used(), int64(t.procs+moreMs)*perM,
		"Stats.CacheBytes: caches keep more and more")
}

// cacheMisused: a negative size panics, and to free the zero Block, to free twice, and to use a
// Block that was freed.
func cacheMisused(t *trial) {
	for _, misuse := range []struct {
		text string
		main func(*rt.G)
	}{
		{"the size is -1", func(g *rt.G) { g.Alloc(-1) }},
		{"the zero Block", func(g *rt.G) { g.Free(heap.Block{}) }},
		{"was freed before", func(g *rt.G) { freeTwice(g, 10) }},
		{"was freed before", func(g *rt.G) { freeTwice(g, 1<<20) }},
		{"was freed before", func(g *rt.G) {
			b := g.Alloc(10)
			g.Free(b)
			b.Bytes()
		}},
	} {
		requirePanic(t, t.scheduler(), misuse.text, misuse.main)
	}
}

// freeTwice frees a block of n bytes twice.
func freeTwice(g *rt.G, n int) {
	b := g.Alloc(n)
	g.Free(b)
	g.Alloc(n) // may be the same memory
	g.Free(b)
}

// cacheForeign: to free a block of another scheduler panics.
func cacheForeign(t *trial) {
	home, abroad := t.scheduler(), t.scheduler()
	var b heap.Block
	require.NoError(t, home.Run(func(g *rt.G) { b = g.Alloc(10) }))
	requirePanic(t, abroad, "another scheduler", func(g *rt.G) { g.Free(b) })
}
