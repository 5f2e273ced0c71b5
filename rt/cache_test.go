package rt

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

// newCacheG returns a running G on an M with a cache of its own.
func newCacheG(c *Core) (*G, *Cache) {
	ca := &Cache{}
	ca.Init(c)
	return &G{m: &M{core: c, impl: graveyard{cache: ca}}, status: Running}, ca
}

// newNative returns a G of Go's own scheduler, of which caches need nothing.
func newNative() *G { return NewNativeG(struct{ Native }{}) }

// cacheBytes counts what is in ca, cell by cell.
func cacheBytes(ca *Cache) (sum int) {
	for _, free := range ca.free {
		for _, m := range free {
			sum += len(m.data)
		}
	}
	return sum
}

func TestEachSizeHasTheSmallestClassThatFits(t *testing.T) {
	require.Equal(t, maxSmall, sizeOf(numClasses-1))
	for n := range maxSmall + 1 {
		class := classOf(n)
		size := sizeOf(class)
		if size < n || class > 0 && sizeOf(class-1) >= n {
			t.Fatalf("%d bytes are in class %d, of %d bytes", n, class, size)
		}
		if n > 64 && 5*(size-n) >= size {
			t.Fatalf("%d bytes waste a fifth of %d", n, size)
		}
	}
}

func TestABatchIsAsLargeAsItMayBe(t *testing.T) {
	for class := range numClasses {
		n, size := batchOf(class), sizeOf(class)
		require.True(t, n >= 1 && n <= maxBatch && n*size <= batchBytes, class)
		require.True(t, n == maxBatch || (n+1)*size > batchBytes, class)
	}
}

func TestABlockHasExactlyTheBytesAskedFor(t *testing.T) {
	var c Core
	g, _ := newCacheG(&c)
	for _, gp := range []*G{g, newNative()} {
		for _, n := range []int{0, 1, 15, 16, 17, 64, 65, 4096, maxSmall - 1, maxSmall, maxSmall + 1, 1 << 20} {
			b := gp.Alloc(n)
			require.Len(t, b.Bytes(), n)
			require.Equal(t, n, cap(b.Bytes()), "an append must not reach beyond the Block")
			gp.Free(b)
		}
	}
}

// cacheModel is random traffic on some caches beside the simplest allocator: a
// list of what was handed out, each with what was written into it.
type cacheModel struct {
	t      *testing.T
	r      host.Rand
	core   Core
	gs     []*G
	caches []*Cache
	live   []modelBlock
	dead   []Block
}

type modelBlock struct {
	Block
	n    int
	mark uint64
}

func newCacheModel(t *testing.T, caches int, seed uint64) *cacheModel {
	w := &cacheModel{t: t}
	w.r.Seed(seed, 0)
	for range caches {
		g, ca := newCacheG(&w.core)
		w.gs, w.caches = append(w.gs, g), append(w.caches, ca)
	}
	return w
}

func (w *cacheModel) below(n int) int { return int(w.r.Uint32() % uint32(n)) }

func (w *cacheModel) alloc(g *G) {
	n := []int{60, 20_000, w.below(2 << w.below(16))}[w.below(3)] // some are large
	b := modelBlock{g.Alloc(n), n, uint64(w.r.Uint32())}
	mark(b.Bytes(), b.mark)
	w.live = append(w.live, b)
}

func (w *cacheModel) free(g *G) {
	i := w.below(len(w.live))
	b := w.live[i]
	w.live[i] = w.live[len(w.live)-1]
	w.live = w.live[:len(w.live)-1]
	require.Len(w.t, b.Bytes(), b.n)
	require.True(w.t, marked(b.Bytes(), b.mark), "the Block was written to by another")
	g.Free(b.Block)
	w.dead = append(w.dead, b.Block)
}

// mark writes n into all of p, and marked says whether it still stands there.
func mark(p []byte, n uint64) {
	for ; len(p) >= 8; p = p[8:] {
		binary.NativeEndian.PutUint64(p, n)
		n++
	}
	for i := range p {
		p[i] = byte(n)
	}
}

func marked(p []byte, n uint64) bool {
	for ; len(p) >= 8; p = p[8:] {
		if binary.NativeEndian.Uint64(p) != n {
			return false
		}
		n++
	}
	return !slices.ContainsFunc(p, func(b byte) bool { return b != byte(n) })
}

