package workloads

import (
	"math"
	"math/bits"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// calibration measures a constant of work.go.
type calibration struct {
	name     string
	declared int64 // ps a unit
	// prepare returns a function that computes some units, and how many.
	prepare func() (run func(), units int)
}

var calibrations = []calibration{
	{"fib", fibSpawnPs, func() (func(), int) {
		const n = 20
		return func() { sink = elidedFib(n) }, int(fibonacci(n+1)) - 1
	}},
	{"skynet", skynetActorPs, func() (func(), int) {
		const leaves = 10_000
		return func() { sink = uint64(elidedSkynet(0, leaves)) }, (skynetFanOut*leaves - 1) / 9
	}},
	{"nqueens", nqueensPlacementPs, func() (func(), int) {
		b := nqueensBoards[Small]
		return func() { sink = uint64(elidedQueens(queens{free: 1<<b.n - 1})) }, b.placements
	}},
	{"matmul", matmulBlockPs, func() (func(), int) {
		m := newProduct(matmulLeaf, 1)
		return func() { multiplyAddLeaf(m.c, m.a, m.b, m.n) }, 1
	}},
	{"quicksort_divide", quicksortDividePs, func() (func(), int) {
		return onCopies(func(v []uint64) { sink = uint64(divide(v)) })
	}},
	{"quicksort_sort", quicksortSortPs, func() (func(), int) {
		return onCopies(func(v []uint64) {
			for part := range slices.Chunk(v, quicksortGrain/2) {
				slices.Sort(part)
			}
		})
	}},
	{"uts", utsChildPs, func() (func(), int) {
		const children = 100
		n, shape := utsRoot(1), binomialTrees[Small].shape
		return func() {
			for i := range children {
				sink += uint64(shape.children(n.child(i)))
			}
		}, children
	}},
	{"scramble", scramblePs, func() (func(), int) {
		return func() { sink = scrambleOften(sink) }, pieceRounds
	}},
	{"sieve", sieveDivisionPs, func() (func(), int) {
		const numbers = 1000
		prime := sievePrimes[Normal] + 1
		return func() {
			for number := range numbers {
				if number%prime != 0 {
					sink++
				}
			}
		}, numbers
	}},
	{"hackbench", hackMessagePs, func() (func(), int) {
		const messages = 1000
		var next [hackSide]int32
		return func() {
			for i := range int32(messages) {
				if inTurn(&next, hackMessage{i * 7 % hackSide, i}) {
					sink++
				}
			}
		}, messages
	}},
	{"deep_stack", deepFramePs, func() (func(), int) {
		const depth = deepStackMax / 2
		g := rt.NewNativeG(spawner(nil))
		return func() { sink = descend(g, depth, &deepFrame{1}) }, depth
	}},
	{"cache_blocked", cacheWordPs, func() (func(), int) {
		const words = 512
		block := make([]byte, 8*words)
		return func() {
			fill(block, sink)
			if filled(block, sink) {
				sink++
			}
		}, words
	}},
	{"stop_world", stopWorldTaskPs, func() (func(), int) {
		w := &stopWorldRun{tasks: make([]stopped, stopWorldGs[Normal])}
		return func() { sink = w.sum() }, len(w.tasks)
	}},
}

// sink keeps the compiler from leaving out what is computed.
var sink uint64

// onCopies runs f on random numbers, which it may move. There are so many that no CPU learns
// how the comparisons end.
func onCopies(f func([]uint64)) (run func(), units int) {
	var r host.Rand
	r.Seed(1, inputStream)
	in := randomNumbers(&r, quicksortSizes[Normal])
	v := make([]uint64, len(in))
	return func() {
		copy(v, in)
		f(v)
	}, len(in)
}

// elided takes the place of G.Go. It keeps fn, so the function and what it refers to are
// allocated, as they are for a spawn.
//
//go:noinline
func elided(fn func(*rt.G)) {
	kept = fn
	fn(nil)
}

var kept func(*rt.G)

// elidedFib is fibOf without a scheduler, as are the next two of theirs.
func elidedFib(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	var spawned struct {
		gsync.WaitGroup
		fib uint64
	}
	elided(func(*rt.G) { spawned.fib = elidedFib(n - 1) })
	return spawned.fib + elidedFib(n-2)
}

func elidedSkynet(first, leaves int64) (total int64) {
	if leaves == 1 {
		return first
	}
	sums := make([]int64, 0, skynetFanOut) // in place of the channel
	each := leaves / skynetFanOut
	for i := range int64(skynetFanOut) {
		elided(func(*rt.G) { sums = append(sums, elidedSkynet(first+i*each, each)) })
	}
	for _, sum := range sums {
		total += sum
	}
	return total
}

func elidedQueens(q queens) int64 {
	if q.free == 0 {
		return 1
	}
	squares := q.free &^ (q.left | q.right)
	if squares == 0 {
		return 0
	}
	var below struct {
		gsync.WaitGroup
		found int64
	}
	sink += uint64(bits.OnesCount32(squares))
	for ; squares != 0; squares &= squares - 1 {
		next := q.place(squares & -squares)
		elided(func(*rt.G) { below.found += elidedQueens(next) })
	}
	return below.found
}

// BenchmarkWork measures what work.go declares.
func BenchmarkWork(b *testing.B) {
	for _, c := range calibrations {
		b.Run(c.name, func(b *testing.B) {
			run, units := c.prepare()
			run()
			b.ResetTimer()
			for range b.N {
				run()
			}
			ns := float64(b.Elapsed().Nanoseconds())
			b.ReportMetric(ns*1000/float64(b.N*units), "ps/unit")
			b.ReportMetric(float64(c.declared), "declared-ps")
		})
	}
}

// A constant that is wrong by its unit shows, whatever machine this is.
func TestWorkIsRoughlyWhatIsDeclared(t *testing.T) {
	if raceEnabled {
		t.Skip("computing takes many times as long under the race detector")
	}
	const factor = 10
	for _, c := range calibrations {
		t.Run(c.name, func(t *testing.T) {
			run, units := c.prepare()
			least := time.Duration(math.MaxInt64)
			for range 20 {
				start := time.Now() // by the real clock, whatever the host
				for range 1 + 1000/units {
					run()
				}
				least = min(least, time.Since(start))
			}
			ps := float64(least.Nanoseconds()) * 1000 / float64(units*(1+1000/units))
			require.Greater(t, ps, float64(c.declared)/factor, "ps a unit")
			require.Less(t, ps, float64(c.declared)*factor, "ps a unit")
		})
	}
}
