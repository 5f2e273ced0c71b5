package rt

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt/heap"
)

// newCacheG returns a running G on an M with a cache of its own.
func newCacheG(c *Core) *G {
	ca := &heap.Cache{}
	ca.Init(&c.heap)
	return &G{m: &M{core: c, impl: graveyard{cache: ca}}, status: Running}
}

// newNativeG returns a G of Go's own scheduler, of which Alloc needs nothing.
func newNativeG() *G { return NewNativeG(struct{ Native }{}) }

func TestAllocatingAllocatesNothing(t *testing.T) {
	g := newCacheG(&Core{})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b := g.Alloc(64)
		clear(b.Bytes())
		g.Free(b)
	}))
}

func TestStatsTellWhatTheHeapCounts(t *testing.T) {
	c := &Core{impl: noImpl{}}
	g := newCacheG(c)
	b := g.Alloc(100_000)
	require.EqualValues(t, 100_000, c.Stats().CacheBytes)
	g.Free(b)
	require.Zero(t, c.Stats().CacheBytes)
	g.Free(g.Alloc(64))
	require.Positive(t, c.Stats().CacheBytes, "a batch")
	const looks = 4 // at mu, one by each Stats
	stats := c.Stats()
	require.EqualValues(t, looks, stats.Locks[LockCore].Acquired)
	require.EqualValues(t, 1, stats.Locks[LockHeap].Acquired)
}

// noImpl counts nothing.
type noImpl struct{ Impl }

func (noImpl) AddStats(*Stats) {}

func TestAllocAndFreeRefuseMisuse(t *testing.T) {
	var c Core
	g, native, foreign := newCacheG(&c), newNativeG(), newCacheG(&Core{})
	freed := func(g *G) heap.Block {
		b := g.Alloc(100)
		g.Free(b)
		return b
	}
	const (
		negative = "G.Alloc: the size is -1; it must be at least 0"
		before   = "G.Free: the Block was freed before"
		another  = "G.Free: the Block was allocated by another scheduler"
	)
	for _, m := range []struct {
		name string
		do   func()
		want string
	}{
		{"negative size", func() { g.Alloc(-1) }, negative},
		{"negative size, native", func() { native.Alloc(-1) }, negative},
		{"free twice", func() { g.Free(freed(g)) }, before},
		{"free twice, native", func() { native.Free(freed(native)) }, before},
		{"free by a second M", func() { newCacheG(&c).Free(freed(g)) }, before},
		{"another scheduler's", func() { g.Free(foreign.Alloc(64)) }, another},
		{"another scheduler's, large", func() { g.Free(foreign.Alloc(1 << 20)) }, another},
		{"a native one's", func() { g.Free(native.Alloc(64)) }, another},
		{"by a native one", func() { native.Free(g.Alloc(64)) }, another},
	} {
		require.PanicsWithValue(t, "rt: "+m.want, m.do, m.name)
	}

	// In all of these another M may be using the cache of the G's M.
	stopped, b := newCacheG(&c), g.Alloc(64)
	for _, status := range []Status{Idle, Runnable, InSyscall, Waiting, Dead} {
		stopped.status = status
		const want = "rt: G.%s: G 0 is %s, not running: a G's methods are for its own body"
		require.PanicsWithValue(t, fmt.Sprintf(want, "Alloc", status), func() { stopped.Alloc(1) })
		require.PanicsWithValue(t, fmt.Sprintf(want, "Free", status), func() { stopped.Free(b) })
	}
}

var cacheSizes = []int{16, 64, 1024, 16 << 10}

func BenchmarkAllocFree(b *testing.B) {
	for _, n := range cacheSizes {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			g := newCacheG(&Core{})
			for b.Loop() {
				g.Free(g.Alloc(n))
			}
		})
	}
}

// What Go itself takes, for comparison.
func BenchmarkAllocFreeNative(b *testing.B) {
	for _, n := range cacheSizes {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			g := newNativeG()
			for b.Loop() {
				g.Free(g.Alloc(n))
			}
		})
	}
}
