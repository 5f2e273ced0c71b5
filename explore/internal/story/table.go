package story

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// story is a violation with what led to it, ready to be written down.
type story struct {
	violation *engine.Violation
	origin    Origin
	columns   []column
	idle      []string // threads that took no step
	rows      []row
	remark    string
	hint      string // where to look for the cause; "": that is obvious
	replay    string // the command that does it again
}

// column is a thread.
type column struct {
	id            int32
	name, started string
}

func (c column) String() string { return fmt.Sprintf("%s (%s)", c.name, c.started) }

// tell makes a story of x, which has just repeated v, found at o.
func tell(x *engine.Engine, v *engine.Violation, o Origin) *story {
	r := recordingOf(x)
	s := &story{violation: v, origin: o, rows: r.rows}
	s.remark, s.replay = remark(v, x.Strategy.(*strategy.Replay).Preemptions), replayCommand(v.Schedule, o)
	switch v.Property {
	case engine.Deadlock, engine.LostWakeup, engine.LeakedThreads, engine.Livelock:
	default:
		s.rows = append(s.rows, row{thread: int32(v.Thread), text: "✗ " + breaking(x, v), from: -1, site: r.failedAt, pending: true})
	}
	if x.Outcome == engine.Stuck {
		for _, t := range x.Alive {
			if !t.Ended {
				s.rows = append(s.rows, row{thread: t.ID, text: "✗ " + pendingText(t), from: -1, site: r.standing[t.ID], pending: true})
			}
		}
	}
	acts := map[int32]bool{}
	for i := range s.rows {
		w := &s.rows[i]
		acts[w.thread] = true
		if w.line == 0 {
			w.site = r.threads[w.thread] // its function is itself an operation, as in Go(n.Wakeup)
		}
		w.code = r.sources.line(w.site)
	}
	for _, t := range x.Alive {
		c := column{t.ID, t.String(), "main"}
		if t.ID > 0 {
			c.started = r.threads[t.ID].String()
		}
		if acts[t.ID] {
			s.columns = append(s.columns, c)
		} else {
			s.idle = append(s.idle, c.String())
		}
	}
	return s
}

// breaking tells what broke: the property and, if that prevented a step, which.
func breaking(x *engine.Engine, v *engine.Violation) string {
	if t := x.Alive[v.Thread]; x.Grants > len(x.Events) && t.Op.Obj != nil {
		return fmt.Sprintf("%v %v: %s", t.Op.Kind, t.Op.Obj, v.Property)
	}
	return string(v.Property)
}

// replayCommand returns what does s, found at o, again. A token that is not of the
// first exploration of its test says so.
func replayCommand(s engine.Schedule, o Origin) string {
	flag := "-explore.replay="
	if o.Nth > 1 {
		flag += fmt.Sprintf("%d:", o.Nth)
	}
	flag += s.String()
	if o.Test == "" {
		return flag
	}
	return fmt.Sprintf("go test %s%s -run '%s' %s", buildTags(), testedPackage(), runPattern(o.Test), flag)
}

// testedPackage is the path of the package whose tests these are; "." if that is
// not known, as for go test of files.
var testedPackage = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		path, test := strings.CutSuffix(info.Path, ".test")
		if test && path != "command-line-arguments" {
			return path
		}
	}
	return "."
})

// runPattern returns what the flag -run must be so that only that test runs.
func runPattern(testName string) string {
	parts := strings.Split(testName, "/")
	for i, p := range parts {
		parts[i] = "^" + strings.ReplaceAll(regexp.QuoteMeta(p), "'", ".") + "$"
	}
	return strings.Join(parts, "/")
}

func remark(v *engine.Violation, preemptions int) string {
	size := engine.Count(v.Step, "step") + ", " + engine.Count(preemptions, "preemption")
	if v.Minimal {
		return size + ": no execution breaks this property with fewer preemptions, or with as few and in fewer steps"
	}
	return size + ": the search for a shorter execution did not come to its end; there may be one"
}

// Widths in characters. In narrower columns than minColumn nothing can be read:
// then there is one column for all threads.
const (
	tableWidth = 160
	minColumn  = 18
	maxPlace   = 40
)

// table writes s as text.
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

// grid is a table of text. Its first column is aligned to the right; the last
// line of each cell is not.
type grid struct {
	head   []string
	rows   [][]string // of one cell: a remark across all columns
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
			g.rows = append(g.rows, []string{fmt.Sprintf("... %d steps of thread %d alone ...", n, s.rows[i].thread)})
			i += n - 1
			continue
		}
		g.rows = append(g.rows, s.cells(&s.rows[i], together, len(g.head)))
	}
	g.fit()
	return g
}

// A thread that runs alone for long is shown by its first and last rows.
const shownAlone = 8

// alone returns how many rows from i on are to be left out.
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

// place returns where w is, with the function if that has a name of its own.
func (w *row) place() string {
	text := w.site.String()
	name := w.function[strings.LastIndexByte(w.function, '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	if name = strings.ReplaceAll(name, "[...]", ""); name != "" && !strings.Contains(name, ".func") {
		text += " " + name
	}
	if utf8.RuneCountInString(text) > maxPlace {
		text = string([]rune(text)[:maxPlace-1]) + "…"
	}
	return text
}

// fit makes the columns as wide as they need, but not wider than there is room.
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

// line writes a row, as many lines as its longest cell needs.
func (g *grid) line(b *strings.Builder, cells []string) {
	parts, height := make([][]string, len(cells)), 1
	for i, c := range cells {
		parts[i] = wrap(c, g.widths[i])
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

// wrap breaks text into lines of up to width characters, between words if it
// can.
func wrap(text string, width int) (lines []string) {
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
