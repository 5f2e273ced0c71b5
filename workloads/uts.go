package workloads

import (
	"crypto/sha1"
	"encoding/binary"
	"math"

	"schedlab/host"
	"schedlab/rt"
)

// utsBinomial and utsGeometric count the nodes of a tree that is unknown before it has been walked.
// The state of a node is a hash of its parent's, and says how many children it has. No G joins
// another: a G spawns and ends, and the run is over when no G is left.
//
// They stress balancing the load when subtrees differ wildly and nothing can be planned. In the
// binomial tree almost every subtree is tiny and a few are huge (here 1572 deep), so that work gets
// scarce again and again: it is the hard one. In the geometric tree subtrees of one depth are
// alike.
//
// Not stressed: the smallest Gs. A G visits a node that has children: it hashes each child and
// spawns a G for those that have children in turn. Leaves, seven of eight nodes in the binomial
// tree, would be a G without work, so their parent counts them. So a G takes about a microsecond.
// Nor is there any input for a seed: the published trees have their own.
//
// Source: Olivier, Huan, Liu, Prins, Dinan, Sadayappan, Tseng, "UTS: An Unbalanced Tree Search
// Benchmark", LCPC 2006; its sample trees T3 and T1.
var (
	utsBinomial = Workload{
		Name:    "uts_binomial",
		Doc:     "unbalanced tree search, few huge subtrees: balancing what cannot be planned",
		Prepare: prepareUTS("uts_binomial", binomialTrees[:]),
	}
	utsGeometric = Workload{
		Name:    "uts_geometric",
		Doc:     "unbalanced tree search, subtrees alike: spreading plenty of work",
		Prepare: prepareUTS("uts_geometric", geometricTrees[:]),
	}
)

// utsTree is a tree and what is known of it.
type utsTree struct {
	seed  uint32
	shape utsShape
	size  utsSize
}

// utsSize is the answer.
type utsSize struct {
	Nodes int64
	Depth int32 // of the deepest node; the root's is 0
}

// The large trees are published; the others, of the same family, were counted.
var (
	binomialTrees = [...]utsTree{
		Small:  {42, binomial{root: 40, m: 8, q: 0.124875}, utsSize{6521, 67}},
		Normal: {40, binomial{root: 200, m: 8, q: 0.124875}, utsSize{152009, 362}},
		Large:  {42, binomial{root: 2000, m: 8, q: 0.124875}, utsSize{4112897, 1572}},
	}
	geometricTrees = [...]utsTree{
		Small:  {19, geometric{b: 4, depth: 5}, utsSize{3987, 5}},
		Normal: {19, geometric{b: 4, depth: 8}, utsSize{257042, 8}},
		Large:  {19, geometric{b: 4, depth: 10}, utsSize{4130071, 10}},
	}
)

func prepareUTS(name string, trees []utsTree) func(Params) (*Instance, error) {
	return func(p Params) (*Instance, error) {
		tree := trees[p.Size]
		return &Instance{
			Ops: int(tree.size.Nodes),
			Op:  "node",
			Run: func(s rt.Scheduler) error {
				search := &utsSearch{shape: tree.shape}
				if err := s.Run(func(g *rt.G) { search.start(g, tree.seed) }); err != nil {
					return err
				}
				return tree.check(name, search.size())
			},
		}, nil
	}
}

func (t *utsTree) check(name string, got utsSize) error {
	if got != t.size {
		return wrong(name, got, t.size)
	}
	return nil
}

// utsNode is a node, which is the root of a tree that it determines.
type utsNode struct {
	state [sha1.Size]byte
	depth int32
}

func utsRoot(seed uint32) utsNode {
	var in [sha1.Size]byte
	binary.BigEndian.PutUint32(in[sha1.Size-4:], seed)
	return utsNode{state: sha1.Sum(in[:])}
}

func (n *utsNode) child(i int) utsNode {
	var in [sha1.Size + 4]byte
	copy(in[:], n.state[:])
	binary.BigEndian.PutUint32(in[sha1.Size:], uint32(i))
	return utsNode{sha1.Sum(in[:]), n.depth + 1}
}

// uniform is a number in [0, 1): the last 31 bits of the state.
func (n *utsNode) uniform() float64 {
	return float64(binary.BigEndian.Uint32(n.state[sha1.Size-4:])&math.MaxInt32) / (1 << 31)
}

// utsShape says how many children a node has. The node is passed by value, or each would be
// allocated.
type utsShape interface {
	children(n utsNode) int
}

// binomial: the root has root children, any other node m with probability q, and else none.
type binomial struct {
	root, m int
	q       float64
}

func (b binomial) children(n utsNode) int {
	switch {
	case n.depth == 0:
		return b.root
	case n.uniform() < b.q:
		return b.m
	}
	return 0
}

// geometric: above depth, the number of children follows a geometric distribution with mean b; at
// depth there are none.
type geometric struct {
	b     float64
	depth int32
}

// utsMaxChildren bounds a geometric node, as in the original.
const utsMaxChildren = 100

func (t geometric) children(n utsNode) int {
	if n.depth >= t.depth {
		return 0
	}
	p := 1 / (1 + t.b)
	k := math.Floor(math.Log(1-n.uniform()) / math.Log(1-p)) // inverse of the distribution
	return min(int(k), utsMaxChildren)
}

// utsSearch is a walk through a tree, and what it has found.
type utsSearch struct {
	shape utsShape
	found [16]utsFound // a G adds to the one that its node's state names
}

// utsFound has a pair of cache lines for itself, so that adding up costs nothing next to a
// microsecond of hashing.
type utsFound struct {
	nodes host.Int64
	depth host.Int32
	_     [128 - 12]byte
}

func (s *utsSearch) start(g *rt.G, seed uint32) {
	root := utsRoot(seed)
	s.add(&root, 1, root.depth)
	s.visit(g, root)
}

// visit finds the children of n, which has some.
func (s *utsSearch) visit(g *rt.G, n utsNode) {
	k := s.shape.children(n)
	for i := range k {
		c := n.child(i)
		computed(1, utsChildPs)
		if s.shape.children(c) > 0 {
			g.Go(func(g *rt.G) { s.visit(g, c) })
		}
	}
	s.add(&n, int64(k), n.depth+1)
}

func (s *utsSearch) add(n *utsNode, nodes int64, depth int32) {
	found := &s.found[int(n.state[0])%len(s.found)]
	found.nodes.Add(nodes)
	for old := found.depth.Load(); old < depth; old = found.depth.Load() {
		found.depth.CompareAndSwap(old, depth)
	}
}

func (s *utsSearch) size() (size utsSize) {
	for i := range s.found {
		size.Nodes += s.found[i].nodes.Load()
		size.Depth = max(size.Depth, s.found[i].depth.Load())
	}
	return size
}
