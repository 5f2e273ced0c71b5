package explore

import (
	"fmt"
	"slices"
	"strings"
)

// judge looks at an execution that has come to an end, its threads still standing
// where they are, and says what it broke: e.failure.
//
// In one that is stuck several things may be wrong at once; the first of these
// names it, because the later ones often follow from it:
//
//  1. threads that wait for each other, in a cycle: Deadlock;
//  2. a thread waits for a wakeup that came too early or was wiped out: LostWakeup;
//  3. a thread spins: Livelock;
//  4. the first thread has ended: LeakedThreads;
//  5. otherwise: Deadlock.
//
// The message tells of all threads that wait.
func (e *engine) judge() {
	if e.outcome != stuck || e.failure != nil {
		return
	}
	waiting := e.waiting()
	for _, find := range []func(*engine, []*thread) *Violation{cycle, lostWakeup, livelock, leaked, deadlock} {
		if v := find(e, waiting); v != nil {
			v.Step = len(e.events)
			e.failure = v
			return
		}
	}
}

// waiting returns the threads that have not ended, the eldest first.
func (e *engine) waiting() (ts []*thread) {
	for _, t := range e.alive {
		if !t.ended {
			ts = append(ts, t)
		}
	}
	return ts
}

// cycle: a lock's holder, or a thread to be joined, waits itself for who waits for
// it.
func cycle(e *engine, waiting []*thread) *Violation {
	for _, t := range waiting {
		if ring := e.pathBack(t, []*thread{t}); ring != nil {
			return e.violation(Deadlock, ring, waiting)
		}
	}
	return nil
}

// pathBack continues path, of threads that wait each for the next, back to goal.
func (e *engine) pathBack(goal *thread, path []*thread) []*thread {
	for _, u := range e.blockers(path[len(path)-1]) {
		if u == goal {
			return path
		}
		if u.ended || slices.Contains(path, u) {
			continue
		}
		if ring := e.pathBack(goal, append(path, u)); ring != nil {
			return ring
		}
	}
	return nil
}

// by returns the thread that took the step of event i.
func (e *engine) by(i int) *thread { return e.threads[e.events[i].thread] }

// blockers returns the threads without which t cannot go on.
func (e *engine) blockers(t *thread) []*thread {
	switch {
	case len(t.await) > 0:
		return nil
	case t.op.kind == opJoin:
		return []*thread{t.op.join}
	case t.op.kind == opDrain:
		return e.holders(t.op.obj)
	case t.op.kind == opLock || t.op.kind == opRLock:
		if w := e.writer(t.op.obj); w != nil {
			return []*thread{w}
		}
		return e.holders(t.op.obj)
	}
	return nil
}

// writer returns the thread that waits for the readers of o to leave; nil if none
// does.
func (e *engine) writer(o *object) *thread {
	for _, t := range e.alive {
		if !t.ended && t.op.kind == opDrain && t.op.obj == o {
			return t
		}
	}
	return nil
}

// holders returns the threads that have taken o, a lock, and not released it. If
// one releases it for another, it is not known which other of several readers.
func (e *engine) holders(o *object) (ts []*thread) {
	for i := range e.events {
		ev := &e.events[i]
		if ev.obj != o.id || !ev.ok {
			continue
		}
		switch t := e.threads[ev.thread]; ev.kind {
		case opLock, opTryLock, opRLock, opTryRLock, opDrain:
			ts = append(ts, t)
		case opUnlock, opCondWait:
			ts = ts[:0]
		case opRUnlock:
			k := max(slices.Index(ts, t), 0)
			ts = slices.Delete(ts, k, k+1)
		}
	}
	return ts
}

// lostWakeup: a thread waits for a wakeup that has been.
func lostWakeup(e *engine, waiting []*thread) *Violation {
	for _, t := range waiting {
		how := ""
		switch {
		case len(t.await) > 0:
		case t.op.kind == opNoteSleep:
			how = e.wiped(t.op.obj)
		case t.op.kind == opWoken:
			how = e.unheard(t)
		}
		if how != "" {
			v := e.violation(LostWakeup, []*thread{t}, waiting)
			v.Message += "; " + how
			return v
		}
	}
	return nil
}

// wiped tells which Clear has wiped out a Wakeup of o, a Note, that nobody had
// seen; since the last Sleep.
func (e *engine) wiped(o *object) (how string) {
	unseen := -1
	for i := range e.events {
		ev := &e.events[i]
		switch {
		case ev.obj != o.id:
		case ev.kind == opNoteWakeup:
			unseen = i
		case ev.kind == opNoteSleep && ev.ok:
			unseen, how = -1, ""
		case ev.kind == opLoad: // Signaled
			unseen = -1
		case ev.kind == opNoteClear && unseen >= 0:
			how = fmt.Sprintf("%v woke it (step %d), and %v cleared it (step %d) before anybody saw it",
				e.by(unseen), unseen+1, e.by(i), i+1)
			unseen = -1
		}
	}
	return how
}

