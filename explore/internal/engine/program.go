package engine

import "fmt"

// Number returns a number from 0 to n-1, which the strategy chooses.
func (t *Thread) Number(n int) int {
	if n < 1 || n > MaxChoices {
		panic(fmt.Sprintf("explore: Choose: %d; there must be 1 to %d to choose from",
			n, MaxChoices))
	}
	if n > 1 {
		t.chose, t.record.chosen = true, t.Seq
	}
	return t.choose(n)
}

// MaxChoices is as much as a replay token holds.
const MaxChoices = 1 << 30

// choose is Number, for what the program has not asked for.
func (t *Thread) choose(n int) int {
	if n == 1 {
		return 0
	}
	e := t.e
	v := e.Strategy.Choose(e, t, n)
	if e.Observer != nil && e.Outcome == Running {
		e.Observer.Chose(t, n, v)
	}
	e.Schedule = append(e.Schedule, choiceDecision(v))
	e.Choices = append(e.Choices, Choice{
		After: int32(e.Grants - 1), Thread: t.ID, N: int32(n), V: int32(v),
	})
	return v
}

// Pause makes t's next step wait until something that it has read since its last Pause has
// another value. It does not wait if t would not do the same again: if it has called Choose,
// or has found a variable changed; nor if it has read too many.
func (t *Thread) Pause() {
	if len(t.marks) == 0 {
		return
	}
	if len(t.marks) < maxMarks && !t.moved() && !t.chose {
		t.Await = append(t.Await[:0], t.marks...)
	}
	t.marks, t.chose = t.marks[:0], false
}

// moved says whether t itself has found or made a variable something else than what it was
// when t first read it.
func (t *Thread) moved() bool {
	for _, m := range t.marks {
		// Readers change an RWMutex, and commute.
		if m.first != m.last || m.Obj.Class == ClassRWMutex {
			return true
		}
	}
	return false
}

// maxMarks: a thread that has read so many variables since its last Pause does not wait.
const maxMarks = 32

// Violate ends the execution with a violation.
func (t *Thread) Violate(p Property, format string, args ...any) {
	t.e.fail(&Violation{Property: p, Thread: int(t.Nth), Message: fmt.Sprintf(format, args...)})
	t.e.resume(nil)
}

// Named gives w, which is a c, a name.
func (w *Word) Named(t *Thread, c Class, name string) { w.Object(t.e, c).name = name }
