package heap

import "schedlab/rt/fault"

const (
	maxFreeCells = 256     // a list spills a batch at this length
	maxHeld      = 2 << 20 // bytes; a cache that holds as much spills half
)

// Cache is the memory cache of one P or M. Only the M that has it uses it, or the M
// that has stopped the world. Init comes first.
type Cache struct {
	heap *Heap
	free [numClasses][]*cell // the last freed is the first used
	held int                 // bytes in free
}

// Init makes the cache one of h's.
func (ca *Cache) Init(h *Heap) { ca.heap = h }

// Alloc returns a Block of n bytes, at least 0. They hold whatever their last user
// left there; new ones are 0.
func (ca *Cache) Alloc(n int) Block {
	if n > maxSmall {
		return newLarge(ca.home("Alloc"), n)
	}
	class := classOf(n)
	if len(ca.free[class]) == 0 {
		ca.refill(class)
	}
	free := ca.free[class]
	m := free[len(free)-1]
	ca.free[class] = free[:len(free)-1]
	ca.held -= len(m.data)
	m.n = n
	return Block{m, m.use}
}

// Free takes back a Block that any cache of the same Heap has handed out. It panics
// if the Block is another Heap's, or was freed before: see 'Blocks that were freed
// before'.
func (ca *Cache) Free(b Block) {
	m := b.valid("G.Free")
	if m.heap != ca.heap {
		ca.home("Free")
		refuseForeign()
	}
	m.use++
	if m.class == noClass {
		m.freeLarge()
		return
	}
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

// Flush returns everything to the heap.
func (ca *Cache) Flush() {
	for class := range ca.free {
		ca.spill(class, len(ca.free[class]))
	}
}

// home returns the heap, which a design must have given to Init.
func (ca *Cache) home(call string) *Heap {
	if ca.heap == nil {
		panic(fault.Broken("rt: Cache." + call + ": the design has not called Init"))
	}
	return ca.heap
}

// refill gets a batch of class, of which no cell is left.
func (ca *Cache) refill(class int) {
	ca.free[class] = ca.home("Alloc").take(class, ca.free[class])
	ca.held += len(ca.free[class]) * sizeOf(class)
}

// spill returns the n cells of class that were freed first.
func (ca *Cache) spill(class, n int) {
	if n == 0 {
		return
	}
	free := ca.free[class]
	ca.heap.put(class, free[:n])
	ca.free[class] = free[:copy(free, free[n:])]
	ca.held -= n * sizeOf(class)
}

func (ca *Cache) spillHalf() {
	for class := range ca.free {
		ca.spill(class, len(ca.free[class])/2)
	}
}
