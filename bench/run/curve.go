package main

import (
	_ "embed"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"golang.org/x/perf/benchunit"

	"schedlab/bench"
)

// # The picture of a curve
//
// A workload has one picture. Above is the throughput of each design by the number of CPUs, both
// axes logarithmic, so that a slope of one is perfect scaling. Below is which part of the time of
// all CPUs goes by while threads wait for locks. A point is a median, with a line from the least
// to the greatest of the seeds. A cell of two modes has a ring for each, and the curve goes
// through the one of most seeds.

// The layout, in pixels. It is as wide as a telephone, which then need not shrink it.
const (
	curveWidth  = 390
	curveLeft   = 46 // of the plots
	curveRight  = 378
	plotTop     = 62
	plotBottom  = 252
	sharesTop   = 296
	sharesFoot  = 376
	notesTop    = 424
	curveHeight = 460
)

// notModelled is said beside each curve.
const notModelled = "cache capacity, false sharing, bandwidth, SMT, collector"

type curvePicture struct {
	Width, Height int
	Left, Right   int
	Title         string
	Notes         []note
	XTicks        []tick
	Plots         []plot
	Legend        []legend // its colour is a class
}

type note struct {
	Y    int
	Text string
}

type plot struct {
	Title       string
	Top, Bottom int
	Ticks       []tick // on the left; X is a height
	Ideal       string // path of perfect scaling
	Lines       []curveLine
}

type curveLine struct {
	Class  string
	Path   string
	Points []point
}

type point struct {
	X, Y, Low, High float64
	Tip             string
	Ring            bool // one of two modes
}

// scale maps values to pixels.
type scale func(v float64) float64

// logScale maps low to from and high to to.
func logScale(low, high, from, to float64) scale {
	return func(v float64) float64 {
		share := math.Log(v/low) / math.Log(high/low)
		return from + min(1, max(0, share))*(to-from)
	}
}

func writeCurve(w io.Writer, r *results, workload string) error {
	return curveTemplate.Execute(w, newCurve(r, workload))
}

func newCurve(r *results, workload string) curvePicture {
	p := curvePicture{
		Width: curveWidth, Height: curveHeight, Left: curveLeft, Right: curveRight,
		Title: workload,
	}
	p.note("Simulated (" + r.machine + "): shape and mechanism, not nanoseconds.")
	p.note("Not modelled: " + notModelled + ".")
	first, last := r.procs[0], r.procs[len(r.procs)-1]
	x := logScale(float64(first), float64(max(last, first+1)), curveLeft+8, curveRight-8)
	for _, n := range r.procs {
		p.XTicks = append(p.XTicks, tick{X: x(float64(n)), Text: strconv.Itoa(n)})
	}
	designs := r.drawn()
	apart := (curveRight - curveLeft) / max(4, len(designs))
	for i, name := range designs {
		p.Legend = append(p.Legend, legend{name, curveClass(i), float64(curveLeft + apart*i)})
	}
	p.Plots = []plot{throughputPlot(r, workload, x), sharePlot(r, workload, x)}
	if p.hasRings() {
		p.note("Rings: two modes; the curve goes through that of most seeds.")
	}
	return p
}

// note adds a line at the foot.
func (p *curvePicture) note(text string) {
	p.Notes = append(p.Notes, note{notesTop + 14*len(p.Notes), text})
}

// looks is how many looks of curves the template has, as classes.
const looks = 5

func curveClass(i int) string { return fmt.Sprintf("d%d", i%looks) }

// drawn returns the designs that the pictures show: all, or without their variants if these are
// too many to tell apart.
func (r *results) drawn() []string {
	if len(r.designs) > looks {
		return groups(r.designs)[0].designs
	}
	return r.designs
}

func (p *curvePicture) hasRings() bool {
	for _, plot := range p.Plots {
		for _, l := range plot.Lines {
			for _, at := range l.Points {
				if at.Ring {
					return true
				}
			}
		}
	}
	return false
}

