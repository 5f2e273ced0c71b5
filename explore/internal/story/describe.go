package story

import (
	"fmt"
	"strings"
	"time"

	"schedlab/explore/internal/engine"
)

// describe says in words what ev did.
func (r *recording) describe(e *engine.Engine, ev *engine.Event) string {
	name := ""
	show := func(bits uint64) string { return fmt.Sprint(bits) }
	if ev.Obj != engine.NoObject {
		o := e.Object(ev.Obj)
		name = o.String()
		show = func(bits uint64) string { return r.show(o.Class, bits) }
	}
	switch ev.Kind {
	case engine.OpLoad:
		return fmt.Sprintf("load %s: %s", name, show(ev.Old))
	case engine.OpStore, engine.OpSwap, engine.OpAdd, engine.OpAnd, engine.OpOr:
		return fmt.Sprintf("%v %s: %s → %s", ev.Kind, name, show(ev.Old), show(ev.New))
	case engine.OpCAS:
		if !ev.OK {
			return fmt.Sprintf("CAS %s fails: is %s, not %s", name, show(ev.Old), show(ev.Want))
		}
		return fmt.Sprintf("CAS %s: %s → %s", name, show(ev.Old), show(ev.New))
	case engine.OpLock:
		if !ev.OK {
			return fmt.Sprintf("lock %s: after its readers", name)
		}
		return "lock " + name
	case engine.OpDrain:
		return fmt.Sprintf("lock %s: its readers are gone", name)
	case engine.OpRLock, engine.OpUnlock, engine.OpRUnlock:
		return fmt.Sprintf("%v %s", ev.Kind, name)
	case engine.OpTryLock, engine.OpTryRLock:
		if !ev.OK {
			return fmt.Sprintf("%v %s fails", ev.Kind, name)
		}
		return fmt.Sprintf("%v %s", ev.Kind, name)
	case engine.OpJoin:
		return fmt.Sprintf("join %v", e.Threads[ev.Thread].Op.Join)
	case engine.OpNow:
		return fmt.Sprintf("now: %v", time.Duration(ev.Old))
	}
	return r.describeWait(e, ev, name, show)
}

// describeWait does the same for operations that wait or wake.
func (r *recording) describeWait(
	e *engine.Engine, ev *engine.Event, name string, show func(uint64) string,
) string {
	switch ev.Kind {
	case engine.OpNoteSleep:
		if !ev.OK {
			return fmt.Sprintf("sleep on %s times out at %v", name, time.Duration(e.Now))
		}
		return fmt.Sprintf("sleep on %s ends", name)
	case engine.OpNoteWakeup:
		return "wake " + name
	case engine.OpCondWait:
		return fmt.Sprintf("wait for %v, unlock %s", e.Objects[ev.Obj2], name)
	case engine.OpSignal, engine.OpBroadcast, engine.OpFutexWake:
		effect := "nobody waits"
		if ev.OK {
			effect = "wakes " + strings.Join(r.woken(e), ", ")
		}
		return fmt.Sprintf("%v %s: %s", ev.Kind, name, effect)
	case engine.OpFutexWait:
		if !ev.OK {
			return fmt.Sprintf("futex wait %s: no, is %s, not %s",
				name, show(ev.Old), show(ev.Want))
		}
		return fmt.Sprintf("futex wait while %s is %s", name, show(ev.Old))
	case engine.OpWoken:
		if !ev.OK {
			return fmt.Sprintf("wait times out at %v", time.Duration(e.Now))
		}
		return "wakes up"
	case engine.OpTimeout:
		return fmt.Sprintf("sleep ends at %v", time.Duration(e.Now))
	}
	return fmt.Sprintf("%v %s", ev.Kind, name)
}

// woken returns the threads that the last event has woken.
func (r *recording) woken(e *engine.Engine) (all []string) {
	for _, t := range e.Alive {
		if t.Woken && t.WokenBy == int32(len(e.Events)-1) {
			all = append(all, t.String())
		}
	}
	return all
}

// show returns bits as a value of class c. Pointers are numbered in the order in which they
// appear.
func (r *recording) show(c engine.Class, bits uint64) string {
	switch {
	case c != engine.ClassPointer:
		return c.Show(bits)
	case bits == 0:
		return "nil"
	case r.pointers[bits] == 0:
		r.pointers[bits] = len(r.pointers) + 1
	}
	return fmt.Sprintf("&%d", r.pointers[bits])
}

// pendingText says in words what t waits for.
func pendingText(t *engine.Thread) string {
	o := t.Op.Obj
	switch {
	case len(t.Await) > 0:
		names := make([]string, len(t.Await))
		for i, m := range t.Await {
			names[i] = m.Obj.String()
		}
		return "spins until a change of " + strings.Join(names, ", ")
	case t.Op.Kind == engine.OpJoin:
		return fmt.Sprintf("waits to join %v", t.Op.Join)
	case t.Op.Kind == engine.OpWoken:
		return "waits to be woken"
	case t.Op.Kind == engine.OpNoteSleep:
		return fmt.Sprintf("sleeps on %v", o)
	case t.Op.Kind == engine.OpDrain:
		return fmt.Sprintf("waits for the readers of %v", o)
	case o != nil:
		return fmt.Sprintf("waits to %v %v", t.Op.Kind, o)
	}
	return "waits to " + t.Op.Kind.String()
}
