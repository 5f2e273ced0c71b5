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

// piece is memory with what its owner wrote.
type piece struct {
	block heap.Block
	size  int
	fill  byte
}

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

// free says whether nobody else has written there.
func (p piece) free(g *rt.G) (intact bool) {
	bytes := p.block.Bytes()
	intact = len(bytes) == p.size
	for _, b := range bytes {
		intact = intact && b == p.fill
	}
	g.Free(p.block)
	return intact
}

// cacheKeepsApart: what a G has allocated is its own until somebody frees it,
// maybe another G on another M, while Ms block, change and come back.
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
							p, _ = shelf.Recv(g) // maybe of another
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
	require.Zero(t, broken.Load(), "pieces that another G wrote to")
	require.EqualValues(t, gs*rounds, freed.Load())
}

// cacheCounts: what large blocks take, exactly, and that caches keep some of what
// was freed, not more and more of it.
func cacheCounts(t *trial) {
	const large = 1 << 20
	s := t.scheduler()
	var blocks [10]heap.Block
	require.NoError(t, s.Run(func(g *rt.G) {
		for i := range blocks {
			blocks[i] = g.Alloc(large)
		}
	}))
	require.EqualValues(t, large*len(blocks), s.Stats().CacheBytes)
	require.NoError(t, s.Run(func(g *rt.G) {
		for _, b := range blocks {
			g.Free(b)
		}
	}))
	require.Zero(t, s.Stats().CacheBytes)
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
	require.Positive(t, used())
	for range 10 {
		used()
	}
	// A cache holds some 2 MB at most, and there are a few Ms more than Procs.
	require.Less(t, used(), int64(t.procs+8)<<21)
}

// cacheMisused says what was wrong.
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

func freeTwice(g *rt.G, n int) {
	b := g.Alloc(n)
	g.Free(b)
	g.Alloc(n) // which may be the same memory
	g.Free(b)
}

// cacheForeign: a block goes back to where it comes from.
func cacheForeign(t *trial) {
	home, abroad := t.scheduler(), t.scheduler()
	var b heap.Block
	require.NoError(t, home.Run(func(g *rt.G) { b = g.Alloc(10) }))
	requirePanic(t, abroad, "another scheduler", func(g *rt.G) { g.Free(b) })
}
