package heap

// Block is memory that was handed out. It belongs to the code that has the Block. A
// copy is the same Block: when one is freed all are void. The zero Block is none.
//
// # Blocks that were freed before
//
// A Block says which use of its cell it stands for, and each Free begins another. So
// a Block that was freed differs from the one that its cell was handed out as since,
// and is refused. Three mistakes stay unseen:
//
//   - Two threads free the same Block, or one frees it and the other looks, without
//     synchronization. The race detector finds it.
//   - A slice that Bytes returned is used after the Free.
//   - A Block is never freed.
type Block struct {
	cell *cell
	use  uint64
}

// cell is a piece of memory. It belongs to the list it is on, or to the code that
// has its Block.
type cell struct {
	data  []byte
	heap  *Heap // nil: of none
	class int   // noClass: of no list
	n     int   // how much of data the Block has
	use   uint64
}

// New makes a Block that belongs to no Heap: for native Gs. Drop takes it back.
func New(n int) Block { return newLarge(nil, n) }

// Drop takes back a Block that New has made. It panics if b is another one, or was
// freed before: see 'Blocks that were freed before'.
func Drop(b Block) {
	m := b.valid("G.Free")
	if m.heap != nil {
		refuseForeign()
	}
	m.use++
	m.freeLarge()
}

// Bytes returns the memory of b, which is the caller's until b is freed. It panics if
// b was freed before.
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
		panic("rt: " + call + ": this is the zero Block; only G.Alloc makes others")
	}
	panic("rt: " + call + ": the Block was freed before")
}

func refuseForeign() { panic("rt: G.Free: the Block was allocated by another scheduler") }

// newLarge makes a Block that no cache takes.
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
