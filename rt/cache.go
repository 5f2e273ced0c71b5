package rt

import (
	"math/bits"

	"schedlab/host"
	"schedlab/rt/rank"
)

// # Memory caches
//
// Small memory comes from a cache that one M at a time uses, so that it takes
// neither a lock nor an atomic. Whose cache that is, is the design's matter
// (Machine.Cache), and makes the difference: what belongs to an M is held for as
// long as the M is blocked in the kernel, what belongs to a P goes on to the next.
//
// A cache has a list of free cells for each size class. An empty list gets a
// batch from the heap, one that is too long returns a batch to it. A cell that is
// freed goes to the cache of who frees it, wherever it came from.
//
// Source: the MCache of Go 1.0 (malloc.h, mcache.c, msize.c of 2012), which is the
// thread cache of TCMalloc (Ghemawat, Menage): limits and batches are as there. We
// deviate: classes are four a doubling; a cache that holds too much gives up half
// of every list, not of what was not used lately; the heap cuts batches, not
// pages, to size, and keeps for this scheduler whatever it once made.
//
// # Blocks that were freed before
//
// A Block says which use of its cell it stands for, and each Free begins another.
// So a Block that was freed is told from the one that its cell was handed out as
// since, and refused. What cannot be told: two threads free the same Block, or one
// frees and the other looks, without synchronization (the race detector finds it); a
// slice of Bytes is used after the Free; a Block is never freed.
const (
	maxSmall   = 32 << 10 // bytes; larger blocks are made for each Alloc
	numClasses = 40       // sizeOf(numClasses-1) is maxSmall

	batchBytes = 64 << 10 // what moves at once to or from the heap, at most
	maxBatch   = 32       // the same in cells

	maxFreeCells = 256     // a list of a cache spills a batch at this length
	maxHeld      = 2 << 20 // bytes; a cache that holds as much spills half
)

// Block is memory that Alloc has handed out, for whoever has the Block. A copy is
// the same Block: when one is freed all are void. The zero Block is none.
type Block struct {
	cell *cell
	use  uint64
}

// cell is a piece of memory. It belongs to the list it is on, or to who has its
// Block.
type cell struct {
	data  []byte
	heap  *Heap // nil: a native G's
	class int   // noClass: of no list
	n     int   // how much of data the Block has
	use   uint64
}

const noClass = -1

// Heap is where the caches of a scheduler get their memory. Anybody may use it.
type Heap struct {
	// out is how many bytes caches and Gs have. Atomic, because all classes add
	// to it and Stats reads it, each without the others' locks. A sum: it orders
	// nothing.
	out     host.Int64
	central [numClasses]central
}

// central is the cells of one class that are in no cache.
type central struct {
	mu   host.CountedMutex
	free []*cell
}

// Cache is the memory cache of one P or M. Only the M that has it uses it, or who
// has stopped the world. A design that has threads calls Init first.
type Cache struct {
	heap *Heap
	free [numClasses][]*cell // the last freed is the first used
	held int                 // bytes in free
}

// Alloc returns a Block of n bytes, which are whatever their last user left there
// (0 in a new one). It panics if n is negative. Alloc and Free are no safe points,
// so they may be called with locks held, and while the world is stopped.
func (g *G) Alloc(n int) Block {
	mp := g.allocating("Alloc")
	if n < 0 {
		throw("G.Alloc: the size is %d; it must be at least 0", n)
	}
	if mp.native != nil || n > maxSmall {
		return newLarge(mp.heap(), n)
	}
	m := mp.impl.Cache().get(classOf(n))
	m.n = n
	return Block{m, m.use}
}

// Free takes back a Block that a G of this scheduler got from Alloc, not
// necessarily g. It panics if the Block is of another scheduler, or was freed
// before: see 'Blocks that were freed before'.
func (g *G) Free(b Block) {
	mp := g.allocating("Free")
	m := b.valid("G.Free")
	if m.heap != mp.heap() {
		throw("G.Free: the Block was allocated by another scheduler")
	}
	m.use++
	if m.class == noClass {
		m.freeLarge()
		return
	}
	mp.impl.Cache().put(m)
}

// allocating returns the M of g, which must run: in a system call it need not
// have a cache.
func (g *G) allocating(call string) *M {
	if g.status != Running {
		throw("G.%s: G %d is %s, not running: a G's methods are for its own body", call, g.id, g.status)
	}
	return g.m
}

// heap is nil beneath a native G.
func (mp *M) heap() *Heap {
	if mp.native != nil {
		return nil
	}
	return &mp.core.heap
}

// Bytes returns the memory of b, which is the caller's until b is freed. It
// panics if b was freed before.
func (b Block) Bytes() []byte {
	m := b.valid("Block.Bytes")
	return m.data[:m.n:m.n]
}

func (b Block) valid(call string) *cell {
	if b.cell == nil || b.use != b.cell.use {
		b.refuse(call)
	}
	return b.cell
}