// check: each cell is in one place, every cell that the heap made is there, and
// the counters are what they count.
func (w *cacheModel) check() {
	seen := map[*cell]bool{}
	here := func(m *cell, class int) {
		if seen[m] || m.class != class {
			w.t.Fatalf("a cell of class %d is among those of class %d, or in two places", m.class, class)
		}
		seen[m] = true
	}
	out := 0
	for _, ca := range w.caches {
		require.Equal(w.t, cacheBytes(ca), ca.held)
		require.Less(w.t, ca.held, maxHeld)
		out += ca.held
		for class, free := range ca.free {
			require.Less(w.t, len(free), maxFreeCells)
			for _, m := range free {
				here(m, class)
			}
		}
	}
	for _, b := range w.live {
		here(b.cell, b.cell.class)
		out += len(b.cell.data)
	}
	for class := range numClasses {
		for _, m := range w.core.heap.central[class].free {
			here(m, class)
		}
	}
	require.EqualValues(w.t, out, w.core.heap.out.Load())
}

func TestCachesAgreeWithAListOfBlocks(t *testing.T) {
	for seed := range uint64(2) {
		w := newCacheModel(t, 3, seed)
		for phase := range 6 {
			grow := []int{90, 50, 10}[phase%3] // in 100: allocations
			for range 1000 {
				g := w.gs[w.below(1+w.below(3))] // mostly one, so that its lists get full
				if len(w.live) == 0 || w.below(100) < grow {
					w.alloc(g)
				} else {
					w.free(g)
				}
			}
			w.check()
			w.caches[w.below(3)].Flush()
			w.check()
		}
		for _, b := range w.dead[:100] {
			require.PanicsWithValue(t, "rt: G.Free: the Block was freed before", func() { w.gs[0].Free(b) })
		}
		w.check()
		for len(w.live) > 0 {
			w.free(w.gs[0])
		}
		w.flush()
	}
}

func (w *cacheModel) flush() {
	for _, ca := range w.caches {
		ca.Flush()
		require.Zero(w.t, cacheBytes(ca))
	}
	w.check()
	require.Zero(w.t, w.core.heap.out.Load(), "nothing is in use")
}

// Blocks go round: each thread frees what the one before it allocated, while
// others look at the sum.
func TestBlocksMayBeFreedByOtherThreads(t *testing.T) {
	const threads, rounds = 4, 1000
	w := newCacheModel(t, threads, 1)
	var mail [threads]chan modelBlock
	for i := range mail {
		mail[i] = make(chan modelBlock, rounds/4)
	}
	var all sync.WaitGroup
	for i, g := range w.gs {
		all.Go(func() {
			defer close(mail[(i+1)%threads])
			var r host.Rand
			r.Seed(1, uint64(i))
			for range rounds {
				b := modelBlock{n: int(r.Uint32() % (2 << (r.Uint32() % 16))), mark: uint64(r.Uint32())}
				b.Block = g.Alloc(b.n)
				mark(b.Bytes(), b.mark)
				mail[(i+1)%threads] <- b
			}
		})
	}
	wrong := make([]int, threads)
	for i := range mail {
		g, _ := newCacheG(&w.core)
		w.gs, w.caches = append(w.gs, g), append(w.caches, g.m.impl.Cache())
		all.Go(func() {
			for b := range mail[i] {
				if len(b.Bytes()) != b.n || !marked(b.Bytes(), b.mark) {
					wrong[i]++
				}
				g.Free(b.Block)
				w.core.heap.addStats(&Stats{})
			}
		})
	}
	all.Wait()
	require.Equal(t, make([]int, threads), wrong, "Blocks that were written to by others")
	w.check()
	w.flush()
}

func TestABlockGoesToTheCacheOfWhoFreesIt(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	b := w.gs[0].Alloc(100)
	w.gs[1].Free(b)
	require.Equal(t, sizeOf(classOf(100)), cacheBytes(w.caches[1]))
	again := w.gs[1].Alloc(100)
	require.Same(t, b.cell, again.cell, "the last freed is the first used")
	w.gs[1].Free(again)
}

