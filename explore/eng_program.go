package explore

import "fmt"

// number returns a number from 0 to n-1, which the strategy chooses.
func (t *thread) number(n int) int {
	if n < 1 || n > maxChoices {
		panic(fmt.Sprintf("explore: Choose: %d; there must be 1 to %d to choose from", n, maxChoices))
	}
	t.chose = t.chose || n > 1
	return t.choose(n)
}

// maxChoices is as much as a replay token holds.
const maxChoices = 1 << 30

func (t *thread) choose(n int) int {
	if n == 1 {
		return 0
	}
	e := t.e
	v := e.strategy.choose(e, t, n)
	if e.observer != nil && e.outcome == running {
		e.observer.chose(t, n, v)
	}
	e.schedule = append(e.schedule, chose(v))
	e.choices = append(e.choices, choice{after: int32(e.grants - 1), thread: t.id, n: int32(n), v: int32(v)})
	return v
}

// pause makes t's next step wait until something that it has read since its last
// pause has another value.
func (t *thread) pause() {
	if len(t.marks) == 0 {
		return
	}
	if len(t.marks) < maxMarks && !t.moved() && !t.chose {
		t.await = append(t.await[:0], t.marks...)
	}
	t.marks, t.chose = t.marks[:0], false
}

// moved says whether a variable was not for t itself what it had been when t first
// read it: then t would not do the same again.
func (t *thread) moved() bool {
	for _, m := range t.marks {
		// Readers change an RWMutex, and commute.
		if m.first != m.last || m.obj.class == classRWMutex {
			return true
		}
	}
	return false
}

// maxMarks: a thread that has read so many variables since its last Pause does
// not wait.
const maxMarks = 32

// violate ends the execution with a violation.
func (t *thread) violate(p Property, format string, args ...any) {
	t.e.fail(&Violation{Property: p, Thread: int(t.nth), Message: fmt.Sprintf(format, args...)})
	t.e.resume(nil)
}

// named gives w, which is a c, a name.
func (w *word) named(t *thread, c class, name string) { w.object(t.e, c).name = name }
