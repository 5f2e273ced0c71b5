package story

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"schedlab/explore/internal/engine"
)

// recording is what an execution tells beyond its events, for people to read.
// The execution must be the first of its engine, so that thread ids are places.
type recording struct {
	rows     []row
	threads  []site // by id: where each was started
	standing []site // by id: of the step announced
	failedAt site
	next     row                    // what is known of the step that has been granted
	vars     map[*engine.Shadow]int // number, in the order of first use
	pointers map[uint64]int         // likewise
	sources  sources

	// Names of what has none, by object id and by number of Var: found out in a
	// recording of the same execution.
	names    []string
	varNames []string
	uses     [][]site // by object id
	varUses  [][]site
}

// row is an operation, an access of plain memory, or a choice.
type row struct {
	thread   int32
	step     int // from 1; 0: it is no step
	preempts bool
	text     string
	object   string // what it touches
	writes   bool
	from     int  // index of the row whose value it sees; -1
	pending  bool // it was never done
	code     string
	site
}

// site is a call of this package in the program.
type site struct {
	file, function string
	line           int
	method         string // what is called: Int32.Load
	call           string // its name at the call, Load, or that of a wrapper
}

func (s site) String() string {
	if s.line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(s.file), s.line)
}

// wrappers are the files whose functions wrap those of the explorer, by name.
var wrappers sync.Map

// Wrap makes file one whose functions wrap those of the explorer.
func Wrap(file string) { wrappers.Store(file, true) }

func wraps(file string) bool {
	_, ok := wrappers.Load(file)
	return ok
}

// callSite returns where the program calls this package, on the running stack.
func callSite() (s site) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		name, ours := engine.Ours(f.Function, f.File)
		switch {
		case ours && name == "":
		case ours:
			s.method = plainName(name)
			s.call = lastName(s.method)
		case wraps(f.File):
			s.call = lastName(plainName(f.Function))
		case strings.HasPrefix(f.Function, "runtime."):
		case strings.Contains(f.Function, "internal/coro."), strings.HasPrefix(f.Function, "iter."):
			return s // the end of the program's part
		default:
			s.file, s.line, s.function = f.File, f.Line, f.Function
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
func (r *recording) Born(t *engine.Thread) {
	r.threads = grown(r.threads, int(t.ID))
	if t.ID > 0 {
		r.threads[t.ID] = callSite()
	}
}

// Announced: t stands before its op.
func (r *recording) Announced(t *engine.Thread) {
	r.standing = grown(r.standing, int(t.ID))
	at := callSite()
	r.standing[t.ID] = at
	for _, o := range []*engine.Object{t.Op.Obj, t.Op.Obj2} {
		if o == nil {
			continue
		}
		r.uses = grown(r.uses, int(o.ID))
		if owner, _, _ := strings.Cut(at.method, "."); owner == o.Class.TypeName() || composed[owner] {
			r.uses[o.ID] = append(r.uses[o.ID], at)
		}
	}
}

// Granted: t's step comes next.
func (r *recording) Granted(e *engine.Engine, t *engine.Thread) {
	r.next = row{step: e.Grants + 1, preempts: e.Preempts(t)}
}

// Chose: Choose returns v to t.
func (r *recording) Chose(t *engine.Thread, n, v int) {
	text := fmt.Sprintf("choose: %d of 0..%d", v, n-1)
	r.rows = append(r.rows, row{thread: t.ID, text: text, from: -1, site: callSite()})
}

// Done is called by the thread that has just done e's last event.
func (r *recording) Done(e *engine.Engine) {
	ev := &e.Events[len(e.Events)-1]
	w := r.next
	w.thread, w.site, w.from = ev.Thread, r.standing[ev.Thread], -1
	w.text = r.describe(e, ev)
	if ev.Obj != engine.NoObject {
		w.object = e.Objects[ev.Obj].String()
		w.writes = ev.Mode == engine.Writes
		w.from = r.lastWrite(w.object)
	}
	if ev.Kind == engine.OpWoken && ev.From >= 0 {
		w.from = slices.IndexFunc(r.rows, func(w row) bool { return w.step == int(ev.From)+1 })
	}
	r.rows = append(r.rows, w)
}

// lastWrite returns the row that gave object its value, -1 if none did.
func (r *recording) lastWrite(object string) int {
	for i := len(r.rows) - 1; i >= 0; i-- {
		if r.rows[i].object == object && r.rows[i].writes {
			return i
		}
	}
	return -1
}

// Accessed: t has read or written plain memory.
func (r *recording) Accessed(s *engine.Shadow, t *engine.Thread, m engine.Mode) {
	w := row{thread: t.ID, writes: m == engine.Writes, from: -1, site: callSite()}
	i, known := r.vars[s]
	if !known {
		i = len(r.vars)
		r.vars[s] = i
		r.varUses = append(r.varUses, nil)
		if s.Name == "" && i < len(r.varNames) {
			s.Name = r.varNames[i]
		}
	}
	r.varUses[i] = append(r.varUses[i], w.site)
	if strings.HasPrefix(w.method, "Stack.") {
		return // not memory of the program
	}
	w.object, w.text = s.Name, "read "+s.Name
	if m == engine.Writes {
		w.text = "write " + s.Name
	}
	w.from = r.lastWrite(w.object)
	r.rows = append(r.rows, w)
}

// Value is what the last access of plain memory has read or written.
func (r *recording) Value(v any) {
	w := &r.rows[len(r.rows)-1]
	shown := fmt.Sprintf("%+v", v)
	if s, ok := v.(string); ok {
		shown = fmt.Sprintf("%q", s)
	}
	text := []rune(shown)
	if len(text) > maxValue {
		text = append(text[:maxValue], '…')
	}
	w.text += ": " + strings.Join(strings.Fields(string(text)), " ")
}

const maxValue = 24 // characters

// Raced tells where t, which is about to access s, and other have done it.
func (r *recording) Raced(s *engine.Shadow, t *engine.Thread, other *engine.Thread) string {
	if strings.HasPrefix(callSite().method, "Stack.") {
		return ""
	}
	r.Accessed(s, t, engine.Reads)
	w := &r.rows[len(r.rows)-1]
	if strings.HasSuffix(w.method, "Store") {
		w.text, w.writes = "write "+s.Name, true
	}
	text := fmt.Sprintf(" (%v at %v", t, w.site)
	for i := len(r.rows) - 2; i >= 0; i-- {
		if u := &r.rows[i]; u.thread == other.ID && u.object == s.Name && (u.writes || w.writes) {
			text += fmt.Sprintf(", %v at %v", other, u.site)
			break
		}
	}
	return text + ")"
}

// Failed: the running thread has violated a property.
func (r *recording) Failed() {
	r.failedAt = callSite()
}

// NameOf returns the name of o that was found out, or "".
func (r *recording) NameOf(o *engine.Object) string {
	if int(o.ID) >= len(r.names) {
		return ""
	}
	return r.names[o.ID]
}

// composed are types that are made of controlled ones, which have their names.
var composed = map[string]bool{"Once": true, "WaitGroup": true, "rlocker": true}
