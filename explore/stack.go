package explore

import "schedlab/explore/internal/engine"

// Stack is a coroutine: a computation suspended on a stack, which any thread may continue.
// A thread runs one Stack at a time, at first its own, and leaves it only by switching to
// another one. A zero Stack that was never initialized stands for the stack of the thread
// that first switches away from it.
//
// Switching is no step. If two threads switch to the same Stack and nothing orders them,
// that is a data race.
type Stack struct{ c engine.Coroutine }

// Init makes s, a zero Stack, a coroutine that runs f when a thread first switches to it.
// f must not end before a Switch of that Stack has returned false.
func (s *Stack) Init(f func()) { s.c.Initialize(f) }

// Switch suspends s, which must be the running Stack, and continues to, which
// must be suspended. It returns true when a thread switches to s, and false when s is to
// be destroyed. Then the computation must return or call runtime.Goexit.
func (s *Stack) Switch(to *Stack) bool { return s.c.SwitchTo(&to.c) }

// Destroy ends the suspended coroutine s and makes it a zero Stack again. If s has run, its
// Switch returns false; otherwise it just ends.
func (s *Stack) Destroy() { s.c.Destroy() }
