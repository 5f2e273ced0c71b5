package conform

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// tally counts how often each of n things was done.
type tally []atomic.Int32

func (a tally) requireAll(t *trial, times int32) {
	for i := range a {
		require.Equalf(t, times, a[i].Load(), "times that number %d was done", i)
	}
}

func spawnedByOne(t *trial) {
	ran := make(tally, t.many(50_000))
	t.run(func(g *rt.G) {
		for i := range ran {
			g.Go(func(*rt.G) { ran[i].Add(1) })
		}
	})
	ran.requireAll(t, 1)
}

func spawnedByMany(t *trial) {
	const spawners = 16
	each := t.many(2000)
	ran := make(tally, spawners*each)
	t.run(func(g *rt.G) {
		for k := range spawners {
			g.Go(func(g *rt.G) {
				for i := range each {
					g.Go(func(*rt.G) { ran[k*each+i].Add(1) })
					if i%100 == k {
						g.Yield()
					}
				}
			})
		}
	})
	ran.requireAll(t, 1)
}

// distinctIDs: IDs name Gs, whoever makes them.
func distinctIDs(t *trial) {
	const spawners, each = 10, 100
	ids := make([]uint64, spawners*(each+1))
	s := t.scheduler()
	for k := range spawners {
		mine := ids[k*(each+1):][:each+1]
		require.NoError(t, s.Go(func(g *rt.G) {
			mine[each] = g.ID()
			for i := range each {
				g.Go(func(g *rt.G) { mine[i] = g.ID() })
				g.Yield()
			}
		}))
	}
	require.NoError(t, s.Close())
	seen := map[uint64]bool{}
	for _, id := range ids {
		require.NotZero(t, id)
		require.Falsef(t, seen[id], "two Gs have the ID %d", id)
		seen[id] = true
	}
}

// deepTree: each G spawns the next.
func deepTree(t *trial) {
	depth := t.many(20_000)
	sum := 0
	var next func(i int) func(*rt.G)
	next = func(i int) func(*rt.G) {
		return func(g *rt.G) {
			sum += i // only one of them runs at a time
			if i < depth {
				g.Go(next(i + 1))
			}
		}
	}
	t.run(next(1))
	require.Equal(t, depth*(depth+1)/2, sum)
}

// binaryTree: Gs become twice as many from one generation to the next.
func binaryTree(t *trial) {
	const depth = 12
	leaves := make(tally, 1<<depth)
	var grow func(path, depth int) func(*rt.G)
	grow = func(path, depth int) func(*rt.G) {
		return func(g *rt.G) {
			if depth == 0 {
				leaves[path].Add(1)
				return
			}
			g.Go(grow(path<<1, depth-1))
			g.Go(grow(path<<1|1, depth-1))
		}
	}
	t.run(grow(0, depth))
	leaves.requireAll(t, 1)
}

// randomTree: how many children a node has follows from its seed, so the tree
// can be counted without a scheduler.
func randomTree(t *trial) {
	for seed := range uint64(5) {
		root := node{seed: seed, depth: 14}
		var nodes, sum atomic.Uint64
		var grow func(n node) func(*rt.G)
		grow = func(n node) func(*rt.G) {
			return func(g *rt.G) {
				for _, child := range n.children() {
					g.Go(grow(child))
					if child.seed%8 == 0 {
						g.Yield()
					}
				}
				nodes.Add(1)
				sum.Add(n.seed)
			}
		}
		t.run(grow(root))
		wantNodes, wantSum := root.count()
		require.Equal(t, wantNodes, nodes.Load())
		require.Equal(t, wantSum, sum.Load())
	}
}

type node struct {
	seed  uint64
	depth int
}

func (n node) children() []node {
	if n.depth == 0 {
		return nil
	}
	r := rand.New(rand.NewPCG(n.seed, uint64(n.depth)))
	list := make([]node, 1+r.IntN(2))
	for i := range list {
		list[i] = node{seed: r.Uint64(), depth: n.depth - 1}
	}
	return list
}

// count returns the number of nodes and the sum of their seeds.
func (n node) count() (nodes, sum uint64) {
	nodes, sum = 1, n.seed
	for _, child := range n.children() {
		more, seeds := child.count()
		nodes += more
		sum += seeds
	}
	return nodes, sum
}

// oneAfterAnother: Gs one at a time, so that each takes what the last one left.
func oneAfterAnother(t *trial) {
	n := t.many(100_000)
	ended := 0
	t.run(func(g *rt.G) {
		var turn atomic.Int64
		for i := range n {
			g.Go(func(*rt.G) {
				ended++
				turn.Store(int64(i + 1))
			})
			yieldUntil(g, func() bool { return turn.Load() == int64(i+1) })
		}
	})
	require.Equal(t, n, ended)
}
