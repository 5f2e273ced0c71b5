package workloads

import (
	"slices"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// matmul multiplies two square matrices by recursion: the quadrants of the product are independent,
// so three are spawned and the fourth is computed in place.
//
// Stresses fork-join at a granularity where the scheduler is an overhead, and where Gs are stolen
// with the data they touch. A leaf is some microseconds of arithmetic on a block that fits the
// first cache.
//
// Not stressed: imbalance. Nor is it a fast multiplication.
//
// The elements are integers modulo 2^64, so that the answer does not depend on the order of
// additions and can be verified.
//
// Source: Cilk-5's matmul; BenchmarkMatmult of Go's runtime is like it.
var matmul = Workload{
	Name:    "matmul",
	Doc:     "balanced fork-join with a few µs of arithmetic a leaf",
	Prepare: prepareMatmul,
}

var matmulSizes = [...]int{Small: 64, Normal: 256, Large: 1024}

// matmulLeaf is the side of the blocks that are not divided.
const matmulLeaf = 16

func prepareMatmul(p Params) (*Instance, error) {
	m := newProduct(matmulSizes[p.Size], p.Seed)
	leaves := m.n / matmulLeaf
	return &Instance{
		Ops: leaves * leaves * leaves,
		Op:  "block",
		Run: func(s rt.Scheduler) error {
			clear(m.c.cells)
			if err := s.Run(func(g *rt.G) { multiplyAdd(g, m.c, m.a, m.b, m.n) }); err != nil {
				return err
			}
			return m.check()
		},
	}, nil
}

// product is c = a*b, with what it takes to verify it.
type product struct {
	n       int
	a, b, c matrix
	probe   []uint64 // a random vector
	want    []uint64 // a*(b*probe)
}

func newProduct(n int, seed uint64) *product {
	var r host.Rand
	r.Seed(seed, inputStream)
	m := &product{n: n, probe: randomNumbers(&r, n)}
	m.a = matrix{randomNumbers(&r, n*n), n}
	m.b = matrix{randomNumbers(&r, n*n), n}
	m.c = matrix{make([]uint64, n*n), n}
	m.want = m.a.times(m.b.times(m.probe))
	return m
}

// check verifies the product in n² steps: c*probe must be a*(b*probe) (Freivalds 1977). A wrong c
// passes with a probability of at most 1/2, if its only error is a 2^63, and of 2^-64 if the error
// is odd.
func (m *product) check() error {
	got := m.c.times(m.probe)
	for i := range got {
		if got[i] != m.want[i] {
			return wrong("matmul", got[i], m.want[i])
		}
	}
	return nil
}

func randomNumbers(r *host.Rand, n int) []uint64 {
	v := make([]uint64, n)
	for i := range v {
		v[i] = uint64(r.Uint32())<<32 | uint64(r.Uint32())
	}
	return v
}

// matrix is a square matrix, or a square part of one.
type matrix struct {
	cells  []uint64 // from its first to its last, by rows
	stride int      // from a cell to the one below
}

// quadrant returns the part in row i and column j, both 0 or 1, of a matrix that is divided into
// parts with h rows each.
func (m matrix) quadrant(h, i, j int) matrix {
	return matrix{m.cells[i*h*m.stride+j*h:], m.stride}
}

// times returns the product of a whole matrix with a vector.
func (m matrix) times(v []uint64) []uint64 {
	out := make([]uint64, 0, len(v))
	for row := range slices.Chunk(m.cells, m.stride) {
		var sum uint64
		for j, x := range row {
			sum += x * v[j]
		}
		out = append(out, sum)
	}
	return out
}

// multiplyAdd does c += a*b on matrices with n rows.
func multiplyAdd(g *rt.G, c, a, b matrix, n int) {
	if n <= matmulLeaf {
		multiplyAddLeaf(c, a, b, n)
		computed(1, matmulBlockPs)
		return
	}
	var wg gsync.WaitGroup
	for q := range 3 {
		wg.Go(g, func(g *rt.G) { multiplyAddQuadrant(g, c, a, b, n/2, q/2, q%2) })
	}
	multiplyAddQuadrant(g, c, a, b, n/2, 1, 1)
	wg.Wait(g)
}

// multiplyAddQuadrant does so for the quadrant in row i and column j of c: one product after the
// other, since both add to the same cells.
func multiplyAddQuadrant(g *rt.G, c, a, b matrix, h, i, j int) {
	for k := range 2 {
		multiplyAdd(g, c.quadrant(h, i, j), a.quadrant(h, i, k), b.quadrant(h, k, j), h)
	}
}

func multiplyAddLeaf(c, a, b matrix, n int) {
	for i := range n {
		cRow := c.cells[i*c.stride:][:n]
		for k, x := range a.cells[i*a.stride:][:n] {
			bRow := b.cells[k*b.stride:][:n]
			for j := range cRow {
				cRow[j] += x * bRow[j]
			}
		}
	}
}
