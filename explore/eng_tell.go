package explore

import "fmt"

// otherStep tells that t is about to do something else than k on obj.
func (e *engine) otherStep(t *thread, k kind, obj int32) string {
	does := "has ended"
	if !t.ended {
		does = "is about to do " + e.stepName(t.op.kind, t.op.footprint().obj)
	}
	return fmt.Sprintf("step %d: %v %s; after the same steps, in an execution before, it did %s",
		len(e.events)+1, t, does, e.stepName(k, obj))
}

// cannot tells that t cannot take its step, although it did before.
func (e *engine) cannot(t *thread) string {
	does := "has ended, or was not started"
	if !t.ended {
		does = "waits: " + e.stepName(t.op.kind, t.op.footprint().obj)
	}
	return fmt.Sprintf("step %d: %v %s; after the same steps, in an execution before, it took a step", len(e.events)+1, t, does)
}

func (e *engine) stepName(k kind, obj int32) string {
	if obj == noObject || int(obj) >= e.nobjects {
		return k.String()
	}
	return k.String() + " " + e.objectName(obj)
}

// describe tells event i in words that are the same whenever it is repeated.
func (e *engine) describe(i int) string {
	ev := &e.events[i]
	s := fmt.Sprintf("%v: %v", e.by(i), ev.kind)
	if ev.obj == noObject {
		return s
	}
	s += " " + e.objectName(ev.obj)
	c := e.objects[ev.obj].class
	if c == classPointer {
		return s // addresses differ
	}
	return s + fmt.Sprintf(": %s → %s", c.show(ev.old), c.show(ev.new))
}

func (e *engine) objectName(id int32) string {
	if o := e.objects[id]; o.name != "" {
		return o.name
	}
	return fmt.Sprintf("%v #%d", e.objects[id].class, id)
}

// decisionText tells d to people.
func decisionText(d int32) string {
	if d < 0 {
		return fmt.Sprintf("that Choose returns %d", -1-d)
	}
	text := fmt.Sprintf("thread %d", d&placeMask)
	check := d >> checkShift
	if check&kindMask != 0 {
		text += ": " + kind(check&kindMask).String()
	}
	if o := check >> objectShift; o > 0 {
		text += fmt.Sprintf(" (object %d)", o-1)
	}
	return text
}

// standing says before which step the thread of d stands.
func (e *engine) standing(d int32) string {
	if d < 0 || int(d&placeMask) >= len(e.alive) {
		return fmt.Sprintf("%d threads, and each stands before a step", len(e.alive))
	}
	t := e.alive[d&placeMask]
	text := fmt.Sprintf("%v stands before: %v", t, t.op.kind)
	switch {
	case t.ended:
		return t.String() + " has ended"
	case t.op.obj != nil:
		text += fmt.Sprintf(" %v (object %d)", t.op.obj, t.op.obj.id)
	}
	if !e.enabled(t) {
		text += ", for which it must wait"
	}
	return text
}