// throughputPlot draws operations a second.
func throughputPlot(r *results, workload string, x scale) plot {
	m := bench.MetricOf("ops/s")
	p := plot{
		Title: "operations a virtual second (dotted: perfect scaling)",
		Top:   plotTop, Bottom: plotBottom,
	}
	low, high := r.ends(workload, m.Key())
	y := logScale(low, high, plotBottom, plotTop)
	for _, v := range ticks(low, high) {
		text := shortNumber(benchunit.Scale(v, benchunit.Decimal))
		p.Ticks = append(p.Ticks, tick{X: y(v), Text: text})
	}
	p.Ideal = ideal(r, workload, x, y, high)
	p.draw(r, workload, m, x, y)
	return p
}

// shortNumber takes from a number what its digits do not need: 2.000M is 2M.
func shortNumber(text string) string {
	digits := strings.TrimRight(text, "kMGm")
	unit := text[len(digits):]
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits + unit
}

// ends returns the ends of a logarithmic axis for all samples of a workload.
func (r *results) ends(workload, unit string) (low, high float64) {
	low, high = math.Inf(1), 0
	for f, values := range r.values {
		if f.cell.Workload != workload || f.unit != unit {
			continue
		}
		for _, v := range values {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return 0.1, 10
	}
	return roundDown(low / 1.05), 1 / roundDown(1/(high*1.05))
}

// ideal is the path of perfect scaling, from the fastest design on the first number of CPUs.
func ideal(r *results, workload string, x, y scale, high float64) string {
	best, first := 0.0, r.procs[0]
	for _, design := range r.drawn() {
		c := bench.Cell{Workload: workload, Design: design, Procs: first}
		for _, v := range r.values[figure{c, "ops/s"}] {
			best = max(best, v)
		}
	}
	if best == 0 {
		return ""
	}
	n := min(float64(r.procs[len(r.procs)-1]), high/best*float64(first))
	return fmt.Sprintf("M%.1f %.1fL%.1f %.1f",
		x(float64(first)), y(best), x(n), y(best*n/float64(first)))
}

// sharePlot draws the time that goes by in waiting for locks.
func sharePlot(r *results, workload string, x scale) plot {
	p := plot{Title: "waiting for locks, % of all CPUs' time", Top: sharesTop, Bottom: sharesFoot}
	y := func(v float64) float64 { return sharesFoot - min(1, v)*(sharesFoot-sharesTop) }
	for _, percent := range []int{0, 50, 100} {
		p.Ticks = append(p.Ticks, tick{X: y(float64(percent) / 100), Text: strconv.Itoa(percent)})
	}
	p.draw(r, workload, bench.MetricOf("lock-wait-share"), x, y)
	return p
}

// draw adds a curve for each design.
func (p *plot) draw(r *results, workload string, m bench.Metric, x, y scale) {
	for i, design := range r.drawn() {
		line := curveLine{Class: curveClass(i)}
		for _, n := range r.procs {
			f := figure{bench.Cell{Workload: workload, Design: design, Procs: n}, m.Key()}
			modes := r.modes(f.cell)
			for k, mode := range modes {
				values := mode.of(r, f)
				v, _ := middle(values)
				at := point{X: x(float64(n)), Y: y(v), Ring: len(modes) > 1}
				at.Low, at.High = y(slices.Min(values)), y(slices.Max(values))
				at.Tip = fmt.Sprintf("%s, %d CPUs: %s", design, n, modeText(r, f, m))
				line.Points = append(line.Points, at)
				if k == 0 {
					line.Path += fmt.Sprintf("%s%.1f %.1f", pen(line.Path), at.X, at.Y)
				}
			}
		}
		p.Lines = append(p.Lines, line)
	}
}

// pen begins a path, or goes on with it.
func pen(path string) string {
	if path == "" {
		return "M"
	}
	return "L"
}

//go:embed curve.svg.tmpl
var curveSVG string

// A line that ends with a backslash goes on in the next one.
var curveTemplate = template.Must(template.New("curve").
	Parse(strings.ReplaceAll(curveSVG, "\\\n", "")))
