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

	"golang.org/x/perf/benchmath"

	"schedlab/bench"
)

// # The picture
//
// There is a row for each workload, with the greatest number of Ps, and a panel for each main
// metric. A panel has a dot for each design at its median, on a line that spans the confidence
// interval. Axes are logarithmic; a median of 0 is a ring at the left edge, a failed cell a
// cross.

// The layout, in pixels.
const (
	pictureWidth = 1000
	pictureTop   = 84 // above the first row
	pictureFoot  = 44 // below the last
	rowHeight    = 23
	labelWidth   = 150
	legendGap    = 110 // from one design's name to the next
	panelGap     = 34
	axisInset    = 14 // from a panel's edge to its first and last tick
)

// dotColors can also be told apart by people who see no red or no green (Okabe and Ito's
// palette). The first design's is grey.
var dotColors = []string{
	"#767676", "#d55e00", "#e69f00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9",
}

type picture struct {
	Width, Height, Top, Bottom int
	RowHeight                  int
	Title                      string
	Designs                    []legend
	Rows                       []pictureRow
	Panels                     []panel
}

type legend struct {
	Name, Color string
	X           float64
}

type pictureRow struct {
	Name   string
	Y      int // of its middle
	Banded bool
}

type panel struct {
	Title       string
	Left, Width float64
	Ticks       []tick
	Dots        []dot
}

type tick struct {
	X    float64
	Text string
	Base bool // the first design is here
}

type dot struct {
	X, Y, Low, High float64 // a line from Low to High
	Color, Tip      string
	Zero, Failed    bool
}

// writePicture draws the first group of designs.
func writePicture(w io.Writer, r *results) error {
	return pictureTemplate.Execute(w, newPicture(r))
}

func newPicture(r *results) picture {
	designs := groups(r.designs)[0].designs
	procs := r.procs[len(r.procs)-1]
	mains := bench.Mains()
	p := picture{Width: pictureWidth, Top: pictureTop, RowHeight: rowHeight,
		Title: fmt.Sprintf("%d Ps; median and %.0f%% confidence interval; %s is better; "+
			"○ is 0, ✗ failed", procs, 100*confidence, mains[0].Better)}
	for i, name := range designs {
		at := float64(labelWidth + legendGap*i)
		p.Designs = append(p.Designs, legend{name, dotColors[i%len(dotColors)], at})
	}
	for i, name := range r.workloads {
		middle := pictureTop + rowHeight*i + rowHeight/2
		p.Rows = append(p.Rows, pictureRow{name, middle, i%2 == 0})
	}
	p.Bottom = pictureTop + rowHeight*len(p.Rows)
	p.Height = p.Bottom + pictureFoot
	width := float64(pictureWidth-labelWidth-panelGap*len(mains)) / float64(len(mains))
	for i, m := range mains {
		at := panel{Title: m.Main, Left: labelWidth + float64(i)*(width+panelGap), Width: width}
		if m.Ratio {
			at.Title += ", as a multiple of " + designs[0] + "'s"
		}
		at.draw(marks(r, designs, procs, m), m.Ratio, p)
		p.Panels = append(p.Panels, at)
	}
	return p
}

// mark is a figure to be drawn.
type mark struct {
	row, design int
	benchmath.Summary
	failed bool
	tip    string
}

func marks(r *results, designs []string, procs int, metric bench.Metric) []mark {
	var list []mark
	for row, workload := range r.workloads {
		at := func(i int) bench.Cell {
			return bench.Cell{Workload: workload, Design: designs[i], Procs: procs}
		}
		base := r.sample(figure{at(0), metric.Key()})
		for i, design := range designs {
			m := mark{row: row, design: i, tip: workload + ", " + design + ": "}
			s := r.sample(figure{at(i), metric.Key()})
			switch why := r.failed[at(i)]; {
			case why != "":
				m.failed = true
				m.tip += "failed: " + why
			case s == nil || metric.Ratio && base == nil:
				continue
			default:
				m.Summary = summary(s)
				m.tip += median(s, metric)
			}
			if metric.Ratio && !m.failed {
				m.tip += ratio(base, s)
				m.Summary = over(m.Summary, summary(base).Center)
			}
			list = append(list, m)
		}
	}
	return list
}

func over(s benchmath.Summary, by float64) benchmath.Summary {
	s.Center, s.Lo, s.Hi = s.Center/by, s.Lo/by, s.Hi/by
	return s
}

// draw fills in the axis and the dots.
func (p *panel) draw(list []mark, relative bool, in picture) {
	low, high := span(list)
	x := func(v float64) float64 {
		share := (math.Log(v) - math.Log(low)) / (math.Log(high) - math.Log(low))
		return p.Left + axisInset + min(1, max(0, share))*(p.Width-2*axisInset)
	}
	for _, v := range ticks(low, high) {
		text := strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "e-0", "e-", 1)
		p.Ticks = append(p.Ticks, tick{x(v), text, relative && v == 1})
	}
	apart := float64(rowHeight) / float64(len(in.Designs)+1)
	for _, m := range list {
		d := dot{
			X: p.Left + axisInset/2, Color: in.Designs[m.design].Color, Tip: m.tip,
			Zero: m.Center == 0, Failed: m.failed,
		}
		d.Y = float64(in.Rows[m.row].Y-rowHeight/2) + apart*float64(m.design+1)
		d.Low, d.High = d.X, d.X
		if !d.Zero {
			d.X, d.Low, d.High = x(m.Center), x(m.Lo), x(m.Hi)
		}
		p.Dots = append(p.Dots, d)
	}
}

// span returns the ends of an axis for list: all medians lie between them, but intervals may
// reach beyond.
func span(list []mark) (low, high float64) {
	low, high = math.Inf(1), 0
	for _, m := range list {
		if m.Center > 0 {
			low, high = min(low, m.Center), max(high, m.Center)
		}
	}
	if low > high { // nothing but zeros
		return 0.1, 10
	}
	return roundDown(low / 1.1), 1 / roundDown(1/(high*1.1))
}

// roundDown returns the greatest of 1, 2 and 5 times a power of ten that is not above v.
func roundDown(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{5, 2} {
		if digit*decade <= v {
			return digit * decade
		}
	}
	return decade
}

// ticks are powers of ten, and 2 and 5 times these where there is room.
func ticks(low, high float64) []float64 {
	digits := []float64{1, 2, 5}
	if high/low > 1000 {
		digits = digits[:1]
	}
	var list []float64
	for e := math.Floor(math.Log10(low)); e <= math.Log10(high); e++ {
		for _, digit := range digits {
			// By text, since 2 * 10^-1 is not exactly the number that "0.2" is.
			v, err := strconv.ParseFloat(fmt.Sprintf("%ge%g", digit, e), 64)
			if err == nil && v >= low*0.999 && v <= high*1.001 {
				list = append(list, v)
			}
		}
	}
	return slices.Compact(list)
}

//go:embed picture.svg.tmpl
var pictureText string

// A line that ends with a backslash goes on in the next one.
var pictureTemplate = template.Must(template.New("picture").
	Parse(strings.ReplaceAll(pictureText, "\\\n", "")))
