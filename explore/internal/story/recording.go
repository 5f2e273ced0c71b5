package story

import (
	"fmt"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
)

// recording observes an execution, and keeps what its events do not tell: names, values and
// places in the source. The execution must be the first of its engine, so that the ids of
// threads are the order in which they were made.
type recording struct {
	rows     []row
	threads  []site                 // by id: where each was started
	standing []site                 // by id: of the step that the thread has announced
	failedAt site                   // where a property was violated
	next     row                    // of the step that has been granted, not yet complete
	vars     map[*engine.Shadow]int // the number of each Var, in the order of first use
	pointers map[uint64]int         // the number of each pointer, likewise
	sources  sources

	// Names for objects and Vars that the program has not named, by object id and by number
	// of Var. They come from an earlier recording of the same execution.
	names    []string
	varNames []string

	// The calls that use each object and each Var, from which names are found.
	uses    [][]site // by object id
	varUses [][]site // by number of Var
}

// row tells an operation, an access of plain memory, or a choice.
type row struct {
	thread   int32
	step     int // from 1; 0: it is no step
	preempts bool
	text     string
	object   string // the name of what it touches
	writes   bool
	from     int    // the row whose value it reads, or that woke its thread; -1: none
	pending  bool   // it was never done
	code     string // the line of the source
	site
}

func grown[T any](s []T, i int) []T {
	for len(s) <= i {
		s = append(s, *new(T))
	}
	return s
}

// Born: the running thread has started t.
func (r *recording) Born(t *engine.Thread) {
	r.threads = grown(r.threads, int(t.ID))
	if t.ID > 0 {
		r.threads[t.ID] = callSite()
	}
}

// Announced: t has announced its next operation.
func (r *recording) Announced(t *engine.Thread) {
	r.standing = grown(r.standing, int(t.ID))
	at := callSite()
	r.standing[t.ID] = at
	for _, o := range []*engine.Object{t.Op.Obj, t.Op.Obj2} {
		if o == nil {
			continue
		}
		r.uses = grown(r.uses, int(o.ID))
		owner, _, _ := strings.Cut(at.method, ".")
		if owner == o.Class.TypeName() || composed[owner] {
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
		waker := int(ev.From) + 1
		w.from = slices.IndexFunc(r.rows, func(w row) bool { return w.step == waker })
	}
	r.rows = append(r.rows, w)
}

// lastWrite returns the last row that wrote object; -1 if none did.
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
		return // a Stack is not memory of the program
	}
	w.object, w.text = s.Name, "read "+s.Name
	if m == engine.Writes {
		w.text = "write " + s.Name
	}
	w.from = r.lastWrite(w.object)
	r.rows = append(r.rows, w)
}

// Value completes the last access of plain memory with the value read or written.
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

// Raced returns the places of two accesses of s that race: the one that t is about to make,
// and the last one of other that conflicts with it.
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

// NameOf returns the name that was found for o, or "".
func (r *recording) NameOf(o *engine.Object) string {
	if int(o.ID) >= len(r.names) {
		return ""
	}
	return r.names[o.ID]
}

// composed are the types of the face that are made of controlled ones. Their parts have
// their names.
var composed = map[string]bool{"Once": true, "WaitGroup": true, "rlocker": true}

// Again: the execution begins again, from the beginning.
func (r *recording) Again() {
	*r = recording{
		vars: map[*engine.Shadow]int{}, pointers: map[uint64]int{}, sources: r.sources,
		names: r.names, varNames: r.varNames,
	}
}
