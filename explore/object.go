package explore

import (
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// class is of which type an object is.
type class uint8

const (
	classBool class = iota
	classInt32
	classInt64
	classUint32
	classUint64
	classUintptr
	classPointer
	classMutex
	classRWMutex
	classNote
	classCond
	classTime
)

var classNames = [...]string{
	classBool: "Bool", classInt32: "Int32", classInt64: "Int64", classUint32: "Uint32", classUint64: "Uint64", classUintptr: "Uintptr",
	classPointer: "Pointer", classMutex: "Mutex", classRWMutex: "RWMutex", classNote: "Note", classCond: "Cond", classTime: "time",
}

// String returns the name of the type in lower case: as in "mutex 3".
func (c class) String() string { return strings.ToLower(classNames[c]) }

// typeName returns the name of the type.
func (c class) typeName() string { return classNames[c] }

// fit returns what a variable of the type holds of a sum.
func (c class) fit(sum uint64) uint64 {
	switch c {
	case classInt32:
		return uint64(int32(sum))
	case classUint32:
		return uint64(uint32(sum))
	case classUintptr:
		return uint64(uintptr(sum))
	}
	return sum
}

// show writes bits as the value that it is for such an object.
func (c class) show(bits uint64) string {
	switch c {
	case classInt32:
		return fmt.Sprint(int32(bits))
	case classInt64:
		return fmt.Sprint(int64(bits))
	case classBool, classNote:
		return fmt.Sprint(bits != 0)
	}
	return fmt.Sprint(bits)
}

// object is what an execution knows of a variable, lock or note that is
// shared. It is made when a thread first announces an operation on it. So in all
// executions with a common prefix an object that is announced in it has the same
// id, though its address differs.
type object struct {
	e     *engine
	id    int32
	class class
	owner resetter
	word  *word // owner, if it is a word: to compare this is faster
	name  string
	bits  uint64         // of a word, its value; of a lock or note, its state
	first uint64         // bits before the execution
	at    unsafe.Pointer // of a Pointer, where it pointed before the execution
	queue []*thread

	// changes: the events that changed its value; of the time, -1-i if it advanced
	// before event i. See Pause.
	changes []int32

	// sync is what is known to have happened before whoever reads the object:
	// see 'Two kinds of happens-before'.
	sync  clock
	rsync clock // of an RWMutex, what its readers have released

	dep dependencies
}

// resetter is a variable of the program. reset makes it what it was before the
// execution and forgets its object: package variables outlive executions.
type resetter interface{ reset(o *object) }

// object returns the object of id.
func (e *engine) object(id int32) *object { return e.objects[id] }

// register makes an object for owner, whose value is now bits.
func (e *engine) register(owner resetter, c class, bits uint64) *object {
	if e.nobjects == len(e.objects) {
		e.objects = append(e.objects, &object{e: e, id: int32(e.nobjects)})
	}
	o := e.objects[e.nobjects]
	e.nobjects++
	o.class, o.owner, o.bits, o.first = c, owner, bits, bits
	o.name = ""
	o.queue, o.changes = o.queue[:0], o.changes[:0]
	o.sync, o.rsync = o.sync[:0], o.rsync[:0]
	o.dep.reset()
	return o
}

// forgetObjects makes the program's variables what they were. One that the program
// has made zero on the way has several objects, of which the first one knows.
func (e *engine) forgetObjects() {
	for _, o := range slices.Backward(e.objects[:e.nobjects]) {
		o.owner.reset(o)
		o.owner, o.word, o.at = nil, nil, nil
	}
	e.nobjects = 0
	for _, x := range e.plain {
		x.reset()
	}
	clear(e.plain)
	e.plain = e.plain[:0]
}

// mine panics unless o belongs to e and is that of owner.
func (o *object) mine(e *engine, owner resetter) {
	if o.e != e {
		panic("explore: a variable is used by two explorations at the same time; make it inside the program, or explore with one worker")
	}
	if o.owner != owner {
		panic("explore: a variable was copied after its first use; share it by a pointer")
	}
}

// noCopy makes vet find copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
