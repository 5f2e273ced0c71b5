package engine

import (
	"runtime"
	"slices"
	"strings"
	"unsafe"
)

// # Awaits
//
// A loop that waits looks in vain any number of times. Pause leaves out all but the first look
// at each value: see 'Pause'. Most often even the first look makes no difference: the thread
// stands afterwards as it stood before. Such a look is no step then: the thread is not enabled
// while it would look in vain, as if it waited for a lock.
//
// Whether a look is vain is found out by taking it:
//
//  1. The thread takes the step, and pauses. Alone has found that it goes round for ever, that
//     the look is the whole round, and that the stack is the same after each round.
//  2. The execution begins again, and the stack is kept as it is just before the look (watch).
//     It is compared with the stack just before the next look. If both are the same, the look
//     leaves the thread as it was.
//  3. The value is noted in the gate of the look, which is found by all that the thread has done
//     before (gateKey). The execution begins again without the step: the strategy decides
//     anew, and the thread is not enabled there.
//
// The look must change nothing, and no plain memory may be touched in the round. It must not be
// the first step of a recorded operation, since that stamps the call. A strategy may be unable
// to take a decision back (Retracter). Then each look is an event.
//
// Why nothing is lost. Let an execution have a vain look. Without the look the thread stands
// as it stood before, and so do all others. So the same can follow. The look could only have
// told the thread that memory was written: but that is a data race without the look, which is
// an execution as well. If the execution ends while the thread waits, it looks in vain for
// ever: that is a livelock, as after a Pause.
//
// What is taken on trust: memory that is neither on the stack nor watched. A loop that counts
// its rounds in a variable on the heap is taken to count none.

// Retracter is a strategy that can take a decision back.
type Retracter interface {
	// MayRetract says whether the step that it has allowed last can be taken back.
	MayRetract() bool
	// Retract takes it back. Next is called again at the same point, where the thread is not
	// enabled now.
	Retract()
}

// Gate is what is known of a look: at which values it is vain.
type Gate struct {
	shut   []uint64 // the look is no step
	events []uint64 // the look stays one
}

// Shut says whether a look at v is vain, and no step. A nil Gate is open.
func (g *Gate) Shut(v uint64) bool { return g != nil && slices.Contains(g.shut, v) }

// gates are those of a program.
type gates struct {
	of     map[uint64]*Gate    // by gateKey
	at     map[moment]struct{} // where there are some
	watch  moment              // the look before which the stack is kept
	before []uint64            // that stack
	after  []uint64            // the stack before the look that follows, off the record
	tries  int                 // how often that may still be done for this look
	spent  int                 // how often it has been done again, for all looks
}

// The stack may be moved while it is compared with what it was, and the garbage collector may
// stop the thread. Both write to words that are not in use. So it is compared again.
const (
	mostTriesOfLook = 3
	mostTriesOfAll  = 100
)

// moment is where a thread has taken so many steps.
type moment struct{ thread, seq int32 }

var none = moment{-1, -1}

// announced finds the gate of t's next step.
//
//go:noinline
func (gs *gates) announced(t *Thread) {
	at := moment{t.ID, t.Seq}
	t.passed, t.gate, t.gateSeq, t.looked = t.gate, nil, t.Seq+1, -1
	if gs.watch == at {
		gs.before = t.stackOutside(gs.before[:0])
	}
	if _, any := gs.at[at]; any && t.e.retracts {
		t.own()
		t.scan()
		t.gate = gs.of[t.gateKey(t.rounds.key, t.Op.Kind, t.Op.Obj)]
	}
}

// noteStack keeps the stack before the first step off the record, if that follows the look.
//
//go:noinline
func (s *solo) noteStack() {
	gs := s.e.gates
	if gs != nil && len(s.ops) == 0 && gs.watch == (moment{s.t.ID, s.t.Seq - 1}) {
		gs.after = s.t.stackOutside(gs.after[:0])
	}
}

// gateKey stands for all that t has done before a step of kind k on o; key is that of its looks.
func (t *Thread) gateKey(key uint64, k Kind, o *Object) uint64 {
	l := look{obj: NoObject, kind: k}
	if o != nil {
		l.obj = o.ID
	}
	return l.mix(key ^ t.rounds.choices)
}

