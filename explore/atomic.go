package explore

import (
	"unsafe"

	"schedlab/explore/internal/engine"
)

// The types of this file have the methods of those of sync/atomic, with the same meaning:
// sequential consistency. Their zero values are zero, and they must not be copied. Each
// call is one step of the calling thread, which must be a controlled one.
//
// engine.Word does the work; this file gives it names and types. They are written out
// because go doc would show the methods of an embedded generic type with its type
// parameter in place of int32.

// Bool is a controlled [sync/atomic.Bool].
type Bool struct{ w engine.Word }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Load returns the value.
func (x *Bool) Load() bool { return x.w.Load(engine.ClassBool, "Bool.Load") != 0 }

// Store sets the value.
func (x *Bool) Store(v bool) { x.w.Update(engine.ClassBool, engine.OpStore, bit(v), "Bool.Store") }

// Swap sets the value and returns the old one.
func (x *Bool) Swap(v bool) (old bool) {
	return x.w.Update(engine.ClassBool, engine.OpSwap, bit(v), "Bool.Swap") != 0
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Bool) CompareAndSwap(old, new bool) bool {
	return x.w.Cas(engine.ClassBool, bit(old), bit(new), "Bool.CompareAndSwap")
}

// Int32 is a controlled [sync/atomic.Int32].
type Int32 struct{ w engine.Word }

// Load returns the value.
func (x *Int32) Load() int32 { return int32(x.w.Load(engine.ClassInt32, "Int32.Load")) }

// Store sets the value.
func (x *Int32) Store(v int32) {
	x.w.Update(engine.ClassInt32, engine.OpStore, uint64(v), "Int32.Store")
}

// Swap sets the value and returns the old one.
func (x *Int32) Swap(v int32) (old int32) {
	return int32(x.w.Update(engine.ClassInt32, engine.OpSwap, uint64(v), "Int32.Swap"))
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Int32) CompareAndSwap(old, new int32) bool {
	return x.w.Cas(engine.ClassInt32, uint64(old), uint64(new), "Int32.CompareAndSwap")
}

// Add adds delta and returns the sum.
func (x *Int32) Add(delta int32) (new int32) {
	return int32(x.w.Update(engine.ClassInt32, engine.OpAdd, uint64(delta), "Int32.Add")) + delta
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Int32) And(mask int32) (old int32) {
	return int32(x.w.Update(engine.ClassInt32, engine.OpAnd, uint64(mask), "Int32.And"))
}

// Or sets the bits of mask, and returns the old value.
func (x *Int32) Or(mask int32) (old int32) {
	return int32(x.w.Update(engine.ClassInt32, engine.OpOr, uint64(mask), "Int32.Or"))
}

// Int64 is a controlled [sync/atomic.Int64].
type Int64 struct{ w engine.Word }

// Load returns the value.
func (x *Int64) Load() int64 { return int64(x.w.Load(engine.ClassInt64, "Int64.Load")) }

// Store sets the value.
func (x *Int64) Store(v int64) {
	x.w.Update(engine.ClassInt64, engine.OpStore, uint64(v), "Int64.Store")
}

// Swap sets the value and returns the old one.
func (x *Int64) Swap(v int64) (old int64) {
	return int64(x.w.Update(engine.ClassInt64, engine.OpSwap, uint64(v), "Int64.Swap"))
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Int64) CompareAndSwap(old, new int64) bool {
	return x.w.Cas(engine.ClassInt64, uint64(old), uint64(new), "Int64.CompareAndSwap")
}

// Add adds delta and returns the sum.
func (x *Int64) Add(delta int64) (new int64) {
	return int64(x.w.Update(engine.ClassInt64, engine.OpAdd, uint64(delta), "Int64.Add")) + delta
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Int64) And(mask int64) (old int64) {
	return int64(x.w.Update(engine.ClassInt64, engine.OpAnd, uint64(mask), "Int64.And"))
}

// Or sets the bits of mask, and returns the old value.
func (x *Int64) Or(mask int64) (old int64) {
	return int64(x.w.Update(engine.ClassInt64, engine.OpOr, uint64(mask), "Int64.Or"))
}

// Uint32 is a controlled [sync/atomic.Uint32].
type Uint32 struct{ w engine.Word }

// Load returns the value.
func (x *Uint32) Load() uint32 { return uint32(x.w.Load(engine.ClassUint32, "Uint32.Load")) }

// Store sets the value.
func (x *Uint32) Store(v uint32) {
	x.w.Update(engine.ClassUint32, engine.OpStore, uint64(v), "Uint32.Store")
}

// Swap sets the value and returns the old one.
func (x *Uint32) Swap(v uint32) (old uint32) {
	return uint32(x.w.Update(engine.ClassUint32, engine.OpSwap, uint64(v), "Uint32.Swap"))
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Uint32) CompareAndSwap(old, new uint32) bool {
	return x.w.Cas(engine.ClassUint32, uint64(old), uint64(new), "Uint32.CompareAndSwap")
}

