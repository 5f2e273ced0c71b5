package engine

import "fmt"

// Number returns a number from 0 to n-1, which the strategy chooses.
func (t *Thread) Number(n int) int {
	if n < 1 || n > MaxChoices {
		panic(fmt.Sprintf("explore: Choose: %d; there must be 1 to %d to choose from",
			n, MaxChoices))
	}
	if n > 1 && t.alone {
		t.e.solo.leave()
	}
	v := t.choose(n)
	if n > 1 {
		t.record.chosen = t.Seq
		t.choosing(v)
	}
	return v
}

// MaxChoices is as much as a replay token holds.
const MaxChoices = 1 << 30

// choose is Number, for what the program has not asked for.
func (t *Thread) choose(n int) int {
	if n == 1 {
		return 0
	}
	e := t.e
	var v int
	if len(e.Schedule) < len(e.script) {
		v = e.scriptedChoice()
	} else {
		v = e.Strategy.Choose(e, t, n)
	}
	if e.Observer != nil && e.Outcome == Running {
		e.Observer.Chose(t, n, v)
	}
	e.Schedule = append(e.Schedule, choiceDecision(v))
	e.Choices = append(e.Choices, Choice{
		After: int32(e.Grants - 1), Thread: t.ID, N: int32(n), V: int32(v),
	})
	return v
}

// Violate ends the execution with a violation.
func (t *Thread) Violate(p Property, format string, args ...any) {
	t.e.fail(&Violation{Property: p, Thread: int(t.Nth), Message: fmt.Sprintf(format, args...)})
	t.e.switchTo(nil)
}

// Named gives w, which is a c, a name.
func (w *Word) Named(t *Thread, c Class, name string) { w.Object(t.e, c).name = name }
