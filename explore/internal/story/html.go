package story

import (
	"fmt"
	"html/template"
	"strings"
)

// page writes s as a page of HTML that needs nothing else.
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
		Message: s.violation.Message, Stack: s.violation.Stack, Hint: s.hint,
		Remark: s.remark, Replay: s.replay, Columns: s.columns, Idle: strings.Join(s.idle, ", "), Rows: s.pageRows(), Preempted: s.preempted(),
	}
	if err := template.Must(template.New("page").Parse(pageTemplate)).Execute(&b, view); err != nil {
		panic("explore: page: " + err.Error())
	}
	return b.String()
}

// title is what one of several pages is found by.
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
		p := pageRow{Index: i, Object: w.object, From: w.From, At: w.place(), Code: w.code, Full: fmt.Sprintf("%s:%d", w.File, w.Line)}
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
				text = w.Text
			}
			p.Cells = append(p.Cells, text)
		}
		rows = append(rows, p)
	}
	return rows
}

// Name and Started are for the template.
func (c column) Name() string    { return c.name }
func (c column) Started() string { return c.started }

const pageTemplate = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --line: light-dark(#d8d8e0, #3a3a44); --soft: light-dark(#f4f4f8, #22222a); --back: light-dark(#fff, #18181c);
  --text: light-dark(#1c1c24, #e4e4ea); --dim: light-dark(#6a6a78, #9a9aa8); --bad: light-dark(#b3182c, #ff8088); --badback: light-dark(#fdecee, #3a1c22);
  --same: light-dark(#fff3c8, #4a4218); --from: light-dark(#cfeedd, #1c4632); --mark: light-dark(#b86a00, #f0b050); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1.5rem; max-width: max-content; min-width: min(60rem, 90vw);
  background: var(--back); color: var(--text); }
h1 { font-size: 1.4rem; margin: 0; color: var(--bad); }
h1::first-letter { text-transform: uppercase; }
p { margin: .4rem 0; max-width: 60rem; }
.dim { color: var(--dim); }
table { border-collapse: separate; border-spacing: 0; margin: 1.2rem 0; font: 13px/1.45 ui-monospace, monospace; }
th { position: sticky; top: 0; background: var(--soft); text-align: left; font-weight: 600; border-bottom: 2px solid var(--line); }
th small { display: block; font-weight: normal; color: var(--dim); }
th, td { padding: .25rem .9rem; border-right: 1px solid var(--line); white-space: nowrap; }
th:last-child, td:last-child { border-right: none; color: var(--dim); }
td.code { color: var(--dim); white-space: pre; }
td:first-child, th:first-child { text-align: right; color: var(--dim); }
td.op { white-space: pre-wrap; }
tr.switch td, tr.preempts td { border-top: 1px solid var(--line); }
tr.preempts td { border-top: 2px dashed var(--mark); }
tr.preempts td:first-child::before { content: "⚡ "; color: var(--mark); }
tr.broken td.op { color: var(--bad); font-weight: 600; }
tr.broken td { background: var(--badback); }
tr.same td { background: var(--same); }
tr.from td { background: var(--from); }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem 1rem; white-space: pre-wrap; word-break: break-all;
  max-width: 80rem; }
</style>
<h1>{{.Title}}</h1>
<p class="dim">{{.Package}}{{with .Verdict}} · {{.}}{{end}}</p>
<p>{{.Message}}</p>
{{if .Rows}}<table>
<thead><tr><th>step</th>{{range .Columns}}<th>{{.Name}}<small>{{.Started}}</small></th>{{end}}<th>at</th><th>source</th></tr></thead>
<tbody>
{{range .Rows}}<tr tabindex="0"{{with .Class}} class="{{.}}"{{end}} data-row="{{.Index}}" data-object="{{.Object}}" data-from="{{.From}}"><td>{{.Step}}</td>` +
	`{{range .Cells}}<td class="op">{{.}}</td>{{end}}<td title="{{.Full}}">{{.At}}</td><td class="code">{{.Code}}</td></tr>
{{end}}</tbody>
</table>
<p class="dim">{{if .Preempted}}⚡ preemption: the thread that ran before could have gone on. {{end}}Point at a row, or go there by Tab, to see the other accesses of the same object (yellow),
and the write whose value it meets or the step that woke it (green).{{with .Idle}} Without a step: {{.}}.{{end}}</p>{{end}}
<p>{{.Remark}}</p>
{{with .Replay}}<pre>{{.}}</pre>{{end}}
{{with .Stack}}<p>Stack:</p><pre>{{.}}</pre>{{end}}
{{with .Hint}}<pre>{{.}}</pre>{{end}}
<script>
const rows = [...document.querySelectorAll("tr[data-row]")];
for (const row of rows) {
  row.onmouseenter = row.onfocus = () => {
    for (const r of rows) {
      r.classList.toggle("from", r.dataset.row === row.dataset.from);
      r.classList.toggle("same", row.dataset.object !== "" && r.dataset.object === row.dataset.object && r.dataset.row !== row.dataset.from);
    }
  };
  row.onmouseleave = row.onblur = () => rows.forEach(r => r.classList.remove("same", "from"));
}
</script>
</html>
`
