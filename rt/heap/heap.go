// Package heap is the small memory of Gs: a heap for each scheduler, and caches
// before it.
//
//	heap.go   the heap, from which the caches of a scheduler get batches
//	cache.go  the cache of one P or M
//	block.go  memory that was handed out, and how a stale handle is refused
//	class.go  the sizes of cells
//
// An M takes small memory from a cache that it alone uses at that time, so it needs neither a
// lock nor an atomic. The design decides whose cache that is (Machine.Cache), and this makes
// the difference. The cache of an M is held for as long as the M is blocked in the kernel. The
// cache of a P goes on to the next M.
//
// A cache has a list of free cells for each size class. An empty list gets a batch from the
// heap; a list that is too long returns a batch to it. A cell that is freed goes to the cache
// of the M that frees it, wherever it came from.
//
// Source: the MCache of Go 1.0 (malloc.h, mcache.c, msize.c of 2012), which is the thread cache
// of TCMalloc (Ghemawat, Menage). Limits and batches are as there. We deviate:
//
//   - There are four classes a doubling.
//   - A cache that holds too much gives up half of every list, not of what was not used lately.
//   - The heap cuts batches, not pages, to size, and keeps for its scheduler all that it made.
package heap

import (
	"schedlab/host"
	"schedlab/rt/rank"
)

// Heap is where the caches of a scheduler get their memory. Any thread may use it.
type Heap struct {
	// out is how many bytes caches and Gs have. Atomic, because all classes add to it and
	// Bytes reads it, each without the others' locks. It is a sum: it orders nothing.
	out     host.Int64
	central [numClasses]central
}

// central is the cells of one class that are in no cache.
type central struct {
	mu   host.CountedMutex
	free []*cell
}

// SetRanks gives the locks their rank.
func (h *Heap) SetRanks() {
	for class := range h.central {
		h.central[class].mu.SetRank(rank.Heap)
	}
}

// Bytes returns how many bytes caches hold, with what Gs have allocated and not
// freed.
func (h *Heap) Bytes() int64 { return h.out.Load() }

// Count returns what the locks have cost.
func (h *Heap) Count() (sum host.Count) {
	for class := range h.central {
		sum.Add(h.central[class].mu.Count())
	}
	return sum
}

// take appends a batch of class to to: the cells that there are, or new ones.
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
