package explore

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// Operation records when an operation of the program begins and ends, for a judge of its
// history: see 'Recorded histories'. It is used for one operation after the other. Call and
// Return call stamp, which writes the time down: such as how many operations have returned.
// stamp must call nothing of this package.
//
// On a thread that is not controlled stamp is called at once. So one recorder serves both
// explorations and real threads.
type Operation struct {
	t    *engine.Thread // that is in it; nil: none, or one that is not controlled
	open bool
}

// Call says that an operation begins. stamp is called as a part of the calling thread's next
// step, since other threads see nothing of the operation before that. Call panics if the
// operation before has not returned.
func (o *Operation) Call(stamp func()) {
	if o.open {
		panic("explore: Operation.Call: the operation before has not returned; call Return at " +
			"its end, or give each thread an Operation of its own")
	}
	o.t, o.open = engine.Caller(), true
	if o.t == nil {
		stamp()
		return
	}
	o.t.Called(stamp)
}

// Return says that the operation has ended with the step that the calling thread took last,
// and calls stamp as a part of it. If the operation took no step, Return takes one that does
// nothing else; likewise after [Choose]. It panics unless the same thread has called Call.
func (o *Operation) Return(stamp func()) {
	t := engine.Caller()
	switch {
	case !o.open:
		panic("explore: Operation.Return: it has not been called; call Call when it begins")
	case t != o.t:
		panic(fmt.Sprintf("explore: Operation.Return: %s returns from what %s has called; "+
			"an operation is recorded by one thread", threadName(t), threadName(o.t)))
	}
	o.open, o.t = false, nil
	if t == nil {
		stamp()
	} else if !t.Returned(stamp) {
		panic("explore: Operation.Return: it has not been called in this execution; make the " +
			"Operation inside of the program")
	}
}

func threadName(t *engine.Thread) string {
	if t == nil {
		return "a thread that is not controlled"
	}
	return t.String()
}

// Recorded calls read, which looks at what Operations have recorded so far. That is a step, and
// operations of other threads begin and end before or after it. If the caller has joined all
// other threads, it is no step.
func Recorded(read func()) {
	t := engine.Caller()
	if t == nil {
		read()
		return
	}
	t.Recorded(read)
}
