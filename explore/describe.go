package explore

import (
	"fmt"
	"strings"
	"time"
)

// describe tells what ev did.
func (r *recording) describe(e *engine, ev *event) string {
	name := ""
	show := func(bits uint64) string { return fmt.Sprint(bits) }
	if ev.obj != noObject {
		o := e.object(ev.obj)
		name = o.String()
		show = func(bits uint64) string { return r.show(o.class, bits) }
	}
	switch ev.kind {
	case opLoad:
		return fmt.Sprintf("load %s: %s", name, show(ev.old))
	case opStore, opSwap, opAdd, opAnd, opOr:
		return fmt.Sprintf("%v %s: %s → %s", ev.kind, name, show(ev.old), show(ev.new))
	case opCAS:
		if !ev.ok {
			return fmt.Sprintf("CAS %s fails: is %s, not %s", name, show(ev.old), show(ev.want))
		}
		return fmt.Sprintf("CAS %s: %s → %s", name, show(ev.old), show(ev.new))
	case opLock:
		if !ev.ok {
			return fmt.Sprintf("lock %s: after its readers", name)
		}
		return "lock " + name
	case opDrain:
		return fmt.Sprintf("lock %s: its readers are gone", name)
	case opRLock, opUnlock, opRUnlock:
		return fmt.Sprintf("%v %s", ev.kind, name)
	case opTryLock, opTryRLock:
		if !ev.ok {
			return fmt.Sprintf("%v %s fails", ev.kind, name)
		}
		return fmt.Sprintf("%v %s", ev.kind, name)
	case opJoin:
		return fmt.Sprintf("join %v", e.threads[ev.thread].op.join)
	case opNow:
		return fmt.Sprintf("now: %v", time.Duration(ev.old))
	}
	return r.describeWait(e, ev, name, show)
}

// describeWait does that for what waits and wakes.
func (r *recording) describeWait(e *engine, ev *event, name string, show func(uint64) string) string {
	switch ev.kind {
	case opNoteSleep:
		if !ev.ok {
			return fmt.Sprintf("sleep on %s times out at %v", name, time.Duration(e.now))
		}
		return fmt.Sprintf("sleep on %s ends", name)
	case opNoteWakeup:
		return "wake " + name
	case opCondWait:
		return fmt.Sprintf("wait for %v, unlock %s", e.objects[ev.obj2], name)
	case opSignal, opBroadcast, opFutexWake:
		whom := "nobody waits"
		if ev.ok {
			whom = "wakes " + strings.Join(r.woken(e), ", ")
		}
		return fmt.Sprintf("%v %s: %s", ev.kind, name, whom)
	case opFutexWait:
		if !ev.ok {
			return fmt.Sprintf("futex wait %s: no, is %s, not %s", name, show(ev.old), show(ev.want))
		}
		return fmt.Sprintf("futex wait while %s is %s", name, show(ev.old))
	case opWoken:
		if !ev.ok {
			return fmt.Sprintf("wait times out at %v", time.Duration(e.now))
		}
		return "wakes up"
	case opTimeout:
		return fmt.Sprintf("sleep ends at %v", time.Duration(e.now))
	}
	return fmt.Sprintf("%v %s", ev.kind, name)
}

// woken returns the threads that the last event has woken.
func (r *recording) woken(e *engine) (whom []string) {
	for _, t := range e.alive {
		if t.woken && t.wokenBy == int32(len(e.events)-1) {
			whom = append(whom, t.String())
		}
	}
	return whom
}

// show is class.show, but pointers are numbered in the order in which they appear.
func (r *recording) show(c class, bits uint64) string {
	switch {
	case c != classPointer:
		return c.show(bits)
	case bits == 0:
		return "nil"
	case r.pointers[bits] == 0:
		r.pointers[bits] = len(r.pointers) + 1
	}
	return fmt.Sprintf("&%d", r.pointers[bits])
}

// pendingText tells for which step t waits.
func pendingText(t *thread) string {
	o := t.op.obj
	switch {
	case len(t.await) > 0:
		names := make([]string, len(t.await))
		for i, m := range t.await {
			names[i] = m.obj.String()
		}
		return "spins until a change of " + strings.Join(names, ", ")
	case t.op.kind == opJoin:
		return fmt.Sprintf("waits to join %v", t.op.join)
	case t.op.kind == opWoken:
		return "waits to be woken"
	case t.op.kind == opNoteSleep:
		return fmt.Sprintf("sleeps on %v", o)
	case t.op.kind == opDrain:
		return fmt.Sprintf("waits for the readers of %v", o)
	case o != nil:
		return fmt.Sprintf("waits to %v %v", t.op.kind, o)
	}
	return "waits to " + t.op.kind.String()
}
