package engine

import (
	"runtime"

	"schedlab/internal/coro"
)

// Coroutine is what a Stack is made of: a computation suspended on a stack.
type Coroutine struct {
	_      noCopy
	at     *coro.Stack // where it is suspended
	c      *carrier    // made by Initialize, and not ended
	dead   bool
	shadow Shadow
}

// Reset forgets what s was. The coroutines have ended with the execution.
func (s *Coroutine) Reset() { *s = Coroutine{} }

// Initialize makes s, a zero coroutine, one that runs f when first switched to.
func (s *Coroutine) Initialize(f func()) {
	e := Self("Stack.Init").e
	if s.at != nil {
		panic("explore: Stack.Init: the Stack is in use: " +
			"only a zero or destroyed one may be initialized")
	}
	c := e.carrier()
	c.f = f
	s.c, s.at = c, &c.stack
}

// SwitchTo suspends s, which must be the running one, and continues to, which must
// be suspended. It returns false when s is to be destroyed.
func (s *Coroutine) SwitchTo(to *Coroutine) bool {
	t := Self("Stack.Switch")
	if s.dead {
		return false
	}
	if to.at == nil {
		panic("explore: Stack.Switch: the Stack to continue is not suspended")
	}
	s.touch(t)
	to.touch(t)
	s.at = t.e.running
	s.leave(t.e, to.claim())
	return !s.dead
}

// leave continues to in place of s.
func (s *Coroutine) leave(e *Engine, to *coro.Stack) {
	from := e.running
	e.running = to
	if !from.Switch(to) || e.aborting {
		runtime.Goexit()
	}
}

// claim makes s the running one.
func (s *Coroutine) claim() *coro.Stack {
	at := s.at
	s.at = nil
	return at
}

// touch counts a use of s as a write, so that two uses that nothing orders are a data race.
func (s *Coroutine) touch(t *Thread) {
	if s.shadow.e == nil {
		s.shadow = Shadow{e: t.e, Name: "a Stack", toucher: t.ID}
		t.e.plain = append(t.e.plain, s)
	}
	if s.shadow.e != t.e {
		panic("explore: a Stack is used by two explorations at the same time; " +
			"make it inside the program, or explore with one worker")
	}
	s.shadow.touched(t)
	s.shadow.Write(t)
}

// Destroy ends the suspended coroutine s and makes it a zero one again.
func (s *Coroutine) Destroy() {
	t := Self("Stack.Destroy")
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
	s.leave(e, s.claim())
	*s = Coroutine{}
}
