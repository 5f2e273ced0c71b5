package explore

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// recording is what an execution tells beyond its events, for people to read.
// The execution must be the first of its engine, so that thread ids are places.
type recording struct {
	rows     []row
	threads  []site // by id: where each was started
	standing []site // by id: of the step announced
	failedAt site
	next     row             // what is known of the step that has been granted
	vars     map[*shadow]int // number, in the order of first use
	pointers map[uint64]int  // likewise
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

var hostPath = strings.TrimSuffix(explorePath, "explore") + "host."

// callSite returns where the program calls this package, on the running stack.
func callSite() (s site) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		name, ours := ours(f.Function, f.File)
		switch {
		case ours && name == "":
		case ours:
			s.method = plainName(name)
			s.call = lastName(s.method)
		case strings.HasPrefix(f.Function, hostPath) && strings.HasPrefix(filepath.Base(f.File), "model"):
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

// born: the running thread starts t.
func (r *recording) born(t *thread) {
	r.threads = grown(r.threads, int(t.id))
	if t.id > 0 {
		r.threads[t.id] = callSite()
	}
}

// announced: t stands before its op.
func (r *recording) announced(t *thread) {
	r.standing = grown(r.standing, int(t.id))
	at := callSite()
	r.standing[t.id] = at
	for _, o := range []*object{t.op.obj, t.op.obj2} {
		if o == nil {
			continue
		}
		r.uses = grown(r.uses, int(o.id))
		if owner, _, _ := strings.Cut(at.method, "."); owner == o.class.typeName() || composed[owner] {
			r.uses[o.id] = append(r.uses[o.id], at)
		}
	}
}

// granted: t's step comes next.
func (r *recording) granted(e *engine, t *thread) {
	r.next = row{step: e.grants + 1, preempts: e.preempts(t)}
}

// chose: Choose returns v to t.
func (r *recording) chose(t *thread, n, v int) {
	text := fmt.Sprintf("choose: %d of 0..%d", v, n-1)
	r.rows = append(r.rows, row{thread: t.id, text: text, from: -1, site: callSite()})
}

// done is called by the thread that has just done e's last event.
func (r *recording) done(e *engine) {
	ev := &e.events[len(e.events)-1]
	w := r.next
	w.thread, w.site, w.from = ev.thread, r.standing[ev.thread], -1
	w.text = r.describe(e, ev)
	if ev.obj != noObject {
		w.object = e.objects[ev.obj].String()
		w.writes = ev.mode == writes
		w.from = r.lastWrite(w.object)
	}
	if ev.kind == opWoken && ev.from >= 0 {
		w.from = slices.IndexFunc(r.rows, func(w row) bool { return w.step == int(ev.from)+1 })
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

// accessed: t has read or written plain memory.
func (r *recording) accessed(s *shadow, t *thread, m mode) {
	w := row{thread: t.id, writes: m == writes, from: -1, site: callSite()}
	i, known := r.vars[s]
	if !known {
		i = len(r.vars)
		r.vars[s] = i
		r.varUses = append(r.varUses, nil)
		if s.name == "" && i < len(r.varNames) {
			s.name = r.varNames[i]
		}
	}
	r.varUses[i] = append(r.varUses[i], w.site)
	if strings.HasPrefix(w.method, "Stack.") {
		return // not memory of the program
	}
	w.object, w.text = s.name, "read "+s.name
	if m == writes {
		w.text = "write " + s.name
	}
	w.from = r.lastWrite(w.object)
	r.rows = append(r.rows, w)
}

// value is what the last access of plain memory has read or written.
func (r *recording) value(v any) {
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

// raced tells where t, which is about to access s, and other have done it.
func (r *recording) raced(s *shadow, t *thread, other *thread) string {
	if strings.HasPrefix(callSite().method, "Stack.") {
		return ""
	}
	r.accessed(s, t, reads)
	w := &r.rows[len(r.rows)-1]
	if strings.HasSuffix(w.method, "Store") {
		w.text, w.writes = "write "+s.name, true
	}
	text := fmt.Sprintf(" (%v at %v", t, w.site)
	for i := len(r.rows) - 2; i >= 0; i-- {
		if u := &r.rows[i]; u.thread == other.id && u.object == s.name && (u.writes || w.writes) {
			text += fmt.Sprintf(", %v at %v", other, u.site)
			break
		}
	}
	return text + ")"
}

// failed: the running thread has violated a property.
func (r *recording) failed() {
	r.failedAt = callSite()
}

// nameOf returns the name of o that was found out, or "".
func (r *recording) nameOf(o *object) string {
	if int(o.id) >= len(r.names) {
		return ""
	}
	return r.names[o.id]
}

// composed are types that are made of controlled ones, which have their names.
var composed = map[string]bool{"Once": true, "WaitGroup": true, "rlocker": true}
