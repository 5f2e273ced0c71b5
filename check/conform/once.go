package conform

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// requireCount checks a number of things. It is require.Equal for integers of any two types,
// which a failure shows as decimal numbers.
func requireCount[W, G ~int | ~int32 | ~int64 | ~uint64](
	t *trial, want W, got G, what string, args ...any,
) {
	t.Helper()
	require.Equal(t, int64(want), int64(got), append([]any{what}, args...)...)
}

// tally counts how often each of its things was done.
type tally []atomic.Int32

// requireAll checks that each thing was done so many times; done says what that is.
func (a tally) requireAll(t *trial, times int32, done string) {
	t.Helper()
	wrong := 0
	text := ""
	for i := range a {
		if n := a[i].Load(); n != times {
			if wrong++; wrong == 1 {
				text = fmt.Sprintf("number %d of %d: %d times, expected %d", i, len(a), n, times)
			}
		}
	}
	if wrong > 0 {
		require.Failf(t, done, "%s; %d numbers are wrong (less: lost, more: doubled)", text, wrong)
	}
}

// spawnedByOne: each of many Gs that one G spawns runs once. (I1)
func spawnedByOne(t *trial) {
	ran := make(tally, t.many(50_000))
	t.run(func(g *rt.G) {
		for i := range ran {
			g.Go(func(*rt.G) { ran[i].Add(1) })
		}
	})
	ran.requireAll(t, 1, "a spawned G must run once")
}

// spawnedByMany: each of the Gs that several Gs spawn at once runs once. (I1)
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
	ran.requireAll(t, 1, "a spawned G must run once")
}

// distinctIDs: no two Gs have the same ID, whether a G or a goroutine outside made them.
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
	require.NotContains(t, ids, uint64(0), "the ID of a G is 0, which means: no G")
	requireDistinct(t, ids, "the same ID was given to two Gs")
}

// requireDistinct checks that no two of list are equal; why says what it means if they are.
func requireDistinct[T comparable](t *trial, list []T, why string) {
	t.Helper()
	seen := make(map[T]int, len(list))
	for i, x := range list {
		if first, again := seen[x]; again {
			require.Failf(t, why, "%v is number %d of the list and number %d", x, first, i)
		}
		seen[x] = i
	}
}

// deepTree: in a chain in which each G spawns the next, each runs once. (I1)
func deepTree(t *trial) {
	depth := t.many(20_000)
	ran, sum := 0, 0
	var next func(i int) func(*rt.G)
	next = func(i int) func(*rt.G) {
		return func(g *rt.G) {
			ran++ // plain memory: only one G of the chain runs at a time
			sum += i
			if i < depth && ran <= depth { // a G that is doubled shall not double the rest
				g.Go(next(i + 1))
			}
		}
	}
	t.run(next(1))
	requireCount(t, depth, ran, "Gs of the chain that ran (less: lost, more: doubled)")
	requireCount(t, depth*(depth+1)/2, sum, "the sum of the numbers of the Gs that ran")
}

// binaryTree: where each G spawns two, the Gs of the last generation each run once. (I1)
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
	leaves.requireAll(t, 1, "a leaf of the tree must run once")
}

// randomTree: in a tree of Gs at random, each runs once. How many children a node has follows
// from its seed, so that the tree can be counted without a scheduler. (I1)
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
		requireCount(t, wantNodes, nodes.Load(),
			"Gs that ran in a tree with seed %d (less: lost, more: doubled)", seed)
		require.Equal(t, wantSum, sum.Load(),
			"sum over the Gs that ran: as many as there are nodes, but not each once")
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

// oneAfterAnother: each G is made when the one before has run, and runs once, though it is made
// from what that one left: its memory and its stack. (I1)
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
	requireCount(t, n, ended, "Gs that ran (less: lost, more: doubled)")
}
