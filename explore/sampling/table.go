package sampling

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
)

// Table returns rows as Markdown, and below them a table of one line a strategy. A program
// for which all medians are 1 has no line, and is counted.
func Table(rows []Row, seeds, budget int) string {
	var b strings.Builder
	names := Strategies()
	fmt.Fprintf(&b, "| program | %s |\n|---|%s\n", strings.Join(names, " | "),
		strings.Repeat("---|", len(names)))
	atOnce := 0
	for _, r := range rows {
		if r.atOnce() {
			atOnce++
			continue
		}
		b.WriteString(r.Line(budget))
	}
	if atOnce > 0 {
		fmt.Fprintf(&b, "\n%s, of which the median is 1 with each strategy.\n",
			engine.Count(atOnce, "more program"))
	}
	b.WriteString("\n" + summary(rows, seeds, budget))
	return b.String()
}

// Line returns r as a line of the table.
func (r *Row) Line(budget int) string {
	cells := []string{r.Name}
	for i := range r.First {
		cells = append(cells, r.cell(i, budget))
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// atOnce says whether all medians are 1.
func (r *Row) atOnce() bool {
	for i := range r.First {
		if r.median(i) != 1 {
			return false
		}
	}
	return true
}

// median returns that of the strategy i; 0 if half of the seeds have not found the bug.
func (r *Row) median(i int) int { return r.First[i][len(r.First[i])/2] }

// least returns the lowest median; 0 if there is none.
func (r *Row) least() int {
	all := []int{}
	for i := range r.First {
		all = append(all, r.median(i))
	}
	return slices.MinFunc(all, byExecution)
}

// found returns how many seeds of the strategy i have found the bug.
func (r *Row) found(i int) (n int) {
	for _, at := range r.First[i] {
		if at > 0 {
			n++
		}
	}
	return n
}

// cell returns the median of the strategy i with the quartiles, bold if it is the lowest, and
// how many seeds have found the bug, if not all.
func (r *Row) cell(i, budget int) string {
	all := r.First[i]
	at := func(k int) string {
		if all[k] == 0 {
			return fmt.Sprintf(">%d", budget)
		}
		return fmt.Sprint(all[k])
	}
	n := len(all) - 1
	median := at(n / 2)
	if m := r.median(i); m > 0 && m == r.least() {
		median = "**" + median + "**"
	}
	text := fmt.Sprintf("%s (%s–%s)", median, at(n/4), at(n-n/4))
	if found := r.found(i); found < len(all) {
		text += fmt.Sprintf(" %d/%d", found, len(all))
	}
	return text
}

// summary returns one line a strategy, over all rows.
func summary(rows []Row, seeds, budget int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| strategy | bugs found, of %d runs | lowest median, of %d programs | "+
		"lowest alone | geometric mean of the medians |\n|---|---|---|---|---|\n",
		len(rows)*seeds, len(rows))
	for i, name := range Strategies() {
		found, lowest, alone, logs := 0, 0, 0, 0.0
		for _, r := range rows {
			found += r.found(i)
			m := r.median(i)
			if m > 0 && m == r.least() {
				lowest++
				if r.alone() {
					alone++
				}
			}
			if m == 0 {
				m = budget
			}
			logs += math.Log(float64(m))
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.2f |\n", name, found, lowest, alone,
			math.Exp(logs/float64(max(1, len(rows)))))
	}
	return b.String()
}

// alone says whether one strategy alone has the lowest median.
func (r *Row) alone() bool {
	n := 0
	for i := range r.First {
		if r.median(i) == r.least() {
			n++
		}
	}
	return n == 1
}
