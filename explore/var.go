package explore

// Var is plain shared memory: reading and writing it are no steps, and two
// accesses that nothing orders, one of them a write, are a data race, which is
// a violation. See 'Two kinds of happens-before'.
type Var[T any] struct{ m memory[T] }

// Load returns the value.
func (x *Var[T]) Load() T {
	t := self("Var.Load")
	x.m.touch(t)
	x.m.shadow.read(t)
	if o := t.observer(); o != nil {
		o.value(x.m.v)
	}
	return x.m.v
}

// Store sets the value.
func (x *Var[T]) Store(v T) {
	t := self("Var.Store")
	x.m.touch(t)
	x.m.shadow.write(t)
	x.m.v = v
	if o := t.observer(); o != nil {
		o.value(v)
	}
}

func (x *Var[T]) named(t *thread, name string) {
	x.m.touch(t)
	x.m.shadow.name = name
}

// memory is what a Var is made of.
type memory[T any] struct {
	v      T
	first  T // before the execution
	shadow shadow
}

func (m *memory[T]) touch(t *thread) {
	if m.shadow.touch(t, m) {
		m.first = m.v
	}
}

// reset makes m what it was before the execution.
func (m *memory[T]) reset() { m.v, m.first, m.shadow = m.first, *new(T), shadow{} }
