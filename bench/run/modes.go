package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"schedlab/bench"
)

// # Modes
//
// A cell of a simulated machine may be bistable: it runs fast with some seeds and slowly with
// others, because a convoy forms at a lock or does not. A mean of both is no speed at which it
// ever runs, so the modes are told apart, and each has a median of its own.
//
// The samples are sorted by their times and parted where neighbours differ most. The parts are
// modes if they differ there by modeGap at least, and by more than the square of the spread
// within each of them. Otherwise there is one mode.

const modeGap = 1.3

// mode is a list of samples of a cell, by their places.
type mode []int

// modesOf returns the modes of a cell with these times. The one of most samples is the first; of
// equal ones, the faster.
func modesOf(times []float64) []mode {
	order := make(mode, len(times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	spread := func(m mode) float64 { return times[m[len(m)-1]] / times[m[0]] }
	gap, at := 0.0, 0
	for i := 1; i < len(order); i++ {
		if g := times[order[i]] / times[order[i-1]]; g > gap {
			gap, at = g, i
		}
	}
	if at == 0 {
		return []mode{order}
	}
	fast, slow := order[:at], order[at:]
	if gap < modeGap || gap <= math.Pow(max(spread(fast), spread(slow)), 2) {
		return []mode{order}
	}
	if len(slow) > len(fast) {
		return []mode{slow, fast}
	}
	return []mode{fast, slow}
}

// modes returns the modes of a cell; none if it has no samples.
func (r *results) modes(c bench.Cell) []mode {
	if times := r.values[figure{c, timeUnit}]; len(times) > 0 {
		return modesOf(times)
	}
	return nil
}

func (r *results) bistable(c bench.Cell) bool { return len(r.modes(c)) > 1 }

// bistableCells returns a line for each cell of two modes of a simulated machine, since
// benchstat's tables do not tell them apart.
func (r *results) bistableCells() (lines []string) {
	for _, w := range r.workloads {
		for _, d := range r.designs {
			for _, n := range r.procs {
				c := bench.Cell{Workload: w, Design: d, Procs: n}
				if r.machine != "" && r.bistable(c) {
					text := modeText(r, figure{c, timeUnit}, bench.Metrics[0])
					lines = append(lines, fmt.Sprintf("%v has %s", c, text))
				}
			}
		}
	}
	return lines
}

// of returns the values of f in the mode. A figure that some samples lack has no modes: then it
// returns all.
func (m mode) of(r *results, f figure) []float64 {
	values := r.values[f]
	if len(values) != len(r.values[figure{f.cell, timeUnit}]) {
		return values
	}
	var list []float64
	for _, i := range m {
		list = append(list, values[i])
	}
	return list
}

// middle returns the median, and by which part of it the values differ from it at most.
func middle(values []float64) (median, spread float64) {
	if len(values) == 0 {
		return 0, 0
	}
	list := slices.Sorted(slices.Values(values))
	n := len(list)
	median = (list[(n-1)/2] + list[n/2]) / 2
	if median != 0 {
		spread = max(list[n-1]/median-1, 1-list[0]/median)
	}
	return median, spread
}

// modeText writes a figure: the median and the spread, of each mode if there are two.
func modeText(r *results, f figure, m bench.Metric) string {
	list := r.modes(f.cell)
	var texts []string
	for _, mode := range list {
		v, spread := middle(mode.of(r, f))
		text := fmt.Sprintf("%s ±%.0f%%", m.Format(v), 100*spread)
		if len(list) > 1 {
			text = fmt.Sprintf("%d× %s", len(mode), text)
		}
		texts = append(texts, text)
	}
	if len(list) > 1 {
		return "two modes: " + strings.Join(texts, ", ")
	}
	return strings.Join(texts, "")
}
