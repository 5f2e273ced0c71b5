package explore

import "schedlab/explore/internal/engine"

// Stack is a coroutine: a computation suspended on a stack, which any thread
// may continue. A thread runs one Stack at a time, at first its own, and leaves
// it only by switching to another. A zero Stack that was never initialized stands
// for the stack of the thread that switches away from it first.
//
// Switching is no step. Two threads that switch to the same Stack with nothing
// to order them are a data race.
type Stack struct{ c engine.Coroutine }

// Init makes s, a zero Stack, a coroutine that runs f when first switched to. f
// must not end before a Switch of that Stack has returned false.
func (s *Stack) Init(f func()) { s.c.Initialize(f) }

// Switch suspends s, which must be the running Stack, and continues to, which
// must be suspended. It returns true when somebody switches to s, and false when s
// is to be destroyed: then the computation must return or call runtime.Goexit.
func (s *Stack) Switch(to *Stack) bool { return s.c.SwitchTo(&to.c) }

// Destroy ends the suspended coroutine s and makes it a zero Stack again. If s
// never ran it just ends; if it did, it sees Switch return false.
func (s *Stack) Destroy() { s.c.Destroy() }
