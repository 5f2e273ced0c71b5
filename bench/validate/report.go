package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The raw files of the report, in results/sim/validation.
const (
	curvesFile      = "curves.jsonl"
	sensitivityFile = "sensitivity.jsonl"
	realFile        = "real.jsonl"
	vmFile          = "vm2.jsonl"
	besideFile      = "beside.jsonl"
)

// writeReport makes validation.md of the raw files that are there.
func writeReport(module string) error {
	root := filepath.Join(module, "results", "sim")
	dir := filepath.Join(root, "validation")
	var s strings.Builder
	s.WriteString(honestWords)
	for _, part := range []func(*strings.Builder, string) error{
		curvesPart, sensitivityPart, realPart, discrepancyPart,
	} {
		if err := part(&s, dir); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	s.WriteString(notModelled)
	return os.WriteFile(filepath.Join(root, "validation.md"), []byte(s.String()), 0o666)
}

// bySeed groups the values of results of one name by point.
func bySeed(list []result, name string) (values map[int][]float64, failed string) {
	values = map[int][]float64{}
	for _, r := range list {
		switch {
		case r.Name != name:
		case r.Error != "":
			failed = r.Error
		default:
			values[r.At] = append(values[r.At], r.Value)
		}
	}
	return values, failed
}

func curvesPart(s *strings.Builder, dir string) error {
	list, err := load(dir, curvesFile)
	if err != nil {
		return err
	}
	var rows, details strings.Builder
	for _, c := range curves {
		values, failed := bySeed(list, cmp.Or(c.runs, c.name))
		c.detail(&details, values, failed)
		c.row(&rows, values)
	}
	s.WriteString(curvesHead)
	s.WriteString(rows.String())
	s.WriteString(curvesFoot)
	s.WriteString(details.String())
	return nil
}

// met returns the points that were simulated, with the median of their seeds.
func (c curve) met(values map[int][]float64) (real, simulated []float64) {
	for _, p := range c.points {
		if v := values[p.at]; len(v) > 0 {
			real, simulated = append(real, p.published), append(simulated, median(v))
		}
	}
	return real, simulated
}

// judged are the points that say something: 1 of 1 does not.
func (c curve) judged(values map[int][]float64) agreement {
	real, simulated := c.met(values)
	if c.shape && len(real) > 1 && real[0] == 1 && simulated[0] == 1 {
		return compare(real[1:], simulated[1:])
	}
	return compare(real, simulated)
}

func (c curve) row(s *strings.Builder, values map[int][]float64) {
	a := c.judged(values)
	if a.n == 0 {
		fmt.Fprintf(s, "| %s | | | | | not simulated |\n", c.title)
		return
	}
	fmt.Fprintf(s, "| %s | %.2f | %.2f | %.0f%% | %s | %s |\n", c.title, a.mean, a.spread,
		100*a.within, correlation(a.rank), a.verdict(c.shape))
}

func correlation(rank float64) string {
	if math.IsNaN(rank) {
		return "-"
	}
	return fmt.Sprintf("%.2f", rank)
}

func (c curve) detail(s *strings.Builder, values map[int][]float64, failed string) {
	fmt.Fprintf(s, "\n### %s\n\nPublished: %s. Simulated: %s. %s\n\n", c.title, c.source, c.machine,
		c.does)
	if failed != "" {
		fmt.Fprintf(s, "A simulation failed: %s\n\n", failed)
	}
	fmt.Fprintf(s, "| %s | published, %s | simulated | ratio | seeds, least to most |\n", c.axis,
		c.unit)
	s.WriteString("|--:|--:|--:|--:|---|\n")
	for _, p := range c.points {
		v := values[p.at]
		if len(v) == 0 {
			continue
		}
		mark := ""
		if bistable(v) {
			mark = ", bistable"
		}
		fmt.Fprintf(s, "| %d | %s | %s | %.2f | %s to %s%s |\n", p.at, digits(p.published),
			digits(median(v)), median(v)/p.published, digits(slices.Min(v)), digits(slices.Max(v)),
			mark)
	}
}

// digits prints three of them.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
