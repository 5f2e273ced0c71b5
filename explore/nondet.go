package explore

import (
	"fmt"
	"slices"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/strategy"
)

// # Rehearsal
//
// A program must do the same whenever its threads take their steps in the same order.
// Strategies that repeat the beginning of an execution check that it is the same. But they
// do not compare values, and they do not repeat an execution that shares its beginning
// with no other. So the first execution is repeated with its values before the search.

// rehearsals is how often one execution is repeated before the others begin.
const rehearsals = 3

// rehearse repeats the first execution and returns a violation if it differs. These
// executions are not counted. was identifies the first execution when the file of
// -explore.resume was written, 0 if there is none; first identifies it now: see recognise.
func rehearse(e *engine.Engine, was uint64) (first uint64, v *Violation) {
	s, steps := e.Strategy, e.Steps
	defer func() { e.Strategy, e.Steps, e.Outcome, e.Failure = s, steps, engine.Running, nil }()
	want := performance(e, plain{dpor.New(nil, nil)})
	if first, v = recognise(e, was); v != nil {
		return first, v
	}
	schedule := slices.Clone(e.Schedule)
	for range rehearsals {
		got := performance(e, strategy.NewReplay(schedule))
		if v := e.Control.Fault(); v != nil {
			return first, (*Violation)(v) // it may be why they differ
		}
		if v := differs(want, got); v != nil {
			v.Schedule = schedule
			return first, v
		}
	}
	return first, nil
}

// plain is a strategy to which looks in vain are events: see 'Awaits' in
// explore/internal/engine/await.go.
type plain struct{ engine.Strategy }

// performance executes the program once as s says, and returns its events as text.
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
				"the threads took their steps in the same order again, "+
					"but step %d, which was %q, is now %q", i+1, want[i], got[i])}
		}
	}
	return nil
}
