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
	x.named(self("Name"), name)
}

// Named is what [Name] can name: every controlled type.
type Named interface {
	named(t *thread, name string)
}

func (x *Bool) named(t *thread, name string)    { x.w.named(t, classBool, name) }
func (x *Int32) named(t *thread, name string)   { x.w.named(t, classInt32, name) }
func (x *Int64) named(t *thread, name string)   { x.w.named(t, classInt64, name) }
func (x *Uint32) named(t *thread, name string)  { x.w.named(t, classUint32, name) }
func (x *Uint64) named(t *thread, name string)  { x.w.named(t, classUint64, name) }
func (x *Uintptr) named(t *thread, name string) { x.w.named(t, classUintptr, name) }
func (m *Mutex) named(t *thread, name string)   { m.w.named(t, classMutex, name) }
func (m *RWMutex) named(t *thread, name string) { m.w.named(t, classRWMutex, name) }
func (n *Note) named(t *thread, name string)    { n.w.named(t, classNote, name) }
func (c *Cond) named(t *thread, name string)    { c.w.named(t, classCond, name) }

func (x *Pointer[T]) named(t *thread, name string) { x.p.named(t, name) }
