package engine

import "unsafe"

// Pointer is a shared pointer, on which operations are atomic. Its bits tell
// pointers apart; they do not keep what they point to.
type Pointer struct {
	_ noCopy
	p unsafe.Pointer
	o *Object
}

func (x *Pointer) reset(o *Object) { x.p, x.o = o.at, nil }

// begin makes k on x the calling thread's next operation, and waits until it may do it.
func (x *Pointer) begin(k Kind, want unsafe.Pointer, what string) *Thread {
	t := Self(what)
	t.Op = Op{Kind: k, Obj: x.Object(t.e), want: address(want)}
	t.step()
	return t
}

// Object returns x's object in the execution of e.
func (x *Pointer) Object(e *Engine) *Object {
	if x.o == nil {
		x.o = e.register(x, ClassPointer, address(x.p))
		x.o.at = x.p
	}
	x.o.mine(e, x)
	return x.o
}

func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

// change ends an operation that began with begin by making p the value.
func (x *Pointer) change(t *Thread, p unsafe.Pointer) {
	old, new := address(x.p), address(p)
	if t.Op.Kind != OpStore {
		t.acquire(x.o)
	}
	t.release(x.o)
	if !t.alone && old != new {
		x.o.past = append(x.o.past, x.p)
	}
	x.p, x.o.bits = p, new
	t.done(Writes, old, new, true)
}

// Load returns the value.
func (x *Pointer) Load(what string) unsafe.Pointer {
	t := x.begin(OpLoad, nil, what)
	t.acquire(x.o)
	t.done(Reads, x.o.bits, x.o.bits, true)
	return x.p
}

// Swap makes p the value, by k, and returns what it was.
func (x *Pointer) Swap(k Kind, p unsafe.Pointer, what string) (old unsafe.Pointer) {
	t := x.begin(k, nil, what)
	old = x.p
	x.change(t, p)
	return old
}

// Cas makes new the value if it is old, and says whether it was.
func (x *Pointer) Cas(old, new unsafe.Pointer, what string) bool {
	t := x.begin(OpCAS, old, what)
	if x.p != old {
		t.acquire(x.o)
		t.done(Reads, x.o.bits, x.o.bits, false)
		return false
	}
	x.change(t, new)
	return true
}

// Named gives x a name.
func (x *Pointer) Named(t *Thread, name string) { x.Object(t.e).name = name }
