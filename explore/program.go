package explore

import "fmt"

// Choose returns a number from 0 to n-1. An exhaustive strategy explores all of
// them: it stands for what the program does not know, such as input.
func Choose(n int) int {
	t := self("Choose")
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
	e.schedule = append(e.schedule, chose(v))
	e.choices = append(e.choices, choice{after: int32(e.grants - 1), thread: t.id, n: int32(n), v: int32(v)})
	return v
}

// Pause says that the caller spins: it has read what it has read, and will do the
// same again. So its next step waits until something that it has read since its
// last Pause has another value. Loops that wait for other threads stay finite by
// that, and no execution is lost but those that differ in how often a thread
// looked in vain. In a loop that gives up after so many rounds Pause is wrong: the
// execution in which it gives up would be lost. It does not
// wait after a [Choose], since then the caller need not do the same again, nor in a
// loop that tries to take an [RWMutex]: such loops have no end.
func Pause() {
	t := self("Pause")
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

// Assert ends the execution with a violation unless cond is true.
func Assert(cond bool, format string, args ...any) {
	if !cond {
		self("Assert").violate(Assertion, format, args...)
	}
}

// Name gives x, a controlled type, a name for counterexamples.
func Name(x Named, name string) {
	t := self("Name")
	x.named(t.e, name)
}

// Named is what [Name] can name: every controlled type.
type Named interface {
	named(e *engine, name string)
}

func (w *word) named(e *engine, c class, name string) { w.object(e, c).name = name }

func (x *Bool) named(e *engine, name string)    { x.w.named(e, classBool, name) }
func (x *Int32) named(e *engine, name string)   { x.w.named(e, classInt32, name) }
func (x *Int64) named(e *engine, name string)   { x.w.named(e, classInt64, name) }
func (x *Uint32) named(e *engine, name string)  { x.w.named(e, classUint32, name) }
func (x *Uint64) named(e *engine, name string)  { x.w.named(e, classUint64, name) }
func (x *Uintptr) named(e *engine, name string) { x.w.named(e, classUintptr, name) }
func (m *Mutex) named(e *engine, name string)   { m.w.named(e, classMutex, name) }
func (m *RWMutex) named(e *engine, name string) { m.w.named(e, classRWMutex, name) }
func (n *Note) named(e *engine, name string)    { n.w.named(e, classNote, name) }
func (c *Cond) named(e *engine, name string)    { c.w.named(e, classCond, name) }

func (x *Pointer[T]) named(e *engine, name string) { x.object(e).name = name }

// violate ends the execution with a violation.
func (t *thread) violate(p Property, format string, args ...any) {
	t.e.fail(&Violation{Property: p, Thread: int(t.nth), Message: fmt.Sprintf(format, args...)})
	t.e.resume(nil)
}
