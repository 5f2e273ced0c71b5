package main

import (
	"fmt"
	"slices"
	"strings"

	"schedlab/bench"
	"schedlab/workloads"
)

// vm2 against the real host: cells, and which of them the parameters of vm2 were fitted to.

// realDesigns are those that are compared.
var realDesigns = []string{"gm", "global", "gpm"}

// counters are those that are compared, besides time.
var counters = []string{"contended/op", "futex/op", "steals/op", "wakes/op", "migrations/op"}

// medianTime is the median over all visits, beside the time of the fastest run.
const medianTime = "ns/op, median"

// realWorkloads returns the workloads that are compared. Those with timers take the time that
// they sleep.
func realWorkloads() (list []string) {
	for _, w := range workloads.Table {
		if !w.Sockets && !strings.HasPrefix(w.Name, "timers_") {
			list = append(list, w.Name)
		}
	}
	return list
}

// fitted says whether the parameters were fitted to the cells of a workload: every other one in
// the order of the table. The cells of the others are blind.
func fitted(workload string) bool { return slices.Index(realWorkloads(), workload)%2 == 0 }

func realCells() (list []bench.Cell) {
	for _, w := range realWorkloads() {
		for _, d := range realDesigns {
			for _, procs := range []int{1, 2} {
				list = append(list, bench.Cell{Workload: w, Design: d, Procs: procs})
			}
		}
	}
	return list
}

// pairs is two lists of figures of the same cells.
type pairs struct{ real, simulated []float64 }

func (p *pairs) add(real, simulated float64) {
	if real > 0 && simulated > 0 {
		p.real, p.simulated = append(p.real, real), append(p.simulated, simulated)
	}
}

// byCell returns the results by the name of the cell.
func byCell(list []result) map[string][]result {
	m := map[string][]result{}
	for _, r := range list {
		if r.Error == "" {
			m[r.Cell] = append(m[r.Cell], r)
		}
	}
	return m
}

// timeOf returns the median over seeds.
func timeOf(list []result) float64 {
	var v []float64
	for _, r := range list {
		v = append(v, r.Value)
	}
	return median(v)
}

func realPart(s *strings.Builder, dir string) error {
	measured, err := load(dir, realFile)
	if err != nil {
		return err
	}
	simulated, err := load(dir, vmFile)
	if err != nil {
		return err
	}
	real, sims := byCell(measured), byCell(simulated)
	s.WriteString(realHead)
	for _, group := range []struct {
		name string
		in   func(bench.Cell) bool
	}{
		{"fitted, 1 CPU", func(c bench.Cell) bool { return fitted(c.Workload) && c.Procs == 1 }},
		{"fitted, 2 CPUs", func(c bench.Cell) bool { return fitted(c.Workload) && c.Procs == 2 }},
		{"blind, 1 CPU", func(c bench.Cell) bool { return !fitted(c.Workload) && c.Procs == 1 }},
		{"blind, 2 CPUs", func(c bench.Cell) bool { return !fitted(c.Workload) && c.Procs == 2 }},
		{"blind, both", func(c bench.Cell) bool { return !fitted(c.Workload) }},
	} {
		var p pairs
		right, all := 0, 0
		for _, c := range realCells() {
			if a, b := real[c.String()], sims[c.String()]; group.in(c) && len(a) > 0 && len(b) > 0 {
				p.add(timeOf(a), timeOf(b))
			}
		}
		right, all = ordered(real, sims, group.in)
		if len(p.real) == 0 {
			continue
		}
		a := compare(p.real, p.simulated)
		fmt.Fprintf(s, "| %s | %d | %.2f | %.2f | %.0f%% | %s | %d of %d |\n", group.name, a.n,
			a.mean, a.spread, 100*a.within, correlation(a.rank), right, all)
	}
	writeCounters(s, real, sims)
	s.WriteString(realFoot)
	writeCells(s, real, sims)
	return nil
}

