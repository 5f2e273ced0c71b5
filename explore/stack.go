package explore

import (
	"runtime"

	"schedlab/internal/coro"
)

// Stack is a coroutine: a computation suspended on a stack, which any thread
// may continue. A thread runs one Stack at a time, at first its own, and leaves
// it only by switching to another. A zero Stack that was never initialized stands
// for the stack of the thread that switches away from it first.
//
// Switching is no step. Two threads that switch to the same Stack with nothing
// to order them are a data race.
type Stack struct {
	_      noCopy
	at     *coro.Stack // where it is suspended
	c      *carrier    // made by Init, and not ended
	dead   bool
	shadow shadow
}

// reset: the coroutines have ended with the execution.
func (s *Stack) reset() { *s = Stack{} }

// Init makes s, a zero Stack, a coroutine that runs f when first switched to. f
// must not end before a Switch of that Stack has returned false.
func (s *Stack) Init(f func()) {
	e := self("Stack.Init").e
	if s.at != nil {
		panic("explore: Stack.Init: the Stack is in use: only a zero or destroyed one may be initialized")
	}
	c := e.carrier()
	c.f = f
	s.c, s.at = c, &c.stack
}

// Switch suspends s, which must be the running Stack, and continues to, which
// must be suspended. It returns true when somebody switches to s, and false when s
// is to be destroyed: then the computation must return or call runtime.Goexit.
func (s *Stack) Switch(to *Stack) bool {
	t := self("Stack.Switch")
	if s.dead {
		return false
	}
	if to.at == nil {
		panic("explore: Stack.Switch: the Stack to continue is not suspended")
	}
	s.touch(t)
	to.touch(t)
	s.at = t.e.running
	s.leave(t.e, to.take())
	return !s.dead
}

// leave continues to in place of s.
func (s *Stack) leave(e *engine, to *coro.Stack) {
	from := e.running
	e.running = to
	if !from.Switch(to) {
		runtime.Goexit()
	}
}

// take makes s the running one.
func (s *Stack) take() *coro.Stack {
	at := s.at
	s.at = nil
	return at
}

// touch looks for others that use s.
func (s *Stack) touch(t *thread) {
	if s.shadow.e == nil {
		s.shadow = shadow{e: t.e, name: "a Stack", toucher: t.id}
		t.e.plain = append(t.e.plain, s)
	}
	if s.shadow.e != t.e {
		panic("explore: a Stack is used by two explorations at the same time; make it inside the program, or explore with one worker")
	}
	s.shadow.touched(t)
	s.shadow.write(t)
}

// Destroy ends the suspended coroutine s and makes it a zero Stack again. If s
// never ran it just ends; if it did, it sees Switch return false.
func (s *Stack) Destroy() {
	t := self("Stack.Destroy")
	e := t.e
	if s.c == nil || s.at == nil {
		panic("explore: Stack.Destroy: the Stack is not a suspended coroutine made by Init")
	}
	s.touch(t)
	s.dead = true
	c := s.c
	if s.at == &c.stack && !c.began {
		c.f = func() {}
	}
	c.back = e.running
	s.leave(e, s.take())
	*s = Stack{}
}
