package explore

import "schedlab/explore/internal/engine"

// Choose returns a number from 0 to n-1, for what the program does not know, such as
// input. An exhaustive strategy explores all of the numbers. n is 1 to 2^30; any other
// panics.
func Choose(n int) int {
	return engine.Self("Choose").Number(n)
}

// Pause stands in each round of a loop that waits for other threads. After a round in vain
// the caller waits until another thread has done something that the next round can see. That
// keeps such loops finite, and no execution is lost but those that differ only in how often a
// thread looked in vain.
//
// Pause first finds out whether the caller, left alone, would go round for ever. If it would
// do something else, such as to give up, Pause does nothing, and each round is explored. A
// loop that counts its rounds without an end leaves the verdict [Unknown]. What is taken on
// trust stands in 'Alone' in explore/internal/engine/alone.go.
//
// A round may change something, if it takes that back: it may lock, look and unlock.
//
//go:noinline
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
