package explore

import "schedlab/explore/internal/engine"

// Var is plain shared memory. To read or write it is no step. Two accesses that nothing
// orders, of which at least one is a write, are a data race, which is a violation. See
// 'Two kinds of happens-before'.
type Var[T any] struct{ m memory[T] }

// Load returns the value.
func (x *Var[T]) Load() T {
	t := engine.Self("Var.Load")
	x.m.touch(t)
	x.m.shadow.Read(t)
	if o := t.Observer(); o != nil {
		o.Value(x.m.v)
	}
	return x.m.v
}

// Store sets the value.
func (x *Var[T]) Store(v T) {
	t := engine.Self("Var.Store")
	x.m.touch(t)
	x.m.shadow.Write(t)
	x.m.v = v
	if o := t.Observer(); o != nil {
		o.Value(v)
	}
}

func (x *Var[T]) named(t *engine.Thread, name string) {
	x.m.touch(t)
	x.m.shadow.Name = name
}

// memory is what a Var is made of.
type memory[T any] struct {
	v      T
	first  T // before the execution
	shadow engine.Shadow
}

func (m *memory[T]) touch(t *engine.Thread) {
	if m.shadow.Touch(t, m) {
		m.first = m.v
	}
}

// Reset makes m what it was before the execution.
func (m *memory[T]) Reset() { m.v, m.first, m.shadow = m.first, *new(T), engine.Shadow{} }
