package explore

// Choose returns a number from 0 to n-1. An exhaustive strategy explores all of
// them: it stands for what the program does not know, such as input.
func Choose(n int) int {
	return self("Choose").number(n)
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
	self("Pause").pause()
}

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

func (x *Pointer[T]) named(e *engine, name string) { x.p.named(e, name) }
