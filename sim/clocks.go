package sim

// clocks says which CPU is behind all others: a tournament among their clocks, as a tree. The
// leaves are the CPUs that are to go on, and one more for the timers. Each inner node is the
// smaller of its two children.
//
// An element is a clock and, in its last bits, the number of the leaf, so that of equal clocks
// the lower number is first. To change a leaf takes as many steps as the tree is high.
type clocks struct {
	tree   []uint64 // node i has the children 2i and 2i+1; the root is 1
	leaves int      // a power of two; leaf i is node leaves+i
}

const (
	leafBits = 11 // MaxCPUs and one for the timers
	leafMask = 1<<leafBits - 1

	// never is the element of a leaf that has nothing to do. It is larger than all others,
	// and as a time later than maxLimit.
	never = 1<<63 - 1
)

func newClocks(leaves int) clocks {
	n := 1
	for n < leaves {
		n *= 2
	}
	t := clocks{make([]uint64, 2*n), n}
	for i := range t.tree {
		t.tree[i] = never
	}
	return t
}

// latest is later than all limits: an element has no room for more.
const latest = int64(maxLimit+maxLimit/10) * picosPerNs

// set makes leaf i due at ps.
func (t *clocks) set(i int32, ps int64) {
	t.put(i, uint64(min(ps, latest))<<leafBits|uint64(i))
}

// clear takes leaf i out.
func (t *clocks) clear(i int32) { t.put(i, never) }

func (t *clocks) put(i int32, v uint64) {
	node := t.leaves + int(i)
	t.tree[node] = v
	for node > 1 {
		v = min(v, t.tree[node^1])
		node /= 2
		t.tree[node] = v
	}
}

// first returns the element that is due first.
func (t *clocks) first() uint64 { return t.tree[1] }