// gate returns the gate with this key, of a look at this moment.
func (gs *gates) gate(key uint64, at moment) *Gate {
	g := gs.of[key]
	if g == nil {
		g = &Gate{}
		gs.of[key], gs.at[at] = g, struct{}{}
	}
	return g
}

// InVain says whether t's next step would be a vain look, which is no step.
func (t *Thread) InVain() bool { return t.gate != nil && t.gate.Shut(t.Op.Obj.bits) }

// KeepLook makes t's next step, a look in vain, an event.
func (t *Thread) KeepLook() {
	v := t.Op.Obj.bits
	t.gate.shut = slices.DeleteFunc(t.gate.shut, func(x uint64) bool { return x == v })
	t.gate.events = append(t.gate.events, v)
	t.asked = 0 // whether it is enabled is found out again
}

// Gate returns the gate of t's next step; nil if it has none.
func (t *Thread) Gate() *Gate { return t.gate }

// GateOf returns the gate of ev, the last event of a thread; nil if it had none.
func (e *Engine) GateOf(ev *Event) *Gate {
	switch t := e.Threads[ev.Thread]; t.gateSeq {
	case ev.Seq:
		return t.gate
	case ev.Seq + 1:
		return t.passed
	}
	return nil
}

// await leaves out t's last step, by which it has looked in vain, if that can be left out: then
// it does not return. See 'Awaits'.
func (s *solo) await() {
	t, e := s.t, s.e
	ev := &e.Events[t.Last]
	if !e.retracts || !e.quiet(ev) {
		return
	}
	if e.gates == nil {
		e.gates = &gates{of: map[uint64]*Gate{}, at: map[moment]struct{}{}, watch: none}
	}
	gs, at := e.gates, moment{t.ID, t.Seq - 1}
	g := gs.gate(t.gateKey(t.rounds.earlier, ev.Kind, e.Objects[ev.Obj]), at)
	may := s.plainRound == 0 && t.record.chosen != t.Seq && e.Strategy.(Retracter).MayRetract()
	switch {
	case slices.Contains(g.events, ev.Old):
		return
	case may && gs.watch != at:
		gs.watch, gs.tries = at, mostTriesOfLook
	case may && len(gs.before) > 0 && slices.Equal(gs.before, gs.after):
		g.shut = append(g.shut, ev.Old)
		e.retracting = true
	case may && gs.tries > 0 && gs.spent < mostTriesOfAll:
		gs.tries, gs.spent = gs.tries-1, gs.spent+1
	default:
		g.events = append(g.events, ev.Old)
		return
	}
	gs.before, gs.after = append(gs.before[:0], 0), gs.after[:0]
	t.alone = false
	e.Outcome = Again
	e.switchTo(nil)
}

// quiet says whether ev is a look that can be left out. Pointers have other bits in each
// execution, but for nil.
func (e *Engine) quiet(ev *Event) bool {
	if ev.Obj == NoObject || ev.Obj2 != NoObject || ev.Old != ev.New || ev.Timed || ev.After ||
		ev.Marks != 0 {
		return false
	}
	return looks(ev.Kind, e.Objects[ev.Obj], ev.Old)
}

// Looks says whether t's next step may be a look in vain, as far as can be seen from outside.
func (t *Thread) Looks() bool {
	return t.Op.Obj != nil && looks(t.Op.Kind, t.Op.Obj, t.Op.Obj.bits)
}

// looks says whether an operation of this kind on o, with this value, may be such a look.
func looks(k Kind, o *Object, old uint64) bool {
	switch k {
	case OpLoad, OpSwap, OpCAS, OpAdd, OpAnd, OpOr:
		return o.Class < ClassPointer || o.Class == ClassPointer && old == 0
	}
	return false
}

// retract takes the last step back, in the script of the execution that begins again.
func (e *Engine) retract() {
	e.script = e.script[:len(e.script)-1]
	e.Strategy.(Retracter).Retract()
}

// # Schedules
//
// A strategy to which each look is an event needs the looks to repeat an execution. A thread that
// has not looked is enabled there, so time does not advance, and the execution does not end. So
// when no thread is enabled, the engine notes a look by each that waits in vain (noteLooks). A
// schedule that is told has these looks (withLooks).

