package engine

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// Class is the type of an object.
type Class uint8

const (
	ClassBool Class = iota
	ClassInt32
	ClassInt64
	ClassUint32
	ClassUint64
	ClassUintptr
	ClassPointer
	ClassMutex
	ClassRWMutex
	ClassNote
	ClassCond
	classTime
)

var classNames = [...]string{
	ClassBool: "Bool", ClassInt32: "Int32", ClassInt64: "Int64", ClassUint32: "Uint32",
	ClassUint64: "Uint64", ClassUintptr: "Uintptr", ClassPointer: "Pointer", ClassMutex: "Mutex",
	ClassRWMutex: "RWMutex", ClassNote: "Note", ClassCond: "Cond", classTime: "time",
}

// String returns the name of the type in lower case: as in "mutex 3".
func (c Class) String() string { return strings.ToLower(classNames[c]) }

// TypeName returns the name of the type.
func (c Class) TypeName() string { return classNames[c] }

// fit returns what a variable of the type holds of a sum: its lower bits, with the sign.
func (c Class) fit(sum uint64) uint64 {
	switch c {
	case ClassInt32:
		return uint64(int32(sum))
	case ClassUint32:
		return uint64(uint32(sum))
	case ClassUintptr:
		return uint64(uintptr(sum))
	}
	return sum
}

// Show writes bits as the value that it is for such an object.
func (c Class) Show(bits uint64) string {
	switch c {
	case ClassInt32:
		return fmt.Sprint(int32(bits))
	case ClassInt64:
		return fmt.Sprint(int64(bits))
	case ClassBool, ClassNote:
		return fmt.Sprint(bits != 0)
	}
	return fmt.Sprint(bits)
}

// Object is what an execution knows of a variable, lock or note that is shared. It is made
// when a thread first announces an operation on it. So in all executions with a common
// beginning an object that is announced in it has the same id, though its address differs.
type Object struct {
	e     *Engine
	ID    int32
	Class Class
	owner resetter
	word  *Word // owner, if it is a word: to compare this is faster
	name  string
	bits  uint64         // of a word, its value; of a lock or note, its state
	first uint64         // bits before the execution
	at    unsafe.Pointer // of a Pointer, where it pointed before the execution
	queue []*Thread

	// The events that changed its value, without those that wake nobody (Event.Repeats); -1-i:
	// time advanced before event i. See 'Pause'.
	Changes []int32

	// See 'Alone'.
	past []unsafe.Pointer // of a Pointer, what it was before
	solo uint64           // it is one of solo.marks, if this is Engine.solos
	slot int              // which

	// What a thread that reads the object learns to have happened before: see 'Two kinds
	// of happens-before'.
	sync  clock
	rsync clock // of an RWMutex, what its readers have released
}

// resetter is a variable of the program. reset makes it what it was before the execution
// and forgets its object: package variables outlive executions.
type resetter interface{ reset(o *Object) }

// Object returns the object of id.
func (e *Engine) Object(id int32) *Object { return e.Objects[id] }

// register makes an object for owner, whose value is now bits.
func (e *Engine) register(owner resetter, c Class, bits uint64) *Object {
	if e.Nobjects == len(e.Objects) {
		e.Objects = append(e.Objects, &Object{e: e, ID: int32(e.Nobjects)})
	}
	o := e.Objects[e.Nobjects]
	e.Nobjects++
	o.Class, o.owner, o.bits, o.first = c, owner, bits, bits
	o.name = ""
	o.queue, o.Changes = o.queue[:0], o.Changes[:0]
	if len(o.past) > 0 {
		clear(o.past)
		o.past = o.past[:0]
	}
	o.sync, o.rsync = o.sync[:0], o.rsync[:0]
	return o
}

// forgetObjects makes the program's variables what they were. One that the program has made
// zero on the way has several objects; the first one knows what it was.
func (e *Engine) forgetObjects() {
	for _, o := range slices.Backward(e.Objects[:e.Nobjects]) {
		o.owner.reset(o)
		o.owner, o.word, o.at = nil, nil, nil
	}
	e.Nobjects = 0
	for _, x := range e.plain {
		x.Reset()
	}
	clear(e.plain)
	e.plain = e.plain[:0]
}

// mine panics unless o belongs to e and is that of owner.
func (o *Object) mine(e *Engine, owner resetter) {
	if o.e != e {
		panic("explore: a variable is used by two explorations at the same time; " +
			"make it inside the program, or explore with one worker")
	}
	if o.owner != owner {
		panic("explore: a variable was copied after its first use; share it by a pointer")
	}
}

// noCopy makes vet find copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// pretend makes v the value of o, as if it had not changed since it was v, and returns what it
// really is. A thread that is alone sees no other. If the program has made the variable zero
// since, it is no longer that of o, and is left as it is.
func (o *Object) pretend(v uint64) (actual uint64) {
	switch {
	case o.Class == classTime:
		actual, o.e.Now = uint64(o.e.Now), int64(v)
		return actual
	case o.word != nil:
		if o.word.o == o {
			o.word.bits = v
		}
	case o.Class == ClassPointer:
		if x := o.owner.(*Pointer); x.o == o {
			x.p = o.pointer(x, v)
		}
	}
	actual, o.bits = o.bits, v
	return actual
}

// pointer returns the pointer of x, whose object is o, that had these bits.
func (o *Object) pointer(x *Pointer, bits uint64) unsafe.Pointer {
	if address(x.p) == bits {
		return x.p
	}
	for _, p := range slices.Backward(o.past) {
		if address(p) == bits {
			return p
		}
	}
	panic(fmt.Sprintf("explore: Object.pointer: %v has never been %#x", o, bits))
}
