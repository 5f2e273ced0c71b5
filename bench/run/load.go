package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"

	"schedlab/bench"
	"schedlab/designs/all"
	"schedlab/workloads"
)

// results are the raw files of one folder, read back.
type results struct {
	env    string   // environment.txt
	files  []string // the raw files
	values map[figure][]float64
	failed map[bench.Cell]string // and why

	// What occurs, in the order in which reports show it.
	workloads []string
	procs     []int
	designs   []string
	units     []string
}

// figure is one thing that was measured of a cell; the unit is benchfmt's, in
// which ns have become sec.
type figure struct {
	cell bench.Cell
	unit string
}

// load reads the raw files in dir.
func load(dir string) (*results, error) {
	env, err := os.ReadFile(filepath.Join(dir, environmentFile))
	if inside := finished(filepath.Join(dir, "*")); err != nil && len(inside) > 0 {
		return nil, fmt.Errorf("%s is the folder of a machine; give one inside: %s", dir, strings.Join(inside, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%w; give a folder that an earlier run has written, results/MACHINE/NAME", err)
	}
	r := &results{env: string(env), values: map[figure][]float64{}, failed: map[bench.Cell]string{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if base := filepath.Base(name); base == environmentFile || base == textFile {
			continue
		}
		if err := r.read(name); err != nil {
			return nil, err
		}
	}
	if len(r.values)+len(r.failed) == 0 {
		return nil, fmt.Errorf("no results in %s; an interrupt before the first one leaves none", dir)
	}
	r.order()
	return r, nil
}

func (r *results) read(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	r.files = append(r.files, name)
	if err := r.readFailed(name, string(data)); err != nil {
		return err
	}
	in := benchfmt.NewReader(strings.NewReader(string(data)), name)
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.SyntaxError:
			return rec
		case *benchfmt.Result:
			c, err := parseCell(string(rec.Name.Full()))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for _, v := range rec.Values {
				f := figure{c, v.Unit}
				r.values[f] = append(r.values[f], v.Value)
			}
		}
	}
	return in.Err()
}

func (r *results) readFailed(name, data string) error {
	for line := range strings.Lines(data) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), failedMark)
		if !ok {
			continue
		}
		cell, reason, _ := strings.Cut(rest, ": ")
		c, err := parseCell(cell)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.failed[c] = reason
	}
	return nil
}

// parseCell is the inverse of Cell.String, with or without what precedes it in
// the name of a benchmark.
func parseCell(name string) (c bench.Cell, err error) {
	for part := range strings.SplitSeq(name, "/") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "workload":
			c.Workload = value
		case "design":
			c.Design = value
		case "procs":
			c.Procs, err = strconv.Atoi(value)
		}
	}
	if err != nil || c.Workload == "" || c.Design == "" || c.Procs == 0 {
		return c, fmt.Errorf("benchmark %q is not of the form .../workload=W/design=D/procs=N", name)
	}
	return c, nil
}

// order collects what occurs: workloads and designs as in their tables, those
// that are not there any more after them.
func (r *results) order() {
	cells := map[bench.Cell]bool{}
	units := map[string]bool{}
	for f := range r.values {
		cells[f.cell], units[f.unit] = true, true
	}
	for c := range r.failed {
		cells[c] = true
	}
	ws, ds, ps := map[string]bool{}, map[string]bool{}, map[int]bool{}
	for c := range cells {
		ws[c.Workload], ds[c.Design], ps[c.Procs] = true, true, true
	}
	r.workloads = asIn(workloads.Names(), ws)
	r.designs = asIn(all.Names(), ds)
	r.procs = slices.Sorted(maps.Keys(ps))
	r.units = slices.SortedFunc(maps.Keys(units), byNumber)
}

var digits = regexp.MustCompile(`\d+`)

// byNumber compares texts, the numbers in them by their values: d2us before
// d10us.
func byNumber(a, b string) int {
	padded := func(s string) string {
		return digits.ReplaceAllStringFunc(s, func(n string) string { return fmt.Sprintf("%9s", n) })
	}
	return strings.Compare(padded(a), padded(b))
}

// top returns the results with all the processors there were.
func (r *results) top() *results {
	top := *r
	top.procs = r.procs[len(r.procs)-1:]
	return &top
}

// fewest returns how many samples the cell has that has the fewest.
func (r *results) fewest() int {
	n := math.MaxInt
	for f, values := range r.values {
		if f.unit == timeUnit {
			n = min(n, len(values))
		}
	}
	return n
}

func asIn(table []string, found map[string]bool) []string {
	list := slices.Sorted(maps.Keys(found))
	slices.SortStableFunc(list, func(a, b string) int { return place(table, a) - place(table, b) })
	return list
}

func place(table []string, name string) int {
	if i := slices.Index(table, name); i >= 0 {
		return i
	}
	return len(table)
}

// sample returns what was measured of f, or nil if nothing was.
func (r *results) sample(f figure) *benchmath.Sample {
	values := r.values[f]
	if len(values) == 0 {
		return nil
	}
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// failures returns a line for each failed cell.
func (r *results) failures() []string {
	var lines []string
	for c, why := range r.failed {
		lines = append(lines, fmt.Sprintf("FAILED %v: %s", c, why))
	}
	slices.Sort(lines)
	return lines
}

// failure is the error of a comparison that has failed cells.
func (r *results) failure() error {
	if n := len(r.failed); n > 0 {
		return fmt.Errorf("failed cells: %d", n)
	}
	return nil
}
