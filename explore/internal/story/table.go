package story

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Widths in characters. A column narrower than minColumn cannot be read: then all threads
// share one column.
const (
	tableWidth = 160
	minColumn  = 18
	maxPlace   = 40
)

// table returns s as text.
func table(s *story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n\n", s.violation)
	grid := s.grid()
	grid.write(&b)
	b.WriteString("\n")
	if s.preempted() {
		b.WriteString("* preemption: the thread that ran before could have gone on\n")
	}
	if len(s.idle) > 0 {
		fmt.Fprintf(&b, "no step: %s\n", strings.Join(s.idle, ", "))
	}
	if s.remark != "" {
		fmt.Fprintln(&b, s.remark)
	}
	fmt.Fprintln(&b, "replay:", s.replay)
	return b.String()
}

func (s *story) preempted() bool {
	for _, w := range s.rows {
		if w.preempts {
			return true
		}
	}
	return false
}

// grid is a table of text. Its first column is aligned to the right.
type grid struct {
	head   []string
	rows   [][]string // a row of one cell is a remark across all columns
	widths []int
}

func (s *story) grid() *grid {
	together := len(s.columns)*(minColumn+3) > tableWidth-maxPlace
	g := &grid{head: []string{"step"}}
	for _, c := range s.columns {
		if !together {
			g.head = append(g.head, c.String())
		}
	}
	if together {
		g.head = append(g.head, "thread", "does")
	}
	g.head = append(g.head, "at")
	for i := 0; i < len(s.rows); i++ {
		if n := s.alone(i); n > 0 {
			g.rows = append(g.rows, []string{
				fmt.Sprintf("... %d steps of thread %d alone ...", n, s.rows[i].thread),
			})
			i += n - 1
			continue
		}
		g.rows = append(g.rows, s.cells(&s.rows[i], together, len(g.head)))
	}
	g.fit()
	return g
}

// shownAlone is the number of rows that are shown at each end of a long run of one thread.
const shownAlone = 8

// alone returns how many rows from i on are left out; 0: none.
func (s *story) alone(i int) int {
	first, end := i, i
	for first > 0 && s.same(first-1, i) {
		first--
	}
	for end < len(s.rows) && s.same(end, i) {
		end++
	}
	if end-first <= 3*shownAlone || i != first+shownAlone {
		return 0
	}
	return end - first - 2*shownAlone
}

func (s *story) same(i, j int) bool {
	return s.rows[i].thread == s.rows[j].thread && !s.rows[i].pending
}

func (s *story) cells(w *row, together bool, n int) []string {
	cells := make([]string, n)
	if w.step > 0 {
		cells[0] = fmt.Sprint(w.step, " ")
	}
	if w.preempts {
		cells[0] = fmt.Sprint(w.step, "*")
	}
	cells[n-1] = w.place()
	if together {
		cells[1], cells[2] = fmt.Sprint(w.thread), w.text
		return cells
	}
	for i, c := range s.columns {
		if c.id == w.thread {
			cells[1+i] = w.text
		}
	}
	return cells
}

// place returns the place of w, with its function if that has a name.
func (w *row) place() string {
	text := w.site.String()
	name := w.function[strings.LastIndexByte(w.function, '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	name = strings.ReplaceAll(name, "[...]", "")
	if name != "" && !strings.Contains(name, ".func") {
		text += " " + name
	}
	if utf8.RuneCountInString(text) > maxPlace {
		text = string([]rune(text)[:maxPlace-1]) + "…"
	}
	return text
}

// fit makes the columns as wide as their cells. While the table is too wide it narrows the
// widest column, but never the first or the last.
func (g *grid) fit() {
	g.widths = make([]int, len(g.head))
	for _, r := range append([][]string{g.head}, g.rows...) {
		for i, c := range r {
			if len(r) > 1 {
				g.widths[i] = max(g.widths[i], utf8.RuneCountInString(c))
			}
		}
	}
	last := len(g.widths) - 1
	room := tableWidth - g.widths[0] - g.widths[last] - 3*last
	for total(g.widths[1:last]) > room {
		widest := 1
		for i := range g.widths[:last] {
			if i > 0 && g.widths[i] > g.widths[widest] {
				widest = i
			}
		}
		g.widths[widest]--
	}
}

func total(widths []int) (n int) {
	for _, w := range widths {
		n += w
	}
	return n
}

func (g *grid) write(b *strings.Builder) {
	g.line(b, g.head)
	for i, w := range g.widths {
		if i > 0 {
			b.WriteString("─┼─")
		}
		b.WriteString(strings.Repeat("─", w))
	}
	b.WriteString("\n")
	for _, r := range g.rows {
		if len(r) == 1 {
			fmt.Fprintf(b, "%*s   %s\n", g.widths[0], "", r[0])
			continue
		}
		g.line(b, r)
	}
}

// line writes a row, with as many lines as its longest cell needs.
func (g *grid) line(b *strings.Builder, cells []string) {
	parts, height := make([][]string, len(cells)), 1
	for i, c := range cells {
		parts[i] = broken(c, g.widths[i])
		height = max(height, len(parts[i]))
	}
	for k := range height {
		var line strings.Builder
		for i, p := range parts {
			text := ""
			if k < len(p) {
				text = p[k]
			}
			pad := strings.Repeat(" ", g.widths[i]-utf8.RuneCountInString(text))
			if i == 0 {
				line.WriteString(pad + text)
			} else {
				line.WriteString(" │ " + text + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// broken returns text in lines of up to width characters, broken between words if possible.
func broken(text string, width int) (lines []string) {
	r := []rune(text)
	for len(r) > width {
		cut := width
		for i := width; i > width/2; i-- {
			if r[i] == ' ' {
				cut = i
				break
			}
		}
		lines = append(lines, string(r[:cut]))
		r = []rune(strings.TrimLeft(string(r[cut:]), " "))
	}
	return append(lines, string(r))
}
