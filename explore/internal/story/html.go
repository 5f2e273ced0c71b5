package story

import (
	_ "embed" // for page.html
	"fmt"
	"html/template"
	"strings"
	"sync"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageText))
})

// page returns s as a self-contained page of HTML.
func page(s *story) string {
	var b strings.Builder
	view := struct {
		Title, Package, Verdict, Message, Remark, Replay, Stack, Hint string

		Columns   []column
		Idle      string
		Rows      []pageRow
		Preempted bool
	}{
		Title: s.title(), Package: testedPackage(), Verdict: s.origin.Verdict,
		Message: s.violation.Message, Remark: s.remark, Replay: s.replay,
		Stack: s.violation.Stack, Hint: s.hint,
		Columns: s.columns, Idle: strings.Join(s.idle, ", "),
		Rows: s.pageRows(), Preempted: s.preempted(),
	}
	if err := pageTemplate().Execute(&b, view); err != nil {
		panic("explore: page: the template does not fit the story: " + err.Error())
	}
	return b.String()
}

// title tells one of several pages from the others.
func (s *story) title() string {
	if s.origin.Test == "" {
		return string(s.violation.Property)
	}
	return s.origin.Test + ": " + string(s.violation.Property)
}

// pageRow is a row of the page.
type pageRow struct {
	Class, Step string
	Index       int
	Cells       []string
	At, Full    string
	Code        string
	Object      string
	From        int
}

func (s *story) pageRows() (rows []pageRow) {
	for i := range s.rows {
		w := &s.rows[i]
		p := pageRow{
			Index: i, Object: w.object, From: w.from,
			At: w.place(), Full: fmt.Sprintf("%s:%d", w.file, w.line), Code: w.code,
		}
		if w.step > 0 {
			p.Step = fmt.Sprint(w.step)
		}
		switch {
		case w.pending:
			p.Class = "broken"
		case w.preempts:
			p.Class = "preempts"
		case i > 0 && s.rows[i-1].thread != w.thread:
			p.Class = "switch"
		}
		for _, c := range s.columns {
			text := ""
			if c.id == w.thread {
				text = w.text
			}
			p.Cells = append(p.Cells, text)
		}
		rows = append(rows, p)
	}
	return rows
}

// The template calls Name and Started.
func (c column) Name() string    { return c.name }
func (c column) Started() string { return c.started }