// ordered counts the pairs of designs on one workload and number of CPUs that are apart by clear
// in reality, and of them those that the simulation orders so, too.
func ordered(real, sims map[string][]result, in func(bench.Cell) bool) (right, all int) {
	for _, a := range realCells() {
		for _, d := range realDesigns {
			b := a
			b.Design = d
			ra, rb := real[a.String()], real[b.String()]
			sa, sb := sims[a.String()], sims[b.String()]
			if !in(a) || len(ra) == 0 || len(rb) == 0 || len(sa) == 0 || len(sb) == 0 {
				continue
			}
			if timeOf(rb) > clear*timeOf(ra) {
				all++
				if timeOf(sb) > timeOf(sa) {
					right++
				}
			}
		}
	}
	return right, all
}

// writeCounters compares the counters of all cells in which both are at least 0.001 an operation.
func writeCounters(s *strings.Builder, real, sims map[string][]result) {
	s.WriteString("\n| counter | cells | mean ratio | spread | within | rank correlation |\n" +
		"|---|--:|--:|--:|--:|--:|\n")
	for _, unit := range counters {
		var p pairs
		for _, c := range realCells() {
			a, b := real[c.String()], sims[c.String()]
			if len(a) == 0 || len(b) == 0 {
				continue
			}
			x, y := a[0].Counters[unit], b[0].Counters[unit]
			if x >= 0.001 && y >= 0.001 {
				p.add(x, y)
			}
		}
		if len(p.real) == 0 {
			continue
		}
		a := compare(p.real, p.simulated)
		fmt.Fprintf(s, "| %s | %d | %.2f | %.2f | %.0f%% | %s |\n", unit, a.n, a.mean, a.spread,
			100*a.within, correlation(a.rank))
	}
}

func writeCells(s *strings.Builder, real, sims map[string][]result) {
	s.WriteString("\n| cell | | real, ns | simulated | ratio | wakes/op real | simulated |\n" +
		"|---|---|--:|--:|--:|--:|--:|\n")
	for _, c := range realCells() {
		a, b := real[c.String()], sims[c.String()]
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		kind := "blind"
		if fitted(c.Workload) {
			kind = "fitted"
		}
		var seeds []float64
		for _, r := range b {
			seeds = append(seeds, r.Value)
		}
		if bistable(seeds) {
			kind += ", bistable"
		}
		fmt.Fprintf(s, "| %s %s %d | %s | %s | %s | %.2f | %.3f | %.3f |\n", c.Workload, c.Design,
			c.Procs, kind, digits(timeOf(a)), digits(timeOf(b)), timeOf(b)/timeOf(a),
			a[0].Counters["wakes/op"], b[0].Counters["wakes/op"])
	}
}

// besidePrograms are the numbers of other programs of the kind beside.
var besidePrograms = []int{0, 1, 2, 4}

func besideCells() (list []bench.Cell) {
	for _, w := range []string{"ping_pong", "chained_spawn", "ring"} {
		for _, d := range []string{"gm", "global"} {
			list = append(list, bench.Cell{Workload: w, Design: d, Procs: 2})
		}
	}
	return list
}

// discrepancyPart is about the cells in which vm2 is known to differ.
func discrepancyPart(s *strings.Builder, dir string) error {
	list, err := load(dir, besideFile)
	if err != nil {
		return err
	}
	measured, err := load(dir, realFile)
	if err != nil {
		return err
	}
	real, sims := byCell(measured), byCell(list)
	s.WriteString(discrepancyHead)
	for _, c := range besideCells() {
		name := c.String()
		if len(real[name]) == 0 {
			continue
		}
		n := real[name][0].Counters
		fmt.Fprintf(s, "| %s on %s | %s | %s, %.2f |", c.Workload, c.Design,
			digits(timeOf(real[name])), digits(n[medianTime]), n["wakes/op"])
		for _, programs := range besidePrograms {
			var at []result
			for _, r := range sims[name] {
				if r.At == programs {
					at = append(at, r)
				}
			}
			if len(at) == 0 {
				s.WriteString(" |")
				continue
			}
			fmt.Fprintf(s, " %s, %.2f |", digits(timeOf(at)), at[0].Counters["wakes/op"])
		}
		s.WriteString("\n")
	}
	s.WriteString(discrepancyFoot)
	return nil
}