func TestFullListsSpillABatch(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	class := classOf(64)
	var blocks []Block
	for range maxFreeCells {
		blocks = append(blocks, w.gs[0].Alloc(64))
	}
	for _, b := range blocks[:maxFreeCells-1] {
		w.gs[1].Free(b)
	}
	require.Len(t, w.caches[1].free[class], maxFreeCells-1)
	w.gs[1].Free(blocks[maxFreeCells-1])
	require.Len(t, w.caches[1].free[class], maxFreeCells-maxBatch)
	require.Len(t, w.core.heap.central[class].free, maxBatch)
	for i, m := range w.core.heap.central[class].free {
		require.Same(t, blocks[i].cell, m, "those that were freed first leave first")
	}
	w.check()
	w.flush()
}

// Cells of 20 KB reach the limit on bytes long before that on cells.
func TestACacheThatHoldsTooMuchSpillsHalf(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	size := sizeOf(classOf(20_000))
	var blocks []Block
	for len(blocks)*size < maxHeld {
		blocks = append(blocks, w.gs[0].Alloc(20_000))
	}
	for i, b := range blocks {
		require.Equal(t, i*size, cacheBytes(w.caches[1]))
		w.gs[1].Free(b)
	}
	require.Equal(t, (len(blocks)-len(blocks)/2)*size, cacheBytes(w.caches[1]))
	w.check()
	w.flush()
}

// What a cache was given back to the heap serves another before new memory does.
func TestReturnedMemoryIsUsedAgain(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	made := map[*cell]bool{}
	for round := range 4 {
		g, ca := w.gs[round%2], w.caches[round%2]
		var blocks []Block
		for range 3 * maxBatch {
			b := g.Alloc(64)
			require.True(t, round == 0 || made[b.cell], "the heap made another cell")
			made[b.cell] = true
			blocks = append(blocks, b)
			require.Less(t, len(ca.free[b.cell.class]), maxBatch, "a batch at a time")
		}
		for _, b := range blocks {
			g.Free(b)
		}
		ca.Flush()
	}
	w.flush()
}

func TestFlushOfACacheThatWasNeverUsedDoesNothing(t *testing.T) {
	new(Cache).Flush()
}

// Who allocates and frees pays for a lock once in a batch, and nothing at all
// where the cache has what is asked for.
func TestTheCacheTakesALockOnceABatchAtMost(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	acquired := func() uint64 {
		var s Stats
		w.core.heap.addStats(&s)
		return s.Sched.Acquired
	}
	w.gs[0].Free(w.gs[0].Alloc(64))
	require.EqualValues(t, 1, acquired())
	for range 1000 {
		w.gs[0].Free(w.gs[0].Alloc(64))
	}
	require.EqualValues(t, 1, acquired())
	for range 100 * maxBatch { // from one cache to the other
		w.gs[1].Free(w.gs[0].Alloc(64))
	}
	require.LessOrEqual(t, acquired(), uint64(1+100+100))
	require.Greater(t, acquired(), uint64(100))
}

func TestTheFastPathAllocatesNothing(t *testing.T) {
	g, _ := newCacheG(&Core{})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, n := range []int{0, 64, 1000, maxSmall} {
			b := g.Alloc(n)
			clear(b.Bytes())
			g.Free(b)
		}
	}))
}

func TestStatsTellWhatCachesAndGsHold(t *testing.T) {
	w := newCacheModel(t, 1, 1)
	held := func() int64 {
		var s Stats
		w.core.heap.addStats(&s)
		return s.CacheBytes
	}
	batch := int64(batchOf(classOf(1000)) * sizeOf(classOf(1000)))
	small, large := w.gs[0].Alloc(1000), w.gs[0].Alloc(100_000)
	require.Equal(t, batch+100_000, held())
	w.gs[0].Free(large)
	require.Equal(t, batch, held(), "large Blocks stay in no cache")
	w.gs[0].Free(small)
	require.Equal(t, batch, held(), "freed, and still held")
	w.flush()
	require.Zero(t, held())
}

