package check_test

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var write = flag.Bool("write", false, "write what ARCHITECTURE.md shows of 'layers'")

// What stands in ARCHITECTURE.md between these lines is written by -write.
const (
	layersBegin = "<!-- begin of what `go test ./check -run Architecture -write` writes -->\n"
	layersEnd   = "<!-- end -->\n"
)

// The page shows layers as they are, as a table and as a picture.
func TestArchitectureShowsTheLayers(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	page := filepath.Join(root, "ARCHITECTURE.md")
	old, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, begins := bytes.Cut(old, []byte(layersBegin))
	_, after, ends := bytes.Cut(rest, []byte(layersEnd))
	require.True(t, begins && ends, "ARCHITECTURE.md has no place for the table, which is\n%s%s",
		layersBegin, layersEnd)
	show(t, page, string(before)+layersBegin+layersTable()+layersEnd+string(after))
	show(t, filepath.Join(root, "architecture.svg"), newMap(moduleTree(t)).svg())
}

// show requires the file to hold text; with -write it makes that so.
func show(t *testing.T, name, text string) {
	if *write {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	now, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, text, string(now),
		"%s does not show layers as they are: go test ./check -run Architecture -write",
		filepath.Base(name))
}

func layersTable() string {
	var s strings.Builder
	s.WriteString("\n| folder | what it is | may import | other modules |\n|---|---|---|---|\n")
	for _, l := range layers {
		imports := code(l.imports)
		if len(l.model) > 0 {
			imports += ", and in the model build " + code(l.model)
		}
		if len(l.sim) > 0 {
			imports += ", and in the sim build " + code(l.sim)
		}
		fmt.Fprintf(&s, "| `%s` | %s | %s | %s |\n", l.folder, l.what, imports, code(l.modules))
	}
	return s.String() + "\n"
}

