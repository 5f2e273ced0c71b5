package engine

import (
	"fmt"
	"slices"
	"strings"
)

// judge looks at an execution that has come to an end, while its threads still stand where
// they are, and says what it broke: e.Failure.
//
// In one that is stuck several things may be wrong at once. The first of these names it,
// because the later ones often follow from it:
//
//  1. Threads wait for each other, in a cycle: Deadlock.
//  2. A thread waits for a wakeup that came too early or was wiped out: LostWakeup.
//  3. A thread spins: Livelock.
//  4. The first thread has ended: LeakedThreads.
//  5. Otherwise: Deadlock.
//
// The message tells of all threads that wait.
func (e *Engine) judge() {
	if e.Outcome != Stuck || e.Failure != nil {
		return
	}
	waiting := e.waiting()
	for _, find := range []finder{cycle, lostWakeup, livelock, leaked, deadlock} {
		if v := find(e, waiting); v != nil {
			v.Step = e.withLooks().Steps()
			e.Failure = v
			return
		}
	}
}

// finder looks for one kind of violation among the threads that wait.
type finder func(e *Engine, waiting []*Thread) *Violation

// waiting returns the threads that have not ended, the eldest first.
func (e *Engine) waiting() (ts []*Thread) {
	for _, t := range e.Alive {
		if !t.Ended {
			ts = append(ts, t)
		}
	}
	return ts
}

// cycle finds threads each of which waits for the next: for the holder of a lock, or for
// the end of a thread.
func cycle(e *Engine, waiting []*Thread) *Violation {
	for _, t := range waiting {
		if ring := e.pathBack(t, []*Thread{t}); ring != nil {
			return e.violation(Deadlock, ring, waiting)
		}
	}
	return nil
}

// pathBack continues path, of threads each of which waits for the next, back to goal; nil
// if there is no way.
func (e *Engine) pathBack(goal *Thread, path []*Thread) []*Thread {
	for _, u := range e.blockers(path[len(path)-1]) {
		if u == goal {
			return path
		}
		if u.Ended || slices.Contains(path, u) {
			continue
		}
		if ring := e.pathBack(goal, append(path, u)); ring != nil {
			return ring
		}
	}
	return nil
}

// by returns the thread that took the step of event i.
func (e *Engine) by(i int) *Thread { return e.Threads[e.Events[i].Thread] }

// blockers returns the threads without which t cannot go on.
func (e *Engine) blockers(t *Thread) []*Thread {
	switch {
	case t.spins():
		return nil
	case t.Op.Kind == OpJoin:
		return []*Thread{t.Op.Join}
	case t.Op.Kind == OpDrain:
		return e.holders(t.Op.Obj)
	case t.Op.Kind == OpLock || t.Op.Kind == OpRLock:
		if w := e.writer(t.Op.Obj); w != nil {
			return []*Thread{w}
		}
		return e.holders(t.Op.Obj)
	}
	return nil
}

// writer returns the thread that waits for the readers of o to leave; nil if none does.
func (e *Engine) writer(o *Object) *Thread {
	for _, t := range e.Alive {
		if !t.Ended && t.Op.Kind == OpDrain && t.Op.Obj == o {
			return t
		}
	}
	return nil
}

// holders returns the threads that have taken o, a lock, and not released it. If a thread
// releases it for one of several readers, it is not known for which.
func (e *Engine) holders(o *Object) (ts []*Thread) {
	for i := range e.Events {
		ev := &e.Events[i]
		if ev.Obj != o.ID || !ev.OK {
			continue
		}
		switch t := e.Threads[ev.Thread]; ev.Kind {
		case OpLock, OpTryLock, OpRLock, OpTryRLock, OpDrain:
			ts = append(ts, t)
		case OpUnlock, OpCondWait:
			ts = ts[:0]
		case OpRUnlock:
			k := max(slices.Index(ts, t), 0)
			ts = slices.Delete(ts, k, k+1)
		}
	}
	return ts
}

// lostWakeup finds a thread that waits for a wakeup that has been.
func lostWakeup(e *Engine, waiting []*Thread) *Violation {
	for _, t := range waiting {
		how := ""
		switch {
		case t.spins():
		case t.Op.Kind == OpNoteSleep:
			how = e.wiped(t.Op.Obj)
		case t.Op.Kind == OpWoken:
			how = e.unheard(t)
		}
		if how != "" {
			v := e.violation(LostWakeup, []*Thread{t}, waiting)
			v.Message += "; " + how
			return v
		}
	}
	return nil
}

// wiped tells which Clear has wiped out a Wakeup of o, a Note, that no thread had seen,
// since the last Sleep.
func (e *Engine) wiped(o *Object) (how string) {
	unseen := -1
	for i := range e.Events {
		ev := &e.Events[i]
		switch {
		case ev.Obj != o.ID:
		case ev.Kind == OpNoteWakeup:
			unseen = i
		case ev.Kind == OpNoteSleep && ev.OK:
			unseen, how = -1, ""
		case ev.Kind == OpLoad: // Signaled
			unseen = -1
		case ev.Kind == OpNoteClear && unseen >= 0:
			how = fmt.Sprintf(
				"%v woke it (step %d), and %v cleared it (step %d) before anybody saw it",
				e.by(unseen), unseen+1, e.by(i), i+1)
			unseen = -1
		}
	}
	return how
}

