package explore

import "unsafe"

// pointer is a shared pointer, on which operations are atomic. Its bits tell
// pointers apart; they do not keep what they point to.
type pointer struct {
	_ noCopy
	p unsafe.Pointer
	o *object
}

func (x *pointer) reset(o *object) { x.p, x.o = o.at, nil }

func (x *pointer) begin(k kind, want unsafe.Pointer, what string) *thread {
	t := self(what)
	t.op = op{kind: k, obj: x.object(t.e), want: address(want)}
	t.step()
	return t
}

func (x *pointer) object(e *engine) *object {
	if x.o == nil {
		x.o = e.register(x, classPointer, address(x.p))
		x.o.at = x.p
	}
	x.o.mine(e, x)
	return x.o
}

func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

func (x *pointer) change(t *thread, p unsafe.Pointer) {
	old, new := address(x.p), address(p)
	if t.op.kind != opStore {
		t.acquire(x.o)
	}
	t.release(x.o)
	x.p, x.o.bits = p, new
	t.done(writes, old, new, true)
}

// load returns the value.
func (x *pointer) load(what string) unsafe.Pointer {
	t := x.begin(opLoad, nil, what)
	t.acquire(x.o)
	t.done(reads, x.o.bits, x.o.bits, true)
	return x.p
}

// swap makes p the value, by k, and returns what it was.
func (x *pointer) swap(k kind, p unsafe.Pointer, what string) (old unsafe.Pointer) {
	t := x.begin(k, nil, what)
	old = x.p
	x.change(t, p)
	return old
}

// cas makes new the value if it is old, and says whether it was.
func (x *pointer) cas(old, new unsafe.Pointer, what string) bool {
	t := x.begin(opCAS, old, what)
	if x.p != old {
		t.acquire(x.o)
		t.done(reads, x.o.bits, x.o.bits, false)
		return false
	}
	x.change(t, new)
	return true
}

// named gives x a name.
func (x *pointer) named(t *thread, name string) { x.object(t.e).name = name }
