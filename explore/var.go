package explore

// Var is plain shared memory: reading and writing it are no steps, and two
// accesses that nothing orders, one of them a write, are a data race, which is
// a violation. See 'Two kinds of happens-before'.
type Var[T any] struct {
	v      T
	first  T // before the execution
	shadow shadow
}

func (x *Var[T]) reset() { x.v, x.first, x.shadow = x.first, *new(T), shadow{} }

// Load returns the value.
func (x *Var[T]) Load() T {
	t := self("Var.Load")
	x.touch(t)
	x.shadow.read(t)
	if o := t.e.observer; o != nil {
		o.value(x.v)
	}
	return x.v
}

// Store sets the value.
func (x *Var[T]) Store(v T) {
	t := self("Var.Store")
	x.touch(t)
	x.shadow.write(t)
	x.v = v
	if o := t.e.observer; o != nil {
		o.value(v)
	}
}

func (x *Var[T]) touch(t *thread) {
	if x.shadow.touch(t, x) {
		x.first = x.v
	}
}

func (x *Var[T]) named(e *engine, name string) {
	x.touch(e.cur)
	x.shadow.name = name
}
