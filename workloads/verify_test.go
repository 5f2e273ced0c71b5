package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each verification is given the right answer, which it must accept, and answers that are wrong in
// the least, which it must not accept.
func TestVerificationBites(t *testing.T) {
	type answer struct {
		what  string
		err   error
		wrong bool
	}
	board, tree := nqueensBoards[Small], binomialTrees[Small]
	inOrder := powerSumsOf([]uint64{1, 2, 3})
	for name, answers := range map[string][]answer{
		"fib": {
			{"right", checkFib(30, 832040), false},
			{"one too many", checkFib(30, 832041), true},
		},
		"skynet": {
			{"right", checkSkynet(1e6, 499999500000), false},
			{"a leaf is missing", checkSkynet(1e6, 499999500000-1), true},
		},
		"nqueens": {
			{"right", board.check(40), false},
			{"one is missing", board.check(39), true},
		},
		"matmul": {
			{"right", productWith(func([]uint64) {}).check(), false},
			{"one cell is one too large", productWith(func(c []uint64) { c[7]++ }).check(), true},
			{"the last cell was not computed",
				productWith(func(c []uint64) { c[len(c)-1] = 0 }).check(), true},
			{"two cells are exchanged",
				productWith(func(c []uint64) { c[0], c[1] = c[1], c[0] }).check(), true},
		},
		"quicksort": {
			{"right", checkSorted([]uint64{1, 2, 3}, inOrder), false},
			{"out of order", checkSorted([]uint64{1, 3, 2}, inOrder), true},
			{"another number", checkSorted([]uint64{1, 2, 4}, inOrder), true},
			{"the same sum", checkSorted([]uint64{2, 2, 2}, inOrder), true},
			{"one is lost", checkSorted([]uint64{1, 2}, inOrder), true},
		},
		"uts_binomial": {
			{"right", tree.check("uts_binomial", utsSize{6521, 67}), false},
			{"a node is missing", tree.check("uts_binomial", utsSize{6520, 67}), true},
			{"not deep enough", tree.check("uts_binomial", utsSize{6521, 66}), true},
		},
		"spawn_many_local": {
			{"right", checkCount("spawn_many_local", 10, 10), false},
			{"one is lost", checkCount("spawn_many_local", 9, 10), true},
			{"one ran twice", checkCount("spawn_many_local", 11, 10), true},
		},
		"deep_stack": {
			{"right", deepCallsWith(func(*deepCall) {}).check(), false},
			{"a word is one too large", deepCallsWith(func(c *deepCall) { c.sum++ }).check(), true},
			{"a frame more", deepCallsWith(func(c *deepCall) { c.depth++ }).check(), true},
		},
	} {
		for _, a := range answers {
			if !a.wrong {
				require.NoError(t, a.err, "%s: %s", name, a.what)
				continue
			}
			require.ErrorContains(t, a.err, "workloads: "+name+": wrong answer", a.what)
		}
	}
}

// productWith returns a product that is right except for what change does to it.
func productWith(change func(c []uint64)) *product {
	m := newProduct(8, 1)
	for i := range 8 {
		for j := range 8 {
			for k := range 8 {
				m.c.cells[8*i+j] += m.a.cells[8*i+k] * m.b.cells[8*k+j]
			}
		}
	}
	change(m.c.cells)
	return m
}

// deepCallsWith returns recursions whose sums are right except for what change does to the last.
func deepCallsWith(change func(*deepCall)) *deepCalls {
	d := newDeepCalls(3, 1)
	for i := range d.calls {
		c := &d.calls[i]
		for frame := range c.depth {
			for word := range uint64(deepStackWords) {
				c.sum += c.start + 1 + frame + word
			}
		}
	}
	change(&d.calls[2])
	return d
}
