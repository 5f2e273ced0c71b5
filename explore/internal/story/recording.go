package story

import (
	"schedlab/explore/internal/engine"
)

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Recording is what an execution tells beyond its events, for people to read.
// The execution must be the first of its engine, so that thread ids are places.
type Recording struct {
	Rows     []row
	threads  []Site // by id: where each was started
	standing []Site // by id: of the step announced
	failedAt Site
	next     row                    // what is known of the step that has been granted
	vars     map[*engine.Shadow]int // number, in the order of first use
	pointers map[uint64]int         // likewise
	Sources  Sources

	// Names of what has none, by object id and by number of Var: found out in a
	// recording of the same execution.
	names    []string
	varNames []string
	uses     [][]Site // by object id
	varUses  [][]Site
}

// row is an operation, an access of plain memory, or a choice.
type row struct {
	thread   int32
	step     int // from 1; 0: it is no step
	preempts bool
	Text     string
	object   string // what it touches
	writes   bool
	From     int  // index of the row whose value it sees; -1
	pending  bool // it was never done
	code     string
	Site
}

// Site is a call of this package in the program.
type Site struct {
	File, function string
	Line           int
	Method         string // what is called: Int32.Load
	Call           string // its name at the call, Load, or that of a wrapper
}

func (s Site) String() string {
	if s.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line)
}

var hostPath = strings.TrimSuffix(engine.Path, "explore") + "host."

// callSite returns where the program calls this package, on the running stack.
func callSite() (s Site) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		name, ours := engine.Ours(f.Function, f.File)
		switch {
		case ours && name == "":
		case ours:
			s.Method = plainName(name)
			s.Call = lastName(s.Method)
		case strings.HasPrefix(f.Function, hostPath) && strings.HasPrefix(filepath.Base(f.File), "model"):
			s.Call = lastName(plainName(f.Function))
		case strings.HasPrefix(f.Function, "runtime."):
		case strings.Contains(f.Function, "internal/coro."), strings.HasPrefix(f.Function, "iter."):
			return s // the end of the program's part
		default:
			s.File, s.Line, s.function = f.File, f.Line, f.Function
			return s
		}
	}
	return s
}

// plainName makes Pointer.Load of (*Pointer[...]).Load.
func plainName(f string) string {
	return strings.NewReplacer("(*", "", ")", "", "[...]", "").Replace(f)
}

func lastName(f string) string { return f[strings.LastIndexByte(f, '.')+1:] }

func grown[T any](s []T, i int) []T {
	for len(s) <= i {
		s = append(s, *new(T))
	}
	return s
}

// Born: the running thread starts t.
func (r *Recording) Born(t *engine.Thread) {
	r.threads = grown(r.threads, int(t.Id))
	if t.Id > 0 {
		r.threads[t.Id] = callSite()
	}
}

// Announced: t stands before its op.
func (r *Recording) Announced(t *engine.Thread) {
	r.standing = grown(r.standing, int(t.Id))
	at := callSite()
	r.standing[t.Id] = at
	for _, o := range []*engine.Object{t.Op.Obj, t.Op.Obj2} {
		if o == nil {
			continue
		}
		r.uses = grown(r.uses, int(o.Id))
		if owner, _, _ := strings.Cut(at.Method, "."); owner == o.Class.TypeName() || composed[owner] {
			r.uses[o.Id] = append(r.uses[o.Id], at)
		}
	}
}

// Granted: t's step comes next.
func (r *Recording) Granted(e *engine.Engine, t *engine.Thread) {
	r.next = row{step: e.Grants + 1, preempts: e.Preempts(t)}
}

// Chose: Choose returns v to t.
func (r *Recording) Chose(t *engine.Thread, n, v int) {
	text := fmt.Sprintf("choose: %d of 0..%d", v, n-1)
	r.Rows = append(r.Rows, row{thread: t.Id, Text: text, From: -1, Site: callSite()})
}

// Done is called by the thread that has just done e's last event.
func (r *Recording) Done(e *engine.Engine) {
	ev := &e.Events[len(e.Events)-1]
	w := r.next
	w.thread, w.Site, w.From = ev.Thread, r.standing[ev.Thread], -1
	w.Text = r.describe(e, ev)
	if ev.Obj != engine.NoObject {
		w.object = e.Objects[ev.Obj].String()
		w.writes = ev.Mode == engine.Writes
		w.From = r.lastWrite(w.object)
	}
	if ev.Kind == engine.OpWoken && ev.From >= 0 {
		w.From = slices.IndexFunc(r.Rows, func(w row) bool { return w.step == int(ev.From)+1 })
	}
	r.Rows = append(r.Rows, w)
}

// lastWrite returns the row that gave object its value, -1 if none did.
func (r *Recording) lastWrite(object string) int {
	for i := len(r.Rows) - 1; i >= 0; i-- {
		if r.Rows[i].object == object && r.Rows[i].writes {
			return i
		}
	}
	return -1
}

// Accessed: t has read or written plain memory.
func (r *Recording) Accessed(s *engine.Shadow, t *engine.Thread, m engine.Mode) {
	w := row{thread: t.Id, writes: m == engine.Writes, From: -1, Site: callSite()}
	i, known := r.vars[s]
	if !known {
		i = len(r.vars)
		r.vars[s] = i
		r.varUses = append(r.varUses, nil)
		if s.Name == "" && i < len(r.varNames) {
			s.Name = r.varNames[i]
		}
	}
	r.varUses[i] = append(r.varUses[i], w.Site)
	if strings.HasPrefix(w.Method, "Stack.") {
		return // not memory of the program
	}
	w.object, w.Text = s.Name, "read "+s.Name
	if m == engine.Writes {
		w.Text = "write " + s.Name
	}
	w.From = r.lastWrite(w.object)
	r.Rows = append(r.Rows, w)
}

// Value is what the last access of plain memory has read or written.
func (r *Recording) Value(v any) {
	w := &r.Rows[len(r.Rows)-1]
	shown := fmt.Sprintf("%+v", v)
	if s, ok := v.(string); ok {
		shown = fmt.Sprintf("%q", s)
	}
	text := []rune(shown)
	if len(text) > maxValue {
		text = append(text[:maxValue], '…')
	}
	w.Text += ": " + strings.Join(strings.Fields(string(text)), " ")
}

const maxValue = 24 // characters

// Raced tells where t, which is about to access s, and other have done it.
func (r *Recording) Raced(s *engine.Shadow, t *engine.Thread, other *engine.Thread) string {
	if strings.HasPrefix(callSite().Method, "Stack.") {
		return ""
	}
	r.Accessed(s, t, engine.Reads)
	w := &r.Rows[len(r.Rows)-1]
	if strings.HasSuffix(w.Method, "Store") {
		w.Text, w.writes = "write "+s.Name, true
	}
	text := fmt.Sprintf(" (%v at %v", t, w.Site)
	for i := len(r.Rows) - 2; i >= 0; i-- {
		if u := &r.Rows[i]; u.thread == other.Id && u.object == s.Name && (u.writes || w.writes) {
			text += fmt.Sprintf(", %v at %v", other, u.Site)
			break
		}
	}
	return text + ")"
}

// Failed: the running thread has violated a property.
func (r *Recording) Failed() {
	r.failedAt = callSite()
}

// NameOf returns the name of o that was found out, or "".
func (r *Recording) NameOf(o *engine.Object) string {
	if int(o.Id) >= len(r.names) {
		return ""
	}
	return r.names[o.Id]
}

// composed are types that are made of controlled ones, which have their names.
var composed = map[string]bool{"Once": true, "WaitGroup": true, "rlocker": true}
