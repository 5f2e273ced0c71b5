package explore

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// A program must do the same whenever its threads take their steps in the same
// order. Strategies that repeat the beginning of an execution compare it with what
// it was. But they do not compare values, and an execution that shares its
// beginning with no other is not repeated at all: hence rehearse.

// rehearsals is how often one execution is repeated before the others begin.
const rehearsals = 3

// rehearse does the same execution several times and returns a violation if
// something else happens. It is not counted. was is what the first execution did when
// the file of -explore.resume was written; 0: there is none. first is what it did now.
func rehearse(e *engine, was uint64) (first uint64, v *Violation) {
	s, steps := e.strategy, e.steps
	defer func() { e.strategy, e.steps, e.outcome, e.failure = s, steps, running, nil }()
	want := performance(e, newDPOR(nil, nil))
	if first, v = recognise(e, was); v != nil {
		return first, v
	}
	schedule := slices.Clone(e.schedule)
	for range rehearsals {
		got := performance(e, newReplay(schedule))
		if v := e.ctl.fault(); v != nil {
			return first, v // which may be why they differ
		}
		if v := differs(want, got); v != nil {
			v.Schedule = schedule
			return first, v
		}
	}
	return first, nil
}

// performance executes once as s says, and tells each event.
func performance(e *engine, s strategy) (told []string) {
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

// recognise compares e's execution, which is the first, with that of the run which
// has written the file of -explore.resume. Values are left out: addresses among them
// may differ between two processes.
func recognise(e *engine, was uint64) (is uint64, v *Violation) {
	h := fnv.New64a()
	for _, ev := range e.events {
		fmt.Fprintln(h, e.threads[ev.thread].nth, ev.kind, ev.obj, ev.obj2)
	}
	for _, c := range e.choices {
		fmt.Fprintln(h, c.after, e.threads[c.thread].nth, c.n)
	}
	is = max(h.Sum64(), 1)
	if was != 0 && was != is {
		return was, &Violation{Property: Nondeterminism, Message: "the first execution is not what it was when the run before began"}
	}
	return is, nil
}
