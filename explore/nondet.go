package explore

import (
	"fmt"
	"slices"
)

// A program must do the same whenever its threads take their steps in the same
// order. Strategies that repeat the beginning of an execution compare it with what
// it was. But they do not compare values, and an execution that shares its
// beginning with no other is not repeated at all: hence rehearse.

// rehearsals is how often one execution is repeated before the others begin.
const rehearsals = 3

// rehearse does the same execution several times and returns a violation if
// something else happens. It is not counted.
func (e *engine) rehearse() *Violation {
	s, steps := e.strategy, e.steps
	defer func() { e.strategy, e.steps, e.outcome, e.failure = s, steps, running, nil }()
	want := e.performance(&dpor{})
	if v := e.recognise(); v != nil {
		return v
	}
	schedule := slices.Clone(e.schedule)
	for range rehearsals {
		got := e.performance(&replay{schedule: schedule})
		if v := e.ctl.fault(); v != nil {
			return v // which may be why they differ
		}
		if v := differs(want, got); v != nil {
			v.Schedule = schedule
			return v
		}
	}
	return nil
}

// performance executes once as s says, and tells each event.
func (e *engine) performance(s strategy) (told []string) {
	e.strategy = s
	s.begin(e)
	e.perform()
	for i := range e.events {
		told = append(told, e.describe(i))
	}
	return append(told, "the end")
}

func differs(want, got []string) *Violation {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return &Violation{Property: Nondeterminism, Step: i, Message: fmt.Sprintf(
				"the threads took their steps in the same order again, but step %d, which was %q, is now %q", i+1, want[i], got[i])}
		}
	}
	return nil
}

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

// hint says where to look for the cause of a violation of p, if that is not
// obvious.
func hint(p Property) string {
	if p != Nondeterminism {
		return ""
	}
	return `Look for what the program depends on besides the order of its threads' steps:
  - the order in which a map is ranged over;
  - the real clock: explore.Now is the virtual one;
  - random numbers: explore.Choose explores all of them;
  - variables outside the program that keep their value from one execution to the next;
  - addresses that are compared or hashed;
  - goroutines that explore.Go has not started.`
}