// Add adds delta and returns the sum.
func (x *Uint32) Add(delta uint32) (new uint32) {
	return uint32(x.w.Update(engine.ClassUint32, engine.OpAdd, uint64(delta), "Uint32.Add")) + delta
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Uint32) And(mask uint32) (old uint32) {
	return uint32(x.w.Update(engine.ClassUint32, engine.OpAnd, uint64(mask), "Uint32.And"))
}

// Or sets the bits of mask, and returns the old value.
func (x *Uint32) Or(mask uint32) (old uint32) {
	return uint32(x.w.Update(engine.ClassUint32, engine.OpOr, uint64(mask), "Uint32.Or"))
}

// Uint64 is a controlled [sync/atomic.Uint64].
type Uint64 struct{ w engine.Word }

// Load returns the value.
func (x *Uint64) Load() uint64 { return x.w.Load(engine.ClassUint64, "Uint64.Load") }

// Store sets the value.
func (x *Uint64) Store(v uint64) {
	x.w.Update(engine.ClassUint64, engine.OpStore, v, "Uint64.Store")
}

// Swap sets the value and returns the old one.
func (x *Uint64) Swap(v uint64) (old uint64) {
	return x.w.Update(engine.ClassUint64, engine.OpSwap, v, "Uint64.Swap")
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Uint64) CompareAndSwap(old, new uint64) bool {
	return x.w.Cas(engine.ClassUint64, old, new, "Uint64.CompareAndSwap")
}

// Add adds delta and returns the sum.
func (x *Uint64) Add(delta uint64) (new uint64) {
	return x.w.Update(engine.ClassUint64, engine.OpAdd, delta, "Uint64.Add") + delta
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Uint64) And(mask uint64) (old uint64) {
	return x.w.Update(engine.ClassUint64, engine.OpAnd, mask, "Uint64.And")
}

// Or sets the bits of mask, and returns the old value.
func (x *Uint64) Or(mask uint64) (old uint64) {
	return x.w.Update(engine.ClassUint64, engine.OpOr, mask, "Uint64.Or")
}

// Uintptr is a controlled [sync/atomic.Uintptr].
type Uintptr struct{ w engine.Word }

// Load returns the value.
func (x *Uintptr) Load() uintptr { return uintptr(x.w.Load(engine.ClassUintptr, "Uintptr.Load")) }

// Store sets the value.
func (x *Uintptr) Store(v uintptr) {
	x.w.Update(engine.ClassUintptr, engine.OpStore, uint64(v), "Uintptr.Store")
}

// Swap sets the value and returns the old one.
func (x *Uintptr) Swap(v uintptr) (old uintptr) {
	return uintptr(x.w.Update(engine.ClassUintptr, engine.OpSwap, uint64(v), "Uintptr.Swap"))
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Uintptr) CompareAndSwap(old, new uintptr) bool {
	return x.w.Cas(engine.ClassUintptr, uint64(old), uint64(new), "Uintptr.CompareAndSwap")
}

// Add adds delta and returns the sum.
func (x *Uintptr) Add(delta uintptr) (new uintptr) {
	old := x.w.Update(engine.ClassUintptr, engine.OpAdd, uint64(delta), "Uintptr.Add")
	return uintptr(old) + delta
}

// And clears the bits that are not in mask, and returns the old value.
func (x *Uintptr) And(mask uintptr) (old uintptr) {
	return uintptr(x.w.Update(engine.ClassUintptr, engine.OpAnd, uint64(mask), "Uintptr.And"))
}

// Or sets the bits of mask, and returns the old value.
func (x *Uintptr) Or(mask uintptr) (old uintptr) {
	return uintptr(x.w.Update(engine.ClassUintptr, engine.OpOr, uint64(mask), "Uintptr.Or"))
}

// Pointer is a controlled [sync/atomic.Pointer].
type Pointer[T any] struct {
	_ [0]*T // so that Pointers to different types are not converted into each other
	p engine.Pointer
}

// Load returns the value.
func (x *Pointer[T]) Load() *T { return (*T)(x.p.Load("Pointer.Load")) }

// Store sets the value.
func (x *Pointer[T]) Store(p *T) { x.p.Swap(engine.OpStore, unsafe.Pointer(p), "Pointer.Store") }

// Swap sets the value and returns the old one.
func (x *Pointer[T]) Swap(p *T) (old *T) {
	return (*T)(x.p.Swap(engine.OpSwap, unsafe.Pointer(p), "Pointer.Swap"))
}

// CompareAndSwap sets the value to new if it is old, and says whether it was.
func (x *Pointer[T]) CompareAndSwap(old, new *T) bool {
	return x.p.Cas(unsafe.Pointer(old), unsafe.Pointer(new), "Pointer.CompareAndSwap")
}