func code(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// rooms are the folders on top, with what stands below their names.
var rooms = map[string]string{
	"bench":     "measures all of it",
	"designs":   "what differs",
	"workloads": "verified programs",
	"check":     "what must hold",
	"rt":        "what all designs share",
	"host":      "what they stand on",
	"explore":   "the model checker",
	"sim":       "many CPUs in virtual time",
	"internal":  "small things that several use",
}

// roomMap is the picture: a box for each room, below those that import it.
type roomMap struct {
	height int
	boxes  []*box // from the top
	solid  []edge
	dashed []edge // in a build of its own
}

type box struct {
	name       string
	packages   []string
	level      int
	x, y, w, h int
}

// edge is an import of one room by another.
type edge struct{ from, to *box }

// The layout, in pixels. The picture is narrow, to be readable on a telephone.
const (
	mapWidth  = 600
	mapMargin = 10
	mapGap    = 34 // between boxes, for the arrows
	mapLine   = 22
	mapHead   = 58 // of a box: name and what it is
	mapLetter = 10 // the width of one, at most
)

func newMap(t *tree) *roomMap {
	m := &roomMap{}
	byName := map[string]*box{}
	for _, l := range layers {
		name := roomOf(l.folder)
		b := byName[name]
		if b == nil {
			b = &box{name: name}
			byName[name] = b
			m.boxes = append(m.boxes, b)
		}
		b.packages = append(b.packages, t.packagesOf(l)...)
		for _, p := range l.imports {
			m.solid = addEdge(m.solid, b, byName[roomOf(p)])
		}
		for _, p := range slices.Concat(l.model, l.sim) {
			m.dashed = addEdge(m.dashed, b, byName[roomOf(p)])
		}
	}
	m.rank()
	m.solid = slices.DeleteFunc(m.solid, m.implied)
	m.dashed = slices.DeleteFunc(m.dashed, m.dashedImplied)
	m.center()
	m.place()
	return m
}

func roomOf(folder string) string {
	room, _, _ := strings.Cut(folder, "/")
	return room
}

func addEdge(all []edge, from, to *box) []edge {
	if e := (edge{from, to}); from != to && !slices.Contains(all, e) {
		return append(all, e)
	}
	return all
}

// packagesOf returns the names, below their room, of the packages of a layer.
func (t *tree) packagesOf(l layer) (names []string) {
	for _, s := range t.source {
		in, _ := layerOf(s.pkg())
		_, name, below := strings.Cut(s.pkg(), "/")
		if in.folder == l.folder && below && !slices.Contains(names, name) && !s.isTest() {
			names = append(names, name)
		}
	}
	return names
}

// rank puts each room one level above all that it imports. Layers come in an
// order in which each has only rooms below it that are done.
func (m *roomMap) rank() {
	for range m.boxes {
		for _, e := range m.solid {
			e.from.level = max(e.from.level, e.to.level+1)
		}
	}
	slices.SortStableFunc(m.boxes, func(a, b *box) int { return b.level - a.level })
}

// implied: there is a way by other edges, so that the arrow would say no more.
func (m *roomMap) implied(e edge) bool {
	return slices.ContainsFunc(m.solid, func(f edge) bool {
		return f.from == e.from && f.to != e.to && m.reaches(f.to, e.to)
	})
}

// dashedImplied: a room that the first one imports has the same dashed arrow.
func (m *roomMap) dashedImplied(e edge) bool {
	return slices.ContainsFunc(m.dashed, func(f edge) bool {
		return f.to == e.to && f.from != e.from && m.reaches(e.from, f.from)
	})
}

// center puts a room with dashed arrows to two others of its level between these.
func (m *roomMap) center() {
	for _, e := range m.dashed {
		from, to := slices.Index(m.boxes, e.from), slices.Index(m.boxes, e.to)
		if e.from.level == e.to.level && to < from-1 {
			m.boxes = slices.Delete(m.boxes, from, from+1)
			m.boxes = slices.Insert(m.boxes, to+1, e.from)
			return
		}
	}
}

func (m *roomMap) reaches(from, to *box) bool {
	return from == to || slices.ContainsFunc(m.solid, func(e edge) bool {
		return e.from == from && m.reaches(e.to, to)
	})
}

// place lays the boxes of a level side by side.
func (m *roomMap) place() {
	y := mapMargin
	for i := 0; i < len(m.boxes); {
		end := i
		for end < len(m.boxes) && m.boxes[end].level == m.boxes[i].level {
			end++
		}
		row, n := m.boxes[i:end], end-i
		w, h := (mapWidth-2*mapMargin-(n-1)*mapGap)/n, 0
		for k, b := range row {
			b.x, b.y, b.w = mapMargin+k*(w+mapGap), y, w
			h = max(h, mapHead+mapLine*len(b.lines())+8)
		}
		for _, b := range row {
			b.h = h
		}
		y, i = y+h+mapGap, end
	}
	m.height = y + mapLine
}

// lines are the names of the packages, as many in a line as fit.
func (b *box) lines() (lines []string) {
	for _, name := range b.packages {
		last := len(lines) - 1
		if last >= 0 && mapLetter*(len(lines[last])+2+len(name)) <= b.w-2*mapLetter {
			lines[last] += "  " + name
		} else {
			lines = append(lines, name)
		}
	}
	return lines
}

const mapStyle = `<style>
text { fill: #1f2328; font: 16px system-ui, sans-serif; text-anchor: middle }
.name { font-size: 22px; font-weight: 600 }
.package { font: 16px ui-monospace, "DejaVu Sans Mono", monospace }
rect { fill: #f3f5f7; stroke: #8c959f }
path { stroke: #59636e; stroke-width: 2; fill: none }
.head { fill: #59636e; stroke: none }
.dashed { stroke-dasharray: 5 4 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
rect { fill: #161b22; stroke: #6e7681 }
path { stroke: #9198a1 }
.head { fill: #9198a1 }
}
</style>
`

func (m *roomMap) svg() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`+"\n"+
		"<title>The rooms of the tree, each above those that it imports</title>\n"+mapStyle,
		mapWidth, m.height)
	for _, e := range m.solid {
		e.draw(&s, "")
	}
	for _, e := range m.dashed {
		e.draw(&s, ` class="dashed"`)
	}
	for _, b := range m.boxes {
		b.draw(&s)
	}
	fmt.Fprintf(&s, `<text x="%d" y="%d">%s</text>`+"\n", mapWidth/2, m.height-12,
		"an arrow: may import; dashed: in the model or the sim build alone")
	return s.String() + "</svg>\n"
}

func (b *box) draw(s *strings.Builder) {
	fmt.Fprintf(s, `<rect x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n", b.x, b.y, b.w, b.h)
	text := func(y int, class, text string) {
		fmt.Fprintf(s, `<text x="%d" y="%d"%s xml:space="preserve">%s</text>`+"\n",
			b.x+b.w/2, b.y+y, class, html.EscapeString(text))
	}
	text(27, ` class="name"`, b.name+"/")
	text(47, "", rooms[b.name])
	for i, line := range b.lines() {
		text(mapHead+15+mapLine*i, ` class="package"`, line)
	}
}

// draw draws an arrow downwards, or to the side if it stays in a level.
func (e edge) draw(s *strings.Builder, class string) {
	narrow := e.from
	if e.to.w < narrow.w {
		narrow = e.to
	}
	x, y, tip := narrow.x+narrow.w/2, e.from.y+e.from.h, e.to.y
	if e.from.level == e.to.level {
		e.aside(s, class)
		return
	}
	fmt.Fprintf(s, `<path%s d="M%d %dV%d"/><path class="head" d="M%d %dl-6-10h12z"/>`+"\n",
		class, x, y, tip-9, x, tip)
}

// aside draws an arrow to a neighbor.
func (e edge) aside(s *strings.Builder, class string) {
	x, tip, back := e.from.x+e.from.w, e.to.x, -10
	if tip < x {
		x, tip, back = e.from.x, e.to.x+e.to.w, 10
	}
	y := e.from.y + e.from.h/2
	fmt.Fprintf(s, `<path%s d="M%d %dH%d"/><path class="head" d="M%d %dl%d-6v12z"/>`+"\n",
		class, x, y, tip-back, tip, y, back)
}

// Every room has its words, and every edge of the picture goes downwards, or to
// the side.
func TestRoomsAreTold(t *testing.T) {
	m := newMap(inMemory(t, nil))
	for _, b := range m.boxes {
		require.NotEmpty(t, rooms[b.name], "say in rooms what %s is", b.name)
	}
	require.Len(t, rooms, len(m.boxes))
	for _, e := range append(slices.Clone(m.solid), m.dashed...) {
		require.GreaterOrEqual(t, e.from.level, e.to.level, "%s imports %s", e.from.name, e.to.name)
	}
}
