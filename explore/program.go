package explore

import "schedlab/explore/internal/engine"

// Choose returns a number from 0 to n-1, for what the program does not know, such as
// input. An exhaustive strategy explores all of the numbers. n is 1 to 2^30; any other
// panics.
func Choose(n int) int {
	return engine.Self("Choose").Number(n)
}

// Pause says that the caller spins: if it reads the same values, it will do the same
// again. So its next step waits until something that it has read since its last Pause has
// another value. That keeps loops finite that wait for other threads. No execution is lost
// but those that differ only in how often a thread looked in vain.
//
// Pause is wrong in a loop that gives up after some rounds: the execution in which it gives
// up would be lost. Pause does not wait after a [Choose], since then the caller need not do
// the same again. Nor does it wait in a loop that tries to take an [RWMutex]: such loops
// have no end.
func Pause() {
	engine.Self("Pause").Pause()
}

// Assert ends the execution with a violation unless cond is true.
func Assert(cond bool, format string, args ...any) {
	if !cond {
		engine.Self("Assert").Violate(Assertion, format, args...)
	}
}

// Name gives x, a variable of a controlled type, its name in counterexamples.
func Name(x Named, name string) {
	x.named(engine.Self("Name"), name)
}

// Named is every controlled type: [Name] can name its variables.
type Named interface {
	named(t *engine.Thread, name string)
}

func (x *Bool) named(t *engine.Thread, name string)    { x.w.Named(t, engine.ClassBool, name) }
func (x *Int32) named(t *engine.Thread, name string)   { x.w.Named(t, engine.ClassInt32, name) }
func (x *Int64) named(t *engine.Thread, name string)   { x.w.Named(t, engine.ClassInt64, name) }
func (x *Uint32) named(t *engine.Thread, name string)  { x.w.Named(t, engine.ClassUint32, name) }
func (x *Uint64) named(t *engine.Thread, name string)  { x.w.Named(t, engine.ClassUint64, name) }
func (x *Uintptr) named(t *engine.Thread, name string) { x.w.Named(t, engine.ClassUintptr, name) }
func (m *Mutex) named(t *engine.Thread, name string)   { m.w.Named(t, engine.ClassMutex, name) }
func (m *RWMutex) named(t *engine.Thread, name string) { m.w.Named(t, engine.ClassRWMutex, name) }
func (n *Note) named(t *engine.Thread, name string)    { n.w.Named(t, engine.ClassNote, name) }
func (c *Cond) named(t *engine.Thread, name string)    { c.w.Named(t, engine.ClassCond, name) }

func (x *Pointer[T]) named(t *engine.Thread, name string) { x.p.Named(t, name) }