func TestMisuseOfBlocksPanicsWithTheFact(t *testing.T) {
	var c Core
	g, _ := newCacheG(&c)
	foreign, _ := newCacheG(&Core{})
	native := newNative()
	stopped, _ := newCacheG(&c)
	freed := func(g *G, n int) Block {
		b := g.Alloc(n)
		g.Free(b)
		return b
	}
	reused := freed(g, 64)
	owner := g.Alloc(64)
	require.Same(t, reused.cell, owner.cell, "the test wants it handed out again")

	const before = "the Block was freed before"
	for _, m := range []struct {
		name string
		do   func()
		want string
	}{
		{"negative size", func() { g.Alloc(-1) }, "G.Alloc: the size is -1; it must be at least 0"},
		{"free twice", func() { g.Free(freed(g, 100)) }, "G.Free: " + before},
		{"free twice, large", func() { g.Free(freed(g, 1<<20)) }, "G.Free: " + before},
		{"free twice, native", func() { native.Free(freed(native, 100)) }, "G.Free: " + before},
		{"free by a second M", func() { stopped.Free(freed(g, 100)) }, "G.Free: " + before},
		{"free when it has been handed out again", func() { g.Free(reused) }, "G.Free: " + before},
		{"bytes when it has been handed out again", func() { reused.Bytes() }, "Block.Bytes: " + before},
		{"bytes of a large one", func() { freed(g, 1<<20).Bytes() }, "Block.Bytes: " + before},
		{"free of the zero Block", func() { g.Free(Block{}) }, "G.Free: this is the zero Block; only G.Alloc makes others"},
		{"bytes of the zero Block", func() { Block{}.Bytes() }, "Block.Bytes: this is the zero Block; only G.Alloc makes others"},
		{"another scheduler's", func() { g.Free(foreign.Alloc(64)) }, "G.Free: the Block was allocated by another scheduler"},
		{"another scheduler's, large", func() { g.Free(foreign.Alloc(1 << 20)) }, "G.Free: the Block was allocated by another scheduler"},
		{"a native one's", func() { g.Free(native.Alloc(64)) }, "G.Free: the Block was allocated by another scheduler"},
		{"by a native one", func() { native.Free(g.Alloc(64)) }, "G.Free: the Block was allocated by another scheduler"},
	} {
		require.PanicsWithValue(t, "rt: "+m.want, m.do, m.name)
	}
	require.Len(t, owner.Bytes(), 64, "the owner's is as good as before")
	require.NotPanics(t, func() { g.Free(owner) })

	// In all of these somebody else may be using the cache of the M.
	for _, status := range []Status{Idle, Runnable, InSyscall, Waiting, Dead} {
		stopped.status = status
		want := fmt.Sprintf("rt: G.%%s: G 0 is %s, not running: a G's methods are for its own body", status)
		require.PanicsWithValue(t, fmt.Sprintf(want, "Alloc"), func() { stopped.Alloc(1) })
		require.PanicsWithValue(t, fmt.Sprintf(want, "Free"), func() { stopped.Free(owner) })
	}
}

func TestACacheWithoutAHeapIsTheDesignsFault(t *testing.T) {
	g := &G{m: &M{core: &Core{}, impl: graveyard{cache: &Cache{}}}, status: Running}
	require.PanicsWithValue(t, Broken("rt: Cache.refill: the design has not called Init"), func() { g.Alloc(1) })

	var c Core
	from, _ := newCacheG(&c)
	g.m.core = &c
	b := from.Alloc(1)
	g.Free(b)
	require.PanicsWithValue(t, Broken("rt: Cache.spill: the design has not called Init"), g.m.impl.Cache().Flush)
}

// A Block that is handed on, not freed, is somebody else's: no owner is checked.
func TestACopyOfABlockIsTheSameBlock(t *testing.T) {
	g, _ := newCacheG(&Core{})
	b := g.Alloc(10)
	alias := b
	require.Equal(t, b, alias)
	g.Free(alias)
	require.Panics(t, func() { b.Bytes() })
}

var cacheSizes = []int{16, 64, 1024, 16 << 10}

func BenchmarkAllocFree(b *testing.B) {
	for _, n := range cacheSizes {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			g, _ := newCacheG(&Core{})
			for b.Loop() {
				g.Free(g.Alloc(n))
			}
		})
	}
}

// Every batch goes through the heap and back.
func BenchmarkAllocHereFreeThere(b *testing.B) {
	for _, n := range cacheSizes {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			var c Core
			here, _ := newCacheG(&c)
			there, _ := newCacheG(&c)
			for b.Loop() {
				there.Free(here.Alloc(n))
			}
		})
	}
}

// What Go itself takes, for comparison.
func BenchmarkAllocFreeNative(b *testing.B) {
	for _, n := range cacheSizes {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			g := newNative()
			for b.Loop() {
				g.Free(g.Alloc(n))
			}
		})
	}
}
