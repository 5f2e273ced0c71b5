package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

	machine  string // that was simulated, or ""
	declined []declined

	// What occurs, in the order in which reports show it.
	workloads []string
	procs     []int
	designs   []string
	metrics   []bench.Metric
}

// figure is one thing that was measured of a cell. The unit is a Metric's Key.
type figure struct {
	cell bench.Cell
	unit string
}

// load reads the raw files in dir.
func load(dir string) (*results, error) {
	env, err := os.ReadFile(filepath.Join(dir, environmentFile))
	if inside := finished(filepath.Join(dir, "*")); err != nil && len(inside) > 0 {
		return nil, fmt.Errorf("%s is the folder of a machine; give one inside: %s",
			dir, strings.Join(inside, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%w; give a folder that an earlier run has written, "+
			"results/MACHINE/NAME", err)
	}
	r := &results{
		env:    string(env),
		values: map[figure][]float64{},
		failed: map[bench.Cell]string{},
	}
	if e := parseEnvironment(r.env); e.get(simulatedKey) != "" {
		r.machine = e.get("machine")
	}
	if err := r.read(dir); err != nil {
		return nil, err
	}
	if len(r.values)+len(r.failed) == 0 {
		return nil, fmt.Errorf("no results in %s; an interrupt before the first leaves none", dir)
	}
	r.order()
	return r, nil
}

// read reads all raw files in dir.
func (r *results) read(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return err
	}
	others := []string{environmentFile, textFile, declinedFile}
	r.files = slices.DeleteFunc(names, func(name string) bool {
		return slices.Contains(others, filepath.Base(name))
	})
	for _, name := range append(r.files, filepath.Join(dir, declinedFile)) {
		if err := r.readFailed(name); err != nil {
			return err
		}
	}
	return r.readValues()
}

func (r *results) readValues() error {
	in := benchfmt.Files{Paths: r.files}
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.SyntaxError:
			return rec
		case *benchfmt.Result:
			c, err := parseCell(rec.Name)
			if err != nil {
				name, line := rec.Pos()
				return fmt.Errorf("%s:%d: %w", name, line, err)
			}
			for _, v := range rec.Values {
				f := figure{c, v.Unit}
				r.values[f] = append(r.values[f], v.Value)
			}
		}
	}
	return in.Err()
}

// readFailed reads the lines of cells that have failed or were declined, which the Go benchmark
// format does not have.
func (r *results) readFailed(name string) error {
	data, err := os.ReadFile(name)
	if err != nil && filepath.Base(name) != declinedFile {
		return err
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		rest, fails := strings.CutPrefix(line, failedMark)
		rest, declines := strings.CutPrefix(rest, declinedMark)
		if !fails && !declines {
			continue
		}
		cell, reason, _ := strings.Cut(rest, ": ")
		c, err := parseCell(benchfmt.Name("Sched/" + cell))
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case declines:
			r.declined = append(r.declined, declined{c, reason})
		default:
			r.failed[c] = reason
		}
	}
	return nil
}

// order lists what occurs. Workloads, designs and metrics come in the order of their tables;
// those that the tables do not have any more follow.
func (r *results) order() {
	ws, ds, us, ps := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[int]bool{}
	occurs := func(c bench.Cell) { ws[c.Workload], ds[c.Design], ps[c.Procs] = true, true, true }
	for f := range r.values {
		occurs(f.cell)
		us[f.unit] = true
	}
	for c := range r.failed {
		occurs(c)
	}
	r.workloads = asIn(workloads.Names(), ws)
	r.designs = asIn(all.Names(), ds)
	r.procs = slices.Sorted(maps.Keys(ps))
	for _, unit := range asIn(bench.Keys(), us) {
		r.metrics = append(r.metrics, bench.MetricOf(unit))
	}
}

// asIn returns what was found, in the order of table. What table does not have follows, in the
// order of byNumber.
func asIn(table []string, found map[string]bool) []string {
	place := func(name string) int {
		if i := slices.Index(table, name); i >= 0 {
			return i
		}
		return len(table)
	}
	list := slices.SortedFunc(maps.Keys(found), byNumber)
	slices.SortStableFunc(list, func(a, b string) int { return place(a) - place(b) })
	return list
}

var digits = regexp.MustCompile(`\d+`)

// byNumber compares texts, and the numbers in them by their values: d2us comes before d10us.
func byNumber(a, b string) int {
	padded := func(s string) string {
		pad := func(n string) string { return fmt.Sprintf("%9s", n) }
		return digits.ReplaceAllStringFunc(s, pad)
	}
	return strings.Compare(padded(a), padded(b))
}

// top returns the results with the greatest number of Ps only.
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