// unheard tells which thread has signaled the Cond on which t waits, or woken the futex,
// before t waited and when no other thread did. For a futex it counts only if the value has
// been the same since: otherwise t would have noticed.
func (e *Engine) unheard(t *Thread) (how string) {
	o := e.waitsOn(t)
	for i := range e.Events[:t.Last] {
		switch ev := &e.Events[i]; {
		case ev.Obj2 == o.ID && ev.Thread == t.ID: // Cond.Wait, earlier
			how = ""
		case ev.Obj != o.ID:
		case ev.Old != ev.New:
			how = ""
		case ev.Thread != t.ID && !ev.OK && ev.Kind.wakes():
			how = fmt.Sprintf("%v woke it (step %d) when nobody waited yet", e.by(i), i+1)
		}
	}
	return how
}

// waitsOn returns the object in whose queue t is.
func (e *Engine) waitsOn(t *Thread) *Object {
	if ev := &e.Events[t.Last]; ev.Kind == OpCondWait {
		return e.Object(ev.Obj2)
	} else {
		return e.Object(ev.Obj)
	}
}

// livelock finds a thread that spins (see Pause) when no thread is left to write what it
// reads.
func livelock(e *Engine, waiting []*Thread) *Violation {
	for _, t := range waiting {
		if t.spins() {
			return e.violation(Livelock, []*Thread{t}, waiting)
		}
	}
	return nil
}

// leaked finds threads that are left when the first one, the program, is over.
func leaked(e *Engine, waiting []*Thread) *Violation {
	if waiting[0].Nth == 0 {
		return nil
	}
	v := e.violation(LeakedThreads, waiting[:1], waiting)
	v.Message = "the first thread has ended; " + v.Message
	return v
}

func deadlock(e *Engine, waiting []*Thread) *Violation {
	return e.violation(Deadlock, waiting[:1], waiting)
}

// violation says that p is broken, and what all threads wait for, guilty first.
func (e *Engine) violation(p Property, guilty, waiting []*Thread) *Violation {
	var says []string
	for _, t := range guilty {
		says = append(says, e.plight(t))
	}
	for _, t := range waiting {
		if !slices.Contains(guilty, t) {
			says = append(says, e.plight(t))
		}
	}
	return &Violation{Property: p, Thread: int(guilty[0].Nth), Message: strings.Join(says, "; ")}
}

// plight says what t waits for.
func (e *Engine) plight(t *Thread) string {
	what := t.String() + " "
	switch {
	case t.spins():
		return what + "spins: nobody is left to write what it has read, " + t.hasRead()
	case t.Op.Kind == OpLock, t.Op.Kind == OpRLock, t.Op.Kind == OpDrain:
		return what + "waits for " + t.Op.Obj.what() + e.heldBy(t)
	case t.Op.Kind == OpNoteSleep:
		return what + "sleeps on " + t.Op.Obj.what()
	case t.Op.Kind == OpWoken:
		return what + "waits to be woken on " + e.waitsOn(t).what()
	case t.Op.Kind == OpJoin:
		return what + "waits for the end of " + t.Op.Join.String()
	}
	return what + "waits"
}

// heldBy says which threads hold the lock for which t waits.
func (e *Engine) heldBy(t *Thread) string {
	var who []string
	for _, u := range e.holders(t.Op.Obj) {
		switch {
		case u == t:
			who = append(who, "itself")
		case u.Ended:
			who = append(who, u.String()+", which has ended")
		default:
			who = append(who, u.String())
		}
	}
	held := ", held by " + strings.Join(who, " and ")
	if w := e.writer(t.Op.Obj); w != nil && w != t {
		held += ", behind " + w.String() + ", which wants to write"
	}
	return held
}

// spins says whether t waits after a Pause, or would have to.
func (t *Thread) spins() bool { return len(t.Await) > 0 || t.InVain() }

// hasRead lists what t has read since its last Pause, with the values.
func (t *Thread) hasRead() string {
	if t.InVain() {
		return fmt.Sprintf("%v = %s", t.Op.Obj, t.Op.Obj.Class.Show(t.Op.Obj.bits))
	}
	var list []string
	for i := range t.Await {
		if o := t.Await[i].Obj; o.Class <= ClassUintptr {
			list = append(list, fmt.Sprintf("%v = %s", o, o.Class.Show(o.bits)))
		} else {
			list = append(list, o.what())
		}
	}
	return strings.Join(list, ", ")
}

// String returns the name that the program gave it, or that was found in its source. If
// there is none, that is the class and a number, such as "mutex 3" for the third one that a
// thread of this execution has touched.
func (o *Object) String() string {
	if o.name != "" {
		return o.name
	}
	if o.e.Observer != nil {
		if name := o.e.Observer.NameOf(o); name != "" {
			return name
		}
	}
	n := 1
	for _, p := range o.e.Objects[:o.ID] {
		if p.Class == o.Class {
			n++
		}
	}
	return fmt.Sprintf("%v %d", o.Class, n)
}

// what is String with the class before a name.
func (o *Object) what() string {
	if o.name == "" || o.Class == classTime {
		return o.String()
	}
	return o.Class.String() + " " + o.name
}
