package dpor

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestABranchIsSmall: trees have thousands of branches, and 'Space' says how large they are.
func TestABranchIsSmall(t *testing.T) {
	require.LessOrEqual(t, reflect.TypeFor[branch]().Size(), uintptr(32))
}

func TestEqualEndsAreStoredOnce(t *testing.T) {
	var one, two, three wakeupTree
	var m reverser
	var p pool
	reversed{"0 w0; 2 w1; 3 w2; 1 w0", 0, 3, 9}.into(t, &one, &m, &p)
	reversed{"0 w0; 4 w5; 3 w2; 1 w0", 0, 3, 9}.into(t, &two, &m, &p)
	require.Equal(t, "2w1 (3w2 (1w0))", one.text())
	require.Equal(t, "4w5 (3w2 (1w0))", two.text())
	require.Same(t, one.first.rest, two.first.rest)
	// Other objects are known: that is another chain.
	reversed{"0 w0; 2 w1; 3 w2; 1 w0", 0, 3, 8}.into(t, &three, &m, &p)
	require.NotSame(t, one.first.rest, three.first.rest)
}

// What is inserted below one branch does not show below others that end alike.
func TestAChainNeverChanges(t *testing.T) {
	var one, two wakeupTree
	var m reverser
	var p pool
	same := reversed{"0 w0; 2 w1; 3 w2; 1 w0", 0, 3, 9}
	same.into(t, &one, &m, &p)
	same.into(t, &two, &m, &p)
	require.Same(t, one.first.chain, two.first.chain)
	reversed{"0 w0; 2 w1; 3 w2; 5 w0", 0, 3, 9}.into(t, &one, &m, &p)
	require.Equal(t, "2w1 (3w2 (1w0 | 5w0))", one.text())
	require.Equal(t, "2w1 (3w2 (1w0))", two.text())
	require.Same(t, one.first.rest.rest, one.first.then.first.then.first.chain, "the end stays")
	_, w := one.take(&p)
	rest := p.freeWay(w)
	require.Equal(t, "3w2 (1w0 | 5w0)", rest.text())
	require.Equal(t, "2w1 (3w2 (1w0))", two.text())
}

// Nothing becomes a branch of its own if a sequence leads to the same as a chain.
func TestWhatAChainCoversLeavesItAsItIs(t *testing.T) {
	var tree wakeupTree
	var m reverser
	var p pool
	for range 3 {
		reversed{"0 w0; 2 w1; 3 w2; 1 w0", 0, 3, 9}.into(t, &tree, &m, &p)
		reversed{"0 w0; 3 w2; 2 w1; 1 w0", 0, 3, 9}.into(t, &tree, &m, &p)
		reversed{"0 w0; 3 w2; 2 w1; 4 w6; 1 w0", 0, 4, 9}.into(t, &tree, &m, &p)
	}
	require.Equal(t, "2w1 (3w2 (1w0))", tree.text())
	require.True(t, tree.first.then.empty())
}

// Beyond the limit all slots are emptied: what is stored afterwards is new, and is found again.
func TestTheTableOfChainsHasALimit(t *testing.T) {
	var cs chains
	first := cs.one(&chain{objects: -1})
	for i := range int32(mostSlots) {
		x := chain{objects: i, rest: first}
		c := cs.one(&x)
		require.Same(t, c, cs.one(&x))
		require.LessOrEqual(t, 2*cs.used, len(cs.slots), fmt.Sprint(i))
	}
	require.Len(t, cs.slots, mostSlots)
	again := cs.one(&chain{objects: -1})
	require.NotSame(t, first, again)
	require.Equal(t, first, again)
}

// Steps that differ in one field only are not equal.
func TestChainsThatDiffer(t *testing.T) {
	var cs chains
	base := chain{step: someStep(1), objects: 3}
	other := []func(*chain){
		func(c *chain) { c.thread++ }, func(c *chain) { c.seq++ }, func(c *chain) { c.kind++ },
		func(c *chain) { c.waited = false }, func(c *chain) { c.outer = false },
		func(c *chain) { c.Obj++ }, func(c *chain) { c.Obj2++ }, func(c *chain) { c.Mode-- },
		func(c *chain) { c.objects++ }, func(c *chain) { c.doubt = true },
		func(c *chain) { c.choices = []int32{0} }, func(c *chain) { c.choices = []int32{1} },
		func(c *chain) { c.rest = cs.one(&chain{}) },
	}
	met := map[*chain]bool{cs.one(&base): true}
	for i, change := range other {
		c := base
		change(&c)
		stored := cs.one(&c)
		require.False(t, met[stored], "change %d", i)
		met[stored] = true
	}
	require.Len(t, met, 1+len(other))
}
