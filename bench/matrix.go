package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/workloads"
)

// Cell is one benchmark: a workload on a design with some number of Ps.
type Cell struct {
	Workload, Design string
	Procs            int
}

// String returns the name of the cell below that of the benchmark, in the /key=value form, of
// which benchstat can make any part a column.
func (c Cell) String() string {
	return fmt.Sprintf("workload=%s/design=%s/procs=%d", c.Workload, c.Design, c.Procs)
}

// Cells returns all combinations of the workloads, designs and numbers of Ps in three lists,
// whose elements are separated by commas. An empty list of names stands for the whole table.
// The error says which element is unknown, and which names there are.
func Cells(workloadList, designList, procsList string) ([]Cell, error) {
	ws, err := choose("workload", workloadList, workloads.Names(), known(workloads.Find))
	if err != nil {
		return nil, err
	}
	ds, err := choose("design", designList, all.Names(), known(all.Find))
	if err != nil {
		return nil, err
	}
	ps, err := choose("number of procs", procsList, nil, parseProcs)
	if err != nil {
		return nil, err
	}
	var cells []Cell
	for _, w := range ws {
		for _, d := range ds {
			for _, p := range ps {
				cells = append(cells, Cell{w, d, p})
			}
		}
	}
	return cells, nil
}

// choose parses the elements of list, or returns everything if it is empty. An element that
// occurs twice would be two benchmarks of one name.
func choose[T comparable](
	kind, list string, everything []T, parse func(string) (T, error),
) ([]T, error) {
	if list == "" && everything != nil {
		return everything, nil
	}
	var chosen []T
	for field := range strings.SplitSeq(list, ",") {
		field = strings.TrimSpace(field)
		if field == "" && everything != nil {
			return nil, fmt.Errorf("the list of %ss %q has an empty element; "+
				"give names like %v, or no list for all", kind, list, everything[0])
		}
		v, err := parse(field)
		if err != nil {
			return nil, err
		}
		if slices.Contains(chosen, v) {
			return nil, fmt.Errorf("%s %v is listed twice in %q; name it once", kind, v, list)
		}
		chosen = append(chosen, v)
	}
	return chosen, nil
}

// known returns a parser of the names that find knows.
func known[T any](find func(string) (T, error)) func(string) (string, error) {
	return func(name string) (string, error) {
		_, err := find(name)
		return name, err
	}
}

func parseProcs(field string) (int, error) {
	n, err := strconv.Atoi(field)
	if err != nil {
		return 0, fmt.Errorf("number of procs %q is not an integer; give a list like 1,2,4", field)
	}
	return n, rt.Config{Procs: n}.Check()
}
