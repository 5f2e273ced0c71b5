package heap

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt/fault"
)

// newCache returns a cache of h.
func newCache(h *Heap) *Cache {
	ca := &Cache{}
	ca.Init(h)
	return ca
}

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
	ca := newCache(&Heap{})
	for _, from := range []struct {
		alloc func(int) Block
		free  func(Block)
	}{{ca.Alloc, ca.Free}, {New, Drop}} {
		for _, n := range []int{
			0, 1, 15, 16, 17, 64, 65, 4096, maxSmall - 1, maxSmall, maxSmall + 1, 1 << 20,
		} {
			b := from.alloc(n)
			require.Len(t, b.Bytes(), n)
			require.Equal(t, n, cap(b.Bytes()), "an append must not reach beyond the Block")
			from.free(b)
		}
	}
}

// cacheModel is random traffic on some caches beside the simplest allocator: a list of what
// was handed out, each with what was written into it.
type cacheModel struct {
	t      *testing.T
	r      host.Rand
	heap   Heap
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
		w.caches = append(w.caches, newCache(&w.heap))
	}
	return w
}

func (w *cacheModel) below(n int) int { return int(w.r.Uint32() % uint32(n)) }

func (w *cacheModel) alloc(ca *Cache) {
	n := []int{60, 20_000, w.below(2 << w.below(16))}[w.below(3)] // some are large
	b := modelBlock{ca.Alloc(n), n, uint64(w.r.Uint32())}
	mark(b.Bytes(), b.mark)
	w.live = append(w.live, b)
}

