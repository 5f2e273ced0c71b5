package workloads

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The sizes in the table, of which the large ones are published, are those that a walk without a
// scheduler finds.
func TestUTSSizesAreThoseOfASequentialWalk(t *testing.T) {
	for _, trees := range [][]utsTree{binomialTrees[:], geometricTrees[:]} {
		for _, size := range sizesToWalk() {
			tree := trees[size]
			t.Run(fmt.Sprintf("%T/%s", tree.shape, size), func(t *testing.T) {
				require.Equal(t, tree.size, walkUTS(tree.shape, utsRoot(tree.seed)))
			})
		}
	}
}

// walkUTS keeps a stack of nodes to visit.
func walkUTS(shape utsShape, root utsNode) (size utsSize) {
	stack := []utsNode{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		size.Nodes++
		size.Depth = max(size.Depth, n.depth)
		for i := range shape.children(n) {
			stack = append(stack, n.child(i))
		}
	}
	return size
}
