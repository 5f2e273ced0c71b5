package workloads

import (
	"slices"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// quicksort sorts random numbers: a G divides its part, spawns one half, goes on with the other,
// and joins in the end.
//
// Stresses how fast a design spreads work: the first divisions are long and serial, so there is
// little to run at first and plenty later.
//
// Not stressed: balance, which random pivots do not give. The long divisions contain no safe point,
// so a design that preempts at safe points only cannot do so there.
//
// Source: Hoare 1961; the Cilk-5 examples.
var quicksort = Workload{
	Name:    "quicksort",
	Doc:     "fork-join that starts serial and widens: how fast work spreads",
	Prepare: prepareQuicksort,
}

var quicksortSizes = [...]int{Small: 10_000, Normal: 300_000, Large: 5_000_000}

// quicksortGrain is the length of parts that are sorted without dividing.
const quicksortGrain = 128

func prepareQuicksort(p Params) (*Instance, error) {
	var r host.Rand
	r.Seed(p.Seed, inputStream)
	in := randomNumbers(&r, quicksortSizes[p.Size])
	out := make([]uint64, len(in))
	want := powerSumsOf(in)
	return &Instance{
		Ops: len(in),
		Op:  "element",
		Run: func(s rt.Scheduler) error {
			copy(out, in)
			if err := s.Run(func(g *rt.G) { sortNumbers(g, out) }); err != nil {
				return err
			}
			return checkSorted(out, want)
		},
	}, nil
}

// powerSums are the same for two slices if one is a permutation of the other, and else differ
// almost surely. They are modulo 2^64.
type powerSums struct{ sum, squares uint64 }

func powerSumsOf(v []uint64) (p powerSums) {
	for _, x := range v {
		p.sum += x
		p.squares += x * x
	}
	return p
}

// checkSorted verifies that v is in order and has the power sums of the input.
func checkSorted(v []uint64, want powerSums) error {
	for i := 1; i < len(v); i++ {
		if v[i-1] > v[i] {
			return wrong("quicksort", v[i-1:i+1], "numbers in order")
		}
	}
	if got := powerSumsOf(v); got != want {
		return wrong("quicksort", got, want)
	}
	return nil
}

func sortNumbers(g *rt.G, v []uint64) {
	if len(v) <= quicksortGrain {
		sortPart(v)
		return
	}
	var wg gsync.WaitGroup
	for len(v) > quicksortGrain {
		middle := divide(v)
		computed(len(v), quicksortDividePs)
		low := v[:middle]
		wg.Go(g, func(g *rt.G) { sortNumbers(g, low) })
		v = v[middle:]
	}
	sortPart(v)
	wg.Wait(g)
}

func sortPart(v []uint64) {
	slices.Sort(v)
	computed(len(v), quicksortSortPs)
}

// divide moves numbers of v, three at least, so that none of v[:middle] is greater than any of
// v[middle:], and neither part is empty (Hoare's scheme).
func divide(v []uint64) (middle int) {
	pivot := medianOf(v[0], v[len(v)/2], v[len(v)-1])
	i, j := 0, len(v)-1
	for {
		for v[i] < pivot {
			i++
		}
		for v[j] > pivot {
			j--
		}
		if i >= j {
			return i
		}
		v[i], v[j] = v[j], v[i]
		i++
		j--
	}
}

func medianOf(a, b, c uint64) uint64 {
	return max(min(a, b), min(max(a, b), c))
}
