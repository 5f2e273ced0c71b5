package sim

// The types of this file have the methods of those of sync/atomic, with the same meaning:
// sequential consistency. Their zero values are zero, and they must not be copied. Each is a
// line of its own, and each call an operation on it. Where no machine runs they are plain
// variables: a program may prepare them before it calls Run, and read them afterwards.

// noCopy lets go vet find copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// loaded is the operation of a load.
func loaded(l *line) {
	if m := running.Load(); m != nil {
		m.load(l)
	}
}

// updated is that of everything else.
func updated(l *line) {
	if m := running.Load(); m != nil {
		m.update(l)
	}
}

// Bool is a simulated [sync/atomic.Bool].
type Bool struct {
	_ noCopy
	l line
	v bool
}

// Load returns the value.
func (x *Bool) Load() bool { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Bool) Store(v bool) { updated(&x.l); x.v = v }

// Swap sets the value and returns the old one.
func (x *Bool) Swap(v bool) (old bool) {
	updated(&x.l)
	old, x.v = x.v, v
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Bool) CompareAndSwap(old, new bool) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}

// Int32 is a simulated [sync/atomic.Int32].
type Int32 struct {
	_ noCopy
	l line
	v int32
}

// Load returns the value.
func (x *Int32) Load() int32 { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Int32) Store(v int32) { updated(&x.l); x.v = v }

// Swap sets the value and returns the old one.
func (x *Int32) Swap(v int32) (old int32) {
	updated(&x.l)
	old, x.v = x.v, v
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Int32) CompareAndSwap(old, new int32) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}

// Add adds delta and returns the sum.
func (x *Int32) Add(delta int32) (new int32) {
	updated(&x.l)
	x.v += delta
	return x.v
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Int32) And(mask int32) (old int32) {
	updated(&x.l)
	old = x.v
	x.v &= mask
	return old
}

// Or sets the bits of mask, and returns the old value.
func (x *Int32) Or(mask int32) (old int32) {
	updated(&x.l)
	old = x.v
	x.v |= mask
	return old
}

// Int64 is a simulated [sync/atomic.Int64].
type Int64 struct {
	_ noCopy
	l line
	v int64
}

// Load returns the value.
func (x *Int64) Load() int64 { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Int64) Store(v int64) { updated(&x.l); x.v = v }

// Swap sets the value and returns the old one.
func (x *Int64) Swap(v int64) (old int64) {
	updated(&x.l)
	old, x.v = x.v, v
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Int64) CompareAndSwap(old, new int64) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}

// Add adds delta and returns the sum.
func (x *Int64) Add(delta int64) (new int64) {
	updated(&x.l)
	x.v += delta
	return x.v
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Int64) And(mask int64) (old int64) {
	updated(&x.l)
	old = x.v
	x.v &= mask
	return old
}

// Or sets the bits of mask, and returns the old value.
func (x *Int64) Or(mask int64) (old int64) {
	updated(&x.l)
	old = x.v
	x.v |= mask
	return old
}

// Uint32 is a simulated [sync/atomic.Uint32].
type Uint32 struct {
	_ noCopy
	l line
	v uint32
}

// Load returns the value.
func (x *Uint32) Load() uint32 { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Uint32) Store(v uint32) { updated(&x.l); x.v = v }

// Swap sets the value and returns the old one.
func (x *Uint32) Swap(v uint32) (old uint32) {
	updated(&x.l)
	old, x.v = x.v, v
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Uint32) CompareAndSwap(old, new uint32) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}

// Add adds delta and returns the sum.
func (x *Uint32) Add(delta uint32) (new uint32) {
	updated(&x.l)
	x.v += delta
	return x.v
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Uint32) And(mask uint32) (old uint32) {
	updated(&x.l)
	old = x.v
	x.v &= mask
	return old
}

// Or sets the bits of mask, and returns the old value.
func (x *Uint32) Or(mask uint32) (old uint32) {
	updated(&x.l)
	old = x.v
	x.v |= mask
	return old
}

// Uint64 is a simulated [sync/atomic.Uint64].
type Uint64 struct {
	_ noCopy
	l line
	v uint64
}

// Load returns the value.
func (x *Uint64) Load() uint64 { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Uint64) Store(v uint64) { updated(&x.l); x.v = v }

// Swap sets the value and returns the old one.
func (x *Uint64) Swap(v uint64) (old uint64) {
	updated(&x.l)
	old, x.v = x.v, v
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Uint64) CompareAndSwap(old, new uint64) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}

// Add adds delta and returns the sum.
func (x *Uint64) Add(delta uint64) (new uint64) {
	updated(&x.l)
	x.v += delta
	return x.v
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Uint64) And(mask uint64) (old uint64) {
	updated(&x.l)
	old = x.v
	x.v &= mask
	return old
}

// Or sets the bits of mask, and returns the old value.
func (x *Uint64) Or(mask uint64) (old uint64) {
	updated(&x.l)
	old = x.v
	x.v |= mask
	return old
}

// Pointer is a simulated [sync/atomic.Pointer].
type Pointer[T any] struct {
	_ [0]*T // so that Pointers to different types are not converted into each other
	_ noCopy
	l line
	v *T
}

// Load returns the value.
func (x *Pointer[T]) Load() *T { loaded(&x.l); return x.v }

// Store sets the value.
func (x *Pointer[T]) Store(p *T) { updated(&x.l); x.v = p }

// Swap sets the value and returns the old one.
func (x *Pointer[T]) Swap(p *T) (old *T) {
	updated(&x.l)
	old, x.v = x.v, p
	return old
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Pointer[T]) CompareAndSwap(old, new *T) bool {
	updated(&x.l)
	if x.v != old {
		return false
	}
	x.v = new
	return true
}
