package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schedlab/bench"
)

// What sensitivity is about: which of the statements about designs hold whatever the parameters
// of the machine, within a factor of two each.
var (
	sensitiveWorkloads = []string{
		"fib", "skynet", "spawn_many_local", "create_single", "yield_many", "ping_pong_many",
		"fan_out_in", "chan_contended", "hackbench", "mutex_contended",
	}
	sensitiveDesigns = []string{"gm", "global", "gpm"}
	sensitiveCPUs    = []int{8, 32}
)

const (
	sensitiveMachine = "server64"
	unchanged        = "as it is" // the name of the results with the machine's own parameters
)

// sensitiveCells returns all cells.
func sensitiveCells() (list []bench.Cell) {
	for _, w := range sensitiveWorkloads {
		for _, d := range sensitiveDesigns {
			for _, n := range sensitiveCPUs {
				list = append(list, bench.Cell{Workload: w, Design: d, Procs: n})
			}
		}
	}
	return list
}

// statement says that one cell is faster than another, per operation.
type statement struct {
	text       string
	fast, slow string   // cells
	least      float64  // slow over fast, of all seeds of the machine as it is
	worst      float64  // of all variations
	worstAt    string   // a variation
	broken     []string // variations in which it is false
}

// clear is by how much two cells must differ, in all seeds, to make a statement.
const clear = 1.1

// statements returns what can be said of the machine as it is: of two designs on a workload, and
// of a design on few and on many CPUs.
func statements(base map[string][]float64) (list []statement) {
	add := func(a, b bench.Cell, text string) {
		x, y := base[a.String()], base[b.String()]
		if len(x) == 0 || len(y) == 0 {
			return
		}
		if least := slices.Min(y) / slices.Max(x); least >= clear {
			list = append(list, statement{
				text: text, fast: a.String(), slow: b.String(), least: least,
			})
		}
	}
	for _, w := range sensitiveWorkloads {
		for _, n := range sensitiveCPUs {
			for _, a := range sensitiveDesigns {
				for _, b := range sensitiveDesigns {
					add(bench.Cell{Workload: w, Design: a, Procs: n},
						bench.Cell{Workload: w, Design: b, Procs: n},
						fmt.Sprintf("%s: %s is faster than %s on %d CPUs", w, a, b, n))
				}
			}
		}
		few, many := sensitiveCPUs[0], sensitiveCPUs[1]
		for _, d := range sensitiveDesigns {
			a, b := bench.Cell{Workload: w, Design: d, Procs: few},
				bench.Cell{Workload: w, Design: d, Procs: many}
			add(a, b, fmt.Sprintf("%s: %s is faster on %d CPUs than on %d", w, d, few, many))
			add(b, a, fmt.Sprintf("%s: %s is faster on %d CPUs than on %d", w, d, many, few))
		}
	}
	return list
}

// valuesOf returns the values of each cell, by the name of the results.
func valuesOf(list []result) (byName map[string]map[string][]float64, names []string) {
	byName = map[string]map[string][]float64{}
	for _, r := range list {
		if byName[r.Name] == nil {
			byName[r.Name] = map[string][]float64{}
			names = append(names, r.Name)
		}
		if r.Error == "" {
			byName[r.Name][r.Cell] = append(byName[r.Name][r.Cell], r.Value)
		}
	}
	return byName, names
}

// try looks for the statement in all variations.
func (s *statement) try(byName map[string]map[string][]float64, names []string) {
	s.worst = s.least
	for _, name := range names {
		fast, slow := byName[name][s.fast], byName[name][s.slow]
		if name == unchanged || len(fast) == 0 || len(slow) == 0 {
			continue
		}
		ratio := median(slow) / median(fast)
		if ratio < s.worst {
			s.worst, s.worstAt = ratio, name
		}
		if ratio < 1 {
			s.broken = append(s.broken, name)
		}
	}
}

func sensitivityPart(s *strings.Builder, dir string) error {
	list, err := load(dir, sensitivityFile)
	if err != nil {
		return err
	}
	byName, names := valuesOf(list)
	all := statements(byName[unchanged])
	breaks := map[string]int{}
	survive := 0
	for i := range all {
		all[i].try(byName, names)
		if len(all[i].broken) == 0 {
			survive++
		}
		for _, name := range all[i].broken {
			breaks[name]++
		}
	}
	fmt.Fprintf(s, sensitivityHead, len(names)-1, len(all), survive)
	writeBreaks(s, breaks)
	writeStatements(s, all)
	writeBistable(s, byName[unchanged])
	return nil
}

func writeBreaks(s *strings.Builder, breaks map[string]int) {
	var order []string
	for name := range breaks {
		order = append(order, name)
	}
	slices.SortFunc(order, func(a, b string) int {
		return cmp.Or(breaks[b]-breaks[a], strings.Compare(a, b))
	})
	if len(order) == 0 {
		return
	}
	s.WriteString("\n| parameter | statements that it makes false |\n|---|--:|\n")
	for _, name := range order {
		fmt.Fprintf(s, "| %s | %d |\n", name, breaks[name])
	}
}

func writeStatements(s *strings.Builder, all []statement) {
	s.WriteString("\n| statement | ratio as it is, least of the seeds | least of all | at | |\n" +
		"|---|--:|--:|---|---|\n")
	for _, one := range all {
		verdict := "survives"
		if n := len(one.broken); n > 0 {
			verdict = fmt.Sprintf("false in %d", n)
		}
		fmt.Fprintf(s, "| %s | %.2f | %.2f | %s | %s |\n", one.text, one.least, one.worst,
			one.worstAt, verdict)
	}
}

// writeBistable lists the cells whose seeds differ much.
func writeBistable(s *strings.Builder, base map[string][]float64) {
	s.WriteString(bistableHead)
	none := true
	for _, c := range sensitiveCells() {
		v := base[c.String()]
		if len(v) > 1 && bistable(v) {
			none = false
			slices.Sort(v)
			fmt.Fprintf(s, "- %s on %s, %d CPUs:", c.Workload, c.Design, c.Procs)
			for _, ns := range v {
				fmt.Fprintf(s, " %s", digits(ns))
			}
			s.WriteString(" ns\n")
		}
	}
	if none {
		s.WriteString("None.\n")
	}
}
