package main

import (
	"math"
	"slices"
)

// agreement is how well simulated figures fit published or measured ones.
type agreement struct {
	n      int
	mean   float64 // geometric mean of simulated / real
	spread float64 // geometric standard deviation of that
	within float64 // share of ratios within near, either way
	shaped float64 // the same, once all were divided by mean
	rank   float64 // Spearman's correlation; NaN: fewer than three points
}

// near is how far a ratio may be from 1, for a figure to count as met.
const near = 1.5

// compare compares lists of the same length, whose elements are positive.
func compare(real, simulated []float64) (a agreement) {
	a.n = len(real)
	logs := make([]float64, a.n)
	for i := range real {
		logs[i] = math.Log(simulated[i] / real[i])
	}
	mean := average(logs)
	var squares []float64
	for _, l := range logs {
		squares = append(squares, (l-mean)*(l-mean))
	}
	a.mean, a.spread = math.Exp(mean), math.Exp(math.Sqrt(average(squares)))
	a.within, a.shaped = shareNear(logs, 0), shareNear(logs, mean)
	a.rank = spearman(real, simulated)
	return a
}

func average(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// shareNear returns the share of the logarithms that are near the one of the middle.
func shareNear(logs []float64, middle float64) float64 {
	n := 0
	for _, l := range logs {
		if math.Abs(l-middle) <= math.Log(near) {
			n++
		}
	}
	return float64(n) / float64(len(logs))
}

// spearman is Pearson's correlation of the ranks.
func spearman(a, b []float64) float64 {
	if len(a) < 3 {
		return math.NaN()
	}
	ra, rb := ranks(a), ranks(b)
	ma, mb := average(ra), average(rb)
	var ab, aa, bb float64
	for i := range ra {
		da, db := ra[i]-ma, rb[i]-mb
		ab, aa, bb = ab+da*db, aa+da*da, bb+db*db
	}
	if aa == 0 || bb == 0 {
		return math.NaN()
	}
	return ab / math.Sqrt(aa*bb)
}

// ranks returns the place of each element in the sorted list; equal ones share the mean.
func ranks(list []float64) []float64 {
	sorted := slices.Sorted(slices.Values(list))
	r := make([]float64, len(list))
	for i, v := range list {
		first, _ := slices.BinarySearch(sorted, v)
		last := first
		for last+1 < len(sorted) && sorted[last+1] == v {
			last++
		}
		r[i] = float64(first+last) / 2
	}
	return r
}

// The verdicts of a curve. What makes one is said in the report: keep them together.
const (
	timesAgree = "times agree"
	shapeAgree = "shape agrees"
	misses     = "misses"
)

// verdict judges a curve; shape says that times are not compared.
func (a agreement) verdict(shape bool) string {
	const most = 0.75 // of the points
	ordered := math.IsNaN(a.rank) || a.rank >= 0.7
	switch {
	case a.within >= most && ordered && !shape:
		return timesAgree
	case a.n > 1 && ordered && (shape && a.within >= most || !shape && a.shaped >= most):
		return shapeAgree
	}
	return misses
}

// bistable says that the values of one cell, one for each seed, are of two kinds: between two
// neighbours there is a gap of more than a fifth.
func bistable(values []float64) bool {
	sorted := slices.Sorted(slices.Values(values))
	for i := range len(sorted) - 1 {
		if sorted[i+1] > 1.2*sorted[i] {
			return true
		}
	}
	return false
}

// median of a list that is not empty.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[n/2] + sorted[(n-1)/2]) / 2
}