// lookLeftOut is a look by a thread that would have come after so many decisions.
type lookLeftOut struct {
	after  int
	thread int32 // its place
}

// noteLooks notes the looks of the threads that wait in vain, and have not looked since a change.
func (e *Engine) noteLooks() {
	if e.gates == nil {
		return
	}
	for _, t := range e.Alive {
		if seen := len(e.Events); !t.Ended && t.InVain() &&
			(t.looked < 0 || t.Op.Obj.changedSince(t.looked, t.ID)) {
			t.looked = int32(seen) - 1
			e.leftOut = append(e.leftOut, lookLeftOut{len(e.Schedule), t.Nth})
		}
	}
}

// withLooks returns the decisions so far, with the looks that were left out.
func (e *Engine) withLooks() (s Schedule) {
	from := 0
	for _, l := range e.leftOut {
		s = append(append(s, e.Schedule[from:l.after]...), l.thread)
		from = l.after
	}
	return append(s, e.Schedule[from:]...)
}

// stackOutside appends to to the stack of t from the function on that has called the explorer,
// without the arguments of that call: these are the callee's.
//
//go:noinline
func (t *Thread) stackOutside(to []uint64) []uint64 {
	if !KnowsGoroutines {
		return to
	}
	depth := callerDepth() // of the caller's frame
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for called := ""; ; {
		f, more := frames.Next()
		if !more {
			return to
		}
		if f.Func == nil {
			continue // its frame is part of the one that follows
		}
		name, own := operation(f.Func.Name())
		if !own {
			to = stackFrom(depth, carrierOf(t.e.running).floor, to)
			clear(to[1:min(1+arguments[called], len(to))])
			return to
		}
		called, depth = name, outerDepth(depth)
	}
}

// operation says whether a function is one of this package, or a method of one of the types that
// package explore makes of them. Such a method is inlined, unless the race detector is built in.
// It returns what its arguments are known by.
func operation(function string) (name string, own bool) {
	if name, own = strings.CutPrefix(function, ownPackage); own {
		return name, true
	}
	name, face := strings.CutPrefix(function, facePackage+"(*")
	kind, method, _ := strings.Cut(name, ").")
	kind, _, _ = strings.Cut(kind, "[")
	return method, face && slices.Contains(classNames[:ClassPointer+1], kind)
}

// arguments is how many words the caller keeps free for the arguments of a method, which come
// in registers. Nobody reads these words when the method has returned.
var arguments = map[string]int{
	"(*Word).Load": words(unsafe.Sizeof(struct {
		w    *Word
		c    Class
		what string
	}{})),
	"(*Word).Update": words(unsafe.Sizeof(struct {
		w    *Word
		c    Class
		k    Kind
		v    uint64
		what string
	}{})),
	"(*Word).Cas": words(unsafe.Sizeof(struct {
		w        *Word
		c        Class
		old, new uint64
		what     string
	}{})),
	"(*Pointer).Load": words(unsafe.Sizeof(struct {
		x    *Pointer
		what string
	}{})),
	// Those of package explore, of the smallest type.
	"Load":           words(unsafe.Sizeof(uintptr(0))),
	"Swap":           words(2 * unsafe.Sizeof(uintptr(0))),
	"Add":            words(2 * unsafe.Sizeof(uintptr(0))),
	"And":            words(2 * unsafe.Sizeof(uintptr(0))),
	"Or":             words(2 * unsafe.Sizeof(uintptr(0))),
	"CompareAndSwap": words(2 * unsafe.Sizeof(uintptr(0))),
}

func words(bytes uintptr) int { return int(bytes / unsafe.Sizeof(bytes)) }

// ownPackage and facePackage begin the names of the functions of this package, and of package
// explore.
var ownPackage, facePackage = func() (own, face string) {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	face, _, _ = strings.Cut(name, "/internal/")
	return name[:strings.LastIndexByte(name, '/')+1] + "engine.", face + "."
}()

// outerDepth returns the depth of the frame that follows the one of which this is the depth.
func outerDepth(depth uintptr) uintptr {
	hi := (*[2]uintptr)(pointer(getg()))[1]
	saved := *(*uintptr)(pointer(hi - depth - 2*unsafe.Sizeof(depth)))
	return hi - saved - 2*unsafe.Sizeof(depth)
}
