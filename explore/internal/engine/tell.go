package engine

import "fmt"

// OtherStep says that t is about to do something else than k on obj.
func (e *Engine) OtherStep(t *Thread, k Kind, obj int32) string {
	does := "has ended"
	if !t.Ended {
		does = "is about to do " + e.stepName(t.Op.Kind, t.Op.Footprint().Obj)
	}
	return fmt.Sprintf("step %d: %v %s; after the same steps, in an execution before, it did %s",
		len(e.Events)+1, t, does, e.stepName(k, obj))
}

// cannot says that t cannot take its step, although it did before.
func (e *Engine) cannot(t *Thread) string {
	does := "has ended, or was not started"
	if !t.Ended {
		does = "waits: " + e.stepName(t.Op.Kind, t.Op.Footprint().Obj)
	}
	return fmt.Sprintf(
		"step %d: %v %s; after the same steps, in an execution before, it took a step",
		len(e.Events)+1, t, does)
}

// stepName names a step by its kind and its object.
func (e *Engine) stepName(k Kind, obj int32) string {
	if obj == NoObject || int(obj) >= e.Nobjects {
		return k.String()
	}
	return k.String() + " " + e.objectName(obj)
}

// Describe says what event i did, in words that are the same whenever it is repeated.
func (e *Engine) Describe(i int) string {
	ev := &e.Events[i]
	s := fmt.Sprintf("%v: %v", e.by(i), ev.Kind)
	if ev.Obj == NoObject {
		return s
	}
	s += " " + e.objectName(ev.Obj)
	c := e.Objects[ev.Obj].Class
	if c == ClassPointer {
		return s // addresses differ
	}
	return s + fmt.Sprintf(": %s → %s", c.Show(ev.Old), c.Show(ev.New))
}

// objectName names the object of id, without what was found out for people.
func (e *Engine) objectName(id int32) string {
	if o := e.Objects[id]; o.name != "" {
		return o.name
	}
	return fmt.Sprintf("%v #%d", e.Objects[id].Class, id)
}

// DecisionText says in words what d decides.
func DecisionText(d int32) string {
	if d < 0 {
		return fmt.Sprintf("that Choose returns %d", ChoiceOf(d))
	}
	text := fmt.Sprintf("thread %d", d&PlaceMask)
	check := d >> checkShift
	if check&kindMask != 0 {
		text += ": " + Kind(check&kindMask).String()
	}
	if o := check >> objectShift; o > 0 {
		text += fmt.Sprintf(" (object %d)", o-1)
	}
	return text
}

// Standing says before which step the thread of d stands.
func (e *Engine) Standing(d int32) string {
	if d < 0 || int(d&PlaceMask) >= len(e.Alive) {
		return fmt.Sprintf("%d threads, and each stands before a step", len(e.Alive))
	}
	t := e.Alive[d&PlaceMask]
	text := fmt.Sprintf("%v stands before: %v", t, t.Op.Kind)
	switch {
	case t.Ended:
		return t.String() + " has ended"
	case t.Op.Obj != nil:
		text += fmt.Sprintf(" %v (object %d)", t.Op.Obj, t.Op.Obj.ID)
	}
	if !t.Enabled() {
		text += ", for which it must wait"
	}
	return text
}
