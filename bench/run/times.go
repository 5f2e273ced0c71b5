package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"schedlab/bench"
)

// timesWidth is the number of designs that fit beside each other on a terminal.
const timesWidth = 6

// times returns the end of a run: the time per operation in columns, with the greatest number
// of Ps.
func times(r *results) string {
	var s strings.Builder
	for _, line := range r.failures() {
		fmt.Fprintln(&s, line)
	}
	top := r.top()
	for _, g := range groups(r.designs) {
		if len(g.designs) > timesWidth {
			fmt.Fprintf(&s, "\n%s: too many for a line, see below\n", g.title)
			continue
		}
		fmt.Fprintf(&s, "\n%s: time per operation, %d Ps\n\n", g.title, top.procs[0])
		w := tabwriter.NewWriter(&s, 0, 0, 3, ' ', 0)
		fmt.Fprintf(w, "workload\t%s\n", strings.Join(g.designs, "\t"))
		for _, name := range r.workloads {
			texts := figures(top, bench.Metrics[0], name, top.procs[0], g.designs)
			if texts != nil {
				fmt.Fprintf(w, "%s\t%s\n", name, strings.Join(texts, "\t"))
			}
		}
		_ = w.Flush() // a Builder takes all
	}
	fmt.Fprintf(&s, "\n%s\n", explanation(r))
	return s.String()
}
