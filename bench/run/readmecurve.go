package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

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
	last := r.procs[len(r.procs)-1]
	var waits []string
	for _, d := range readmeDesigns {
		c := bench.Cell{Workload: readmeWorkload, Design: d, Procs: last}
		share, _ := middle(r.modes(c)[0].of(r, figure{c, "lock-wait-share"}))
		waits = append(waits, fmt.Sprintf("%.0f%% (`%s`)", 100*share, d))
	}
	page := link + "/" + curvesFile
	shown := fmt.Sprintf("Fork-join (`%s`, %s) on the simulated machine %s: %s. On %d CPUs, "+
		"waiting for locks takes %s of the time of all CPUs. [The other curves](%s).",
		readmeWorkload, r.size(), r.machine, fastestText(r), last, listed(waits), page)
	limits := "These CPUs run in [virtual time](sim/doc.go), to the digit the same on any host. " +
		"They show the shape of a curve and the mechanism behind it, not nanoseconds. " +
		"Not modelled: " + notModelled + "."
	picture := fmt.Sprintf("[![gm, global and gpm on 1 to %d simulated CPUs](%s/%s)](%s)\n",
		last, link, curveFile(readmeWorkload), page)
	return "\n" + picture + "\n" + wrapped(shown) + "\n" + wrapped(limits) + "\n"
}

// size says how much each run does.
func (r *results) size() string { return parseEnvironment(r.env).get("size") + " size" }

// fastestText says on how many CPUs each design is fastest.
func fastestText(r *results) string {
	var onOne, texts []string
	for _, d := range readmeDesigns {
		c := r.curve(readmeWorkload, d)
		at := c.best()
		if at == 0 {
			onOne = append(onOne, "`"+d+"`")
			continue
		}
		texts = append(texts, fmt.Sprintf("`%s` is fastest on %d CPUs, %.1f times as fast as on 1",
			d, c.cpus[at], c.throughput[at]/c.throughput[0]))
	}
	switch len(onOne) {
	case 0:
	case 1:
		texts = append([]string{onOne[0] + " is fastest on 1 CPU"}, texts...)
	default:
		texts = append([]string{listed(onOne) + " are fastest on 1 CPU"}, texts...)
	}
	return strings.Join(texts, "; ")
}

// listed joins texts as a sentence does.
func listed(texts []string) string {
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}

// wrapped breaks a paragraph into lines.
func wrapped(text string) string {
	const columns = 100
	var s strings.Builder
	at := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+n > columns:
			s.WriteString("\n")
			at = 0
		default:
			s.WriteString(" ")
			at++
		}
		s.WriteString(word)
		at += n
	}
	return s.String() + "\n"
}
