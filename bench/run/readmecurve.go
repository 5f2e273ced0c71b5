package main

import (
	"fmt"
	"strings"

	"schedlab/bench"
)

// curveBlock is the one curve that README shows.
var curveBlock = block{
	begin:       "<!-- begin of what `make sim` writes -->\n",
	end:         "<!-- end of what `make sim` writes -->\n",
	publishable: publishableCurve,
	text:        curveText,
}

// The curve in README: fork-join, on the three steps of the story.
const readmeWorkload = "fib"

var readmeDesigns = []string{"gm", "global", "gpm"}

// publishableCurve refuses curves that were interrupted, that have too few seeds, or that lack
// the one that README shows.
func publishableCurve(dir string, r *results) error {
	if err := finishedIn(dir); err != nil {
		return err
	}
	if n := r.fewest(); n < simCount {
		return fmt.Errorf("-readme: %s has cells of %d seeds; publish none of fewer than %d",
			dir, n, simCount)
	}
	for _, d := range readmeDesigns {
		for _, n := range []int{1, r.procs[len(r.procs)-1]} {
			c := bench.Cell{Workload: readmeWorkload, Design: d, Procs: n}
			if len(r.modes(c)) == 0 || r.failed[c] != "" {
				return fmt.Errorf("-readme: %s has no time of %v, which README shows", dir, c)
			}
		}
	}
	return nil
}

// curveText is the picture, and what it shows in figures.
func curveText(link string, r *results) string {
	var s strings.Builder
	last := r.procs[len(r.procs)-1]
	fmt.Fprintf(&s, "\n[![gm, global and gpm on 1 to %d simulated CPUs](%s/%s)](%s/%s)\n\n",
		last, link, curveFile(readmeWorkload), link, curvesFile)
	var fastest, waits []string
	for _, d := range readmeDesigns {
		c := r.curve(readmeWorkload, d)
		fastest = append(fastest, fastestText(d, c))
		f := figure{bench.Cell{Workload: readmeWorkload, Design: d, Procs: last}, "lock-wait-share"}
		share, _ := middle(r.modes(f.cell)[0].of(r, f))
		waits = append(waits, fmt.Sprintf("%.0f%% (`%s`)", 100*share, d))
	}
	fmt.Fprintf(&s, "Fork-join (`%s`) on a simulated machine, %s:\n%s.\n"+
		"On %d CPUs, waiting for locks takes %s\nof the time of all CPUs.\n\n",
		readmeWorkload, r.machine, strings.Join(fastest, ";\n"), last, listed(waits))
	fmt.Fprintf(&s, "These CPUs run in [virtual time](sim/doc.go), to the digit the same on any "+
		"host. They show the\nshape of a curve and the mechanism behind it, not nanoseconds. "+
		"Not modelled are %s.\nThe other curves: [%s](%s/%s).\n\n",
		notModelled, curvesFile, link, curvesFile)
	return s.String()
}

// fastestText says on how many CPUs a design is fastest.
func fastestText(design string, c curve) string {
	at := c.best()
	if at == 0 {
		return fmt.Sprintf("`%s` is fastest on 1 CPU", design)
	}
	return fmt.Sprintf("`%s` is fastest on %d CPUs, %.1f times as fast as on 1",
		design, c.cpus[at], c.throughput[at]/c.throughput[0])
}

// listed joins texts as a sentence does.
func listed(texts []string) string {
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}