// unheard tells which thread has signaled the Cond on which t waits, or woken the
// futex, before t waited and when nobody else did. For a futex it counts only if
// the value has been the same since: otherwise t would have noticed.
func (e *engine) unheard(t *thread) (how string) {
	o := e.waitsOn(t)
	for i := range e.events[:t.last] {
		switch ev := &e.events[i]; {
		case ev.obj2 == o.id && ev.thread == t.id: // Cond.Wait, earlier
			how = ""
		case ev.obj != o.id:
		case ev.old != ev.new:
			how = ""
		case ev.thread != t.id && !ev.ok && (ev.kind == opSignal || ev.kind == opBroadcast || ev.kind == opFutexWake):
			how = fmt.Sprintf("%v woke it (step %d) when nobody waited yet", e.by(i), i+1)
		}
	}
	return how
}

// waitsOn returns the object in whose queue t is.
func (e *engine) waitsOn(t *thread) *object {
	if ev := &e.events[t.last]; ev.kind == opCondWait {
		return e.object(ev.obj2)
	} else {
		return e.object(ev.obj)
	}
}

// livelock: a thread spins (see Pause), and nobody is left to write what it reads.
func livelock(e *engine, waiting []*thread) *Violation {
	for _, t := range waiting {
		if len(t.await) > 0 {
			return e.violation(Livelock, []*thread{t}, waiting)
		}
	}
	return nil
}

// leaked: the program is over, but not all of its threads.
func leaked(e *engine, waiting []*thread) *Violation {
	if waiting[0].nth == 0 {
		return nil
	}
	v := e.violation(LeakedThreads, waiting[:1], waiting)
	v.Message = "the first thread has ended; " + v.Message
	return v
}

func deadlock(e *engine, waiting []*thread) *Violation {
	return e.violation(Deadlock, waiting[:1], waiting)
}

// violation says that p is broken, first of all by guilty, and what all wait for.
func (e *engine) violation(p Property, guilty, waiting []*thread) *Violation {
	var says []string
	for _, t := range guilty {
		says = append(says, e.plight(t))
	}
	for _, t := range waiting {
		if !slices.Contains(guilty, t) {
			says = append(says, e.plight(t))
		}
	}
	return &Violation{Property: p, Thread: int(guilty[0].nth), Message: strings.Join(says, "; ")}
}

// plight says what t waits for.
func (e *engine) plight(t *thread) string {
	what := t.String() + " "
	switch {
	case len(t.await) > 0:
		return what + "spins: nobody is left to write what it has read, " + t.hasRead()
	case t.op.kind == opLock, t.op.kind == opRLock, t.op.kind == opDrain:
		return what + "waits for " + t.op.obj.what() + e.heldBy(t)
	case t.op.kind == opNoteSleep:
		return what + "sleeps on " + t.op.obj.what()
	case t.op.kind == opWoken:
		return what + "waits to be woken on " + e.waitsOn(t).what()
	case t.op.kind == opJoin:
		return what + "waits for the end of " + t.op.join.String()
	}
	return what + "waits"
}

// heldBy says who holds the lock for which t waits.
func (e *engine) heldBy(t *thread) string {
	var who []string
	for _, u := range e.holders(t.op.obj) {
		switch {
		case u == t:
			who = append(who, "itself")
		case u.ended:
			who = append(who, u.String()+", which has ended")
		default:
			who = append(who, u.String())
		}
	}
	held := ", held by " + strings.Join(who, " and ")
	if w := e.writer(t.op.obj); w != nil && w != t {
		held += ", behind " + w.String() + ", which wants to write"
	}
	return held
}

// hasRead lists what t has read since its last Pause, with the values, by which
// it is not content.
func (t *thread) hasRead() string {
	var list []string
	for _, m := range t.await {
		if o := m.obj; o.class <= classUintptr {
			list = append(list, fmt.Sprintf("%v = %s", o, o.class.show(o.bits)))
		} else {
			list = append(list, o.what())
		}
	}
	return strings.Join(list, ", ")
}

// String returns the name that the program gave it or that was found in its
// source or, if there is none, the class and a number, such as "mutex 3" for the
// third one that a thread of this execution has touched.
func (o *object) String() string {
	if o.name != "" {
		return o.name
	}
	if o.e.observer != nil {
		if name := o.e.observer.nameOf(o); name != "" {
			return name
		}
	}
	n := 1
	for _, p := range o.e.objects[:o.id] {
		if p.class == o.class {
			n++
		}
	}
	return fmt.Sprintf("%v %d", o.class, n)
}

// what is String with the class before a name.
func (o *object) what() string {
	if o.name == "" || o.class == classTime {
		return o.String()
	}
	return o.class.String() + " " + o.name
}
