package explore

import (
	"fmt"
	"slices"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
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
func rehearse(e *engine.Engine, was uint64) (first uint64, v *Violation) {
	s, steps := e.Strategy, e.Steps
	defer func() { e.Strategy, e.Steps, e.Outcome, e.Failure = s, steps, engine.Running, nil }()
	want := performance(e, dpor.New(nil, nil))
	if first, v = recognise(e, was); v != nil {
		return first, v
	}
	schedule := slices.Clone(e.Schedule)
	for range rehearsals {
		got := performance(e, strategy.NewReplay(schedule))
		if v := e.Control.Fault(); v != nil {
			return first, (*Violation)(v) // which may be why they differ
		}
		if v := differs(want, got); v != nil {
			v.Schedule = schedule
			return first, v
		}
	}
	return first, nil
}

// performance executes once as s says, and tells each event.
func performance(e *engine.Engine, s engine.Strategy) (told []string) {
	e.Strategy = s
	s.Begin(e)
	e.Perform()
	for i := range e.Events {
		told = append(told, e.Describe(i))
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