func (w *cacheModel) free(ca *Cache) {
	i := w.below(len(w.live))
	b := w.live[i]
	w.live[i] = w.live[len(w.live)-1]
	w.live = w.live[:len(w.live)-1]
	require.Len(w.t, b.Bytes(), b.n)
	require.True(w.t, marked(b.Bytes(), b.mark), "the Block was written to by another")
	ca.Free(b.Block)
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

// check requires that each cell is in one place, that every cell that the heap made is
// there, and that the counters are what they count.
func (w *cacheModel) check() {
	seen := map[*cell]bool{}
	here := func(m *cell, class int) {
		if seen[m] || m.class != class {
			w.t.Fatalf("a cell of class %d is among those of class %d, or in two places",
				m.class, class)
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
		for _, m := range w.heap.central[class].free {
			here(m, class)
		}
	}
	require.EqualValues(w.t, out, w.heap.out.Load())
}

func TestCachesAgreeWithAListOfBlocks(t *testing.T) {
	for seed := range uint64(2) {
		w := newCacheModel(t, 3, seed)
		for phase := range 6 {
			grow := []int{90, 50, 10}[phase%3] // in 100: allocations
			for range 1000 {
				ca := w.caches[w.below(1+w.below(3))] // mostly one, so that its lists get full
				if len(w.live) == 0 || w.below(100) < grow {
					w.alloc(ca)
				} else {
					w.free(ca)
				}
			}
			w.check()
			w.caches[w.below(3)].Flush()
			w.check()
		}
		for _, b := range w.dead[:100] {
			require.PanicsWithValue(t, "rt: G.Free: the Block was freed before",
				func() { w.caches[0].Free(b) })
		}
		w.check()
		for len(w.live) > 0 {
			w.free(w.caches[0])
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
	require.Zero(w.t, w.heap.out.Load(), "nothing is in use")
}

// Blocks go round: each thread frees what the one before it allocated, while others look at
// the sum.
func TestBlocksMayBeFreedByOtherThreads(t *testing.T) {
	const threads, rounds = 4, 1000
	w := newCacheModel(t, threads, 1)
	var mail [threads]chan modelBlock
	for i := range mail {
		mail[i] = make(chan modelBlock, rounds/4)
	}
	var all sync.WaitGroup
	for i, ca := range w.caches {
		all.Go(func() {
			defer close(mail[(i+1)%threads])
			var r host.Rand
			r.Seed(1, uint64(i))
			for range rounds {
				b := modelBlock{
					n:    int(r.Uint32() % (2 << (r.Uint32() % 16))),
					mark: uint64(r.Uint32()),
				}
				b.Block = ca.Alloc(b.n)
				mark(b.Bytes(), b.mark)
				mail[(i+1)%threads] <- b
			}
		})
	}
	wrong := make([]int, threads)
	for i := range mail {
		ca := newCache(&w.heap)
		w.caches = append(w.caches, ca)
		all.Go(func() {
			for b := range mail[i] {
				if len(b.Bytes()) != b.n || !marked(b.Bytes(), b.mark) {
					wrong[i]++
				}
				ca.Free(b.Block)
				w.heap.Count()
				w.heap.Bytes()
			}
		})
	}
	all.Wait()
	require.Equal(t, make([]int, threads), wrong, "Blocks that were written to by others")
	w.check()
	w.flush()
}

func TestABlockGoesToTheCacheThatFreesIt(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	b := w.caches[0].Alloc(100)
	w.caches[1].Free(b)
	require.Equal(t, sizeOf(classOf(100)), cacheBytes(w.caches[1]))
	again := w.caches[1].Alloc(100)
	require.Same(t, b.cell, again.cell, "the last freed is the first used")
	w.caches[1].Free(again)
}

func TestFullListsSpillABatch(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	class := classOf(64)
	var blocks []Block
	for range maxFreeCells {
		blocks = append(blocks, w.caches[0].Alloc(64))
	}
	for _, b := range blocks[:maxFreeCells-1] {
		w.caches[1].Free(b)
	}
	require.Len(t, w.caches[1].free[class], maxFreeCells-1)
	w.caches[1].Free(blocks[maxFreeCells-1])
	require.Len(t, w.caches[1].free[class], maxFreeCells-maxBatch)
	require.Len(t, w.heap.central[class].free, maxBatch)
	for i, m := range w.heap.central[class].free {
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
		blocks = append(blocks, w.caches[0].Alloc(20_000))
	}
	for i, b := range blocks {
		require.Equal(t, i*size, cacheBytes(w.caches[1]))
		w.caches[1].Free(b)
	}
	require.Equal(t, (len(blocks)-len(blocks)/2)*size, cacheBytes(w.caches[1]))
	w.check()
	w.flush()
}

// Memory that a cache returned to the heap serves another cache before new memory does.
func TestReturnedMemoryIsUsedAgain(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	made := map[*cell]bool{}
	for round := range 4 {
		ca := w.caches[round%2]
		var blocks []Block
		for range 3 * maxBatch {
			b := ca.Alloc(64)
			require.True(t, round == 0 || made[b.cell], "the heap made another cell")
			made[b.cell] = true
			blocks = append(blocks, b)
			require.Less(t, len(ca.free[b.cell.class]), maxBatch, "a batch at a time")
		}
		for _, b := range blocks {
			ca.Free(b)
		}
		ca.Flush()
	}
	w.flush()
}

func TestFlushOfACacheThatWasNeverUsedDoesNothing(t *testing.T) {
	new(Cache).Flush()
}

// Alloc and Free pay for a lock once in a batch, and for nothing at all where the cache has
// what is asked for.
func TestTheCacheTakesALockOnceABatchAtMost(t *testing.T) {
	w := newCacheModel(t, 2, 1)
	acquired := func() uint64 {
		count := w.heap.Count()
		return count.Acquired
	}
	w.caches[0].Free(w.caches[0].Alloc(64))
	require.EqualValues(t, 1, acquired())
	for range 1000 {
		w.caches[0].Free(w.caches[0].Alloc(64))
	}
	require.EqualValues(t, 1, acquired())
	for range 100 * maxBatch { // from one cache to the other
		w.caches[1].Free(w.caches[0].Alloc(64))
	}
	require.LessOrEqual(t, acquired(), uint64(1+100+100))
	require.Greater(t, acquired(), uint64(100))
}

func TestTheFastPathAllocatesNothing(t *testing.T) {
	ca := newCache(&Heap{})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, n := range []int{0, 64, 1000, maxSmall} {
			b := ca.Alloc(n)
			clear(b.Bytes())
			ca.Free(b)
		}
	}))
}

func TestBytesTellsWhatCachesAndGsHold(t *testing.T) {
	w := newCacheModel(t, 1, 1)
	held := w.heap.Bytes
	batch := int64(batchOf(classOf(1000)) * sizeOf(classOf(1000)))
	small, large := w.caches[0].Alloc(1000), w.caches[0].Alloc(100_000)
	require.Equal(t, batch+100_000, held())
	w.caches[0].Free(large)
	require.Equal(t, batch, held(), "large Blocks stay in no cache")
	w.caches[0].Free(small)
	require.Equal(t, batch, held(), "freed, and still held")
	w.flush()
	require.Zero(t, held())
}

func TestMisuseOfBlocksPanicsWithTheFact(t *testing.T) {
	ca := newCache(&Heap{})
	other, foreign := newCache(ca.heap), newCache(&Heap{})
	freed := func(ca *Cache, n int) Block {
		b := ca.Alloc(n)
		ca.Free(b)
		return b
	}
	dropped := New(100)
	Drop(dropped)
	reused := freed(ca, 64)
	owner := ca.Alloc(64)
	require.Same(t, reused.cell, owner.cell, "the test wants it handed out again")

	const (
		before  = "the Block was freed before"
		another = "G.Free: the Block was allocated by another scheduler"
		zero    = "this is the zero Block; only G.Alloc makes others"
	)
	for _, m := range []struct {
		name string
		do   func()
		want string
	}{
		{"free twice", func() { ca.Free(freed(ca, 100)) }, "G.Free: " + before},
		{"free twice, large", func() { ca.Free(freed(ca, 1<<20)) }, "G.Free: " + before},
		{"free twice, of no heap", func() { Drop(dropped) }, "G.Free: " + before},
		{"free by another cache", func() { other.Free(freed(ca, 100)) }, "G.Free: " + before},
		{"free when handed out again", func() { ca.Free(reused) }, "G.Free: " + before},
		{"bytes when handed out again", func() { reused.Bytes() }, "Block.Bytes: " + before},
		{"bytes of a large one", func() { freed(ca, 1<<20).Bytes() }, "Block.Bytes: " + before},
		{"free of the zero Block", func() { ca.Free(Block{}) }, "G.Free: " + zero},
		{"drop of the zero Block", func() { Drop(Block{}) }, "G.Free: " + zero},
		{"bytes of the zero Block", func() { Block{}.Bytes() }, "Block.Bytes: " + zero},
		{"another heap's", func() { ca.Free(foreign.Alloc(64)) }, another},
		{"another heap's, large", func() { ca.Free(foreign.Alloc(1 << 20)) }, another},
		{"that of no heap", func() { ca.Free(New(64)) }, another},
		{"drop of a heap's", func() { Drop(ca.Alloc(64)) }, another},
	} {
		require.PanicsWithValue(t, "rt: "+m.want, m.do, m.name)
	}
	require.Len(t, owner.Bytes(), 64, "the owner's is as good as before")
	require.NotPanics(t, func() { ca.Free(owner) })
}

func TestACacheWithoutAHeapIsTheDesignsFault(t *testing.T) {
	b := newCache(&Heap{}).Alloc(1)
	const want = "rt: Cache.%s: the design has not called Init"
	for name, do := range map[string]func(*Cache){
		"Alloc": func(ca *Cache) { ca.Alloc(1) },
		"Free":  func(ca *Cache) { ca.Free(b) },
	} {
		require.PanicsWithValue(t, fault.Broken(fmt.Sprintf(want, name)), func() { do(&Cache{}) })
	}
	require.PanicsWithValue(t, fault.Broken(fmt.Sprintf(want, "Alloc")),
		func() { new(Cache).Alloc(maxSmall + 1) })
}

// A Block that is handed on, not freed, belongs to the code that has it: no owner is checked.
func TestACopyOfABlockIsTheSameBlock(t *testing.T) {
	ca := newCache(&Heap{})
	b := ca.Alloc(10)
	alias := b
	require.Equal(t, b, alias)
	ca.Free(alias)
	require.Panics(t, func() { b.Bytes() })
}

// Every batch goes through the heap and back.
func BenchmarkAllocHereFreeThere(b *testing.B) {
	for _, n := range []int{16, 64, 1024, 16 << 10} {
		b.Run(fmt.Sprintf("size=%d", n), func(b *testing.B) {
			var h Heap
			here, there := newCache(&h), newCache(&h)
			for b.Loop() {
				there.Free(here.Alloc(n))
			}
		})
	}
}