func (b Block) refuse(call string) {
	if b.cell == nil {
		throw("%s: this is the zero Block; only G.Alloc makes others", call)
	}
	throw("%s: the Block was freed before", call)
}

// classOf returns the class of n bytes, 0 to maxSmall: that of the smallest cells
// that are large enough. Four classes a doubling waste at most a fifth of a cell;
// below 64 bytes they are 16 apart.
func classOf(n int) int {
	if n <= 64 {
		return max(n-1, 0) / 16
	}
	top := bits.Len(uint(n - 1)) // n is at most 1<<top
	return 4*(top-7) + (n-1)>>(top-3)
}

// sizeOf returns the size of the cells of class.
func sizeOf(class int) int {
	if class < 4 {
		return 16 * (class + 1)
	}
	return (5 + class%4) << (3 + class/4)
}

// batchOf returns how many cells of class move at once.
func batchOf(class int) int { return min(batchBytes/sizeOf(class), maxBatch) }

// Init makes the cache one of the scheduler's.
func (ca *Cache) Init(c *Core) { ca.heap = &c.heap }

// Flush returns everything to the heap. Executed only by who may use the cache.
func (ca *Cache) Flush() {
	for class := range ca.free {
		ca.spill(class, len(ca.free[class]))
	}
}

func (ca *Cache) get(class int) *cell {
	if len(ca.free[class]) == 0 {
		ca.refill(class)
	}
	free := ca.free[class]
	m := free[len(free)-1]
	ca.free[class] = free[:len(free)-1]
	ca.held -= len(m.data)
	return m
}

func (ca *Cache) put(m *cell) {
	free := append(ca.free[m.class], m)
	ca.free[m.class] = free
	ca.held += len(m.data)
	if len(free) == maxFreeCells {
		ca.spill(m.class, batchOf(m.class))
	}
	if ca.held >= maxHeld {
		ca.spillHalf()
	}
}

func (ca *Cache) spillHalf() {
	for class := range ca.free {
		ca.spill(class, len(ca.free[class])/2)
	}
}

// refill gets a batch of class, of which no cell is left.
func (ca *Cache) refill(class int) {
	if ca.heap == nil {
		panic(Broken("rt: Cache.refill: the design has not called Init"))
	}
	ca.free[class] = ca.heap.take(class, ca.free[class])
	ca.held += len(ca.free[class]) * sizeOf(class)
}

// spill returns the n cells of class that were freed first.
func (ca *Cache) spill(class, n int) {
	if n == 0 {
		return
	}
	if ca.heap == nil {
		panic(Broken("rt: Cache.spill: the design has not called Init"))
	}
	free := ca.free[class]
	ca.heap.put(class, free[:n])
	ca.free[class] = free[:copy(free, free[n:])]
	ca.held -= n * sizeOf(class)
}

func (h *Heap) setRanks() {
	for class := range h.central {
		h.central[class].mu.SetRank(rank.Heap)
	}
}

// take appends a batch of class to to: what there is, or a new one.
func (h *Heap) take(class int, to []*cell) []*cell {
	had := len(to)
	c := &h.central[class]
	c.mu.Lock()
	rest := max(0, len(c.free)-batchOf(class))
	to = append(to, c.free[rest:]...)
	c.free = c.free[:rest]
	c.mu.Unlock()
	if len(to) == had {
		to = h.grow(class, to)
	}
	h.out.Add(int64((len(to) - had) * sizeOf(class)))
	return to
}

// put takes back cells of class.
func (h *Heap) put(class int, cells []*cell) {
	c := &h.central[class]
	c.mu.Lock()
	c.free = append(c.free, cells...)
	c.mu.Unlock()
	h.out.Add(-int64(len(cells) * sizeOf(class)))
}

// grow appends a batch of new cells to to.
func (h *Heap) grow(class int, to []*cell) []*cell {
	n, size := batchOf(class), sizeOf(class)
	data, cells := make([]byte, n*size), make([]cell, n)
	for i := range cells {
		at := i * size
		cells[i] = cell{data: data[at : at+size : at+size], heap: h, class: class}
		to = append(to, &cells[i])
	}
	return to
}

// newLarge makes a Block that no cache takes. h is nil for a native G.
func newLarge(h *Heap, n int) Block {
	m := &cell{data: make([]byte, n), heap: h, class: noClass, n: n}
	if h != nil {
		h.out.Add(int64(n))
	}
	return Block{cell: m}
}

// freeLarge leaves the memory to the garbage collector.
func (m *cell) freeLarge() {
	if m.heap != nil {
		m.heap.out.Add(-int64(m.n))
	}
	m.data = nil
}

// addStats adds what the locks have cost, and sets CacheBytes.
func (h *Heap) addStats(s *Stats) {
	for class := range h.central {
		s.Sched.Add(h.central[class].mu.Count())
	}
	s.CacheBytes = h.out.Load()
}
