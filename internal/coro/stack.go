// Package coro makes coroutines that exchange places directly, out of iter.Pull: see [Stack].
// It also tells goroutines apart: see [Goroutine]. Both the real host and the explorer stand
// on it.
package coro

import (
	"fmt"
	"iter"
	"runtime/debug"
)

// Stack is a coroutine: a growable Go stack with a suspended computation, which any thread
// may continue. A thread runs one Stack at a time, and leaves it only by switching to
// another.
//
// Switching publishes: what was written before a Stack was left is seen by the thread that
// continues it, and by the Stack continued in its place. Two threads must not switch to the
// same Stack at the same time: one thread owns each suspended Stack. A Stack is handed to
// another thread only after it has been left, by the Stack that was continued in its place.
//
// A thread that switches or calls Init must not be locked to its operating system thread
// (runtime.LockOSThread): the runtime throws.
//
// # Boxes
//
// Stacks switch to each other directly: one switch of the runtime instead of two through a
// central loop. iter.Pull is meant for a caller and a callee, but it gives more. It gives a
// box that holds one suspended computation, and an operation that exchanges the running
// computation for the one in the box. next and yield are two names of that operation. So:
//
//   - A Stack knows the box in which it sits while it is suspended.
//   - To switch to a Stack is to exchange with its box. The Stack that leaves then sits there.
//   - A box knows which turn is next, that of next or of yield, and which Stack sits in it.
//
// There are as many boxes as Stacks made by Init. A Stack need not sit in the box that it was
// made with.
//
// # What is asked of iter.Pull
//
// This package needs more than the documentation of iter.Pull promises. Here is each
// assumption, with the place where it can be read (iter/iter.go and runtime/coro.go of Go
// 1.26). For each there is a test that fails without it.
//
//  1. next and yield do the same: they swap the running goroutine for the one that the coro
//     holds. Neither looks at its caller. (coroswitch_m: one CAS on c.gp)
//  2. They must be called in turns, next first; a call out of turn panics. That is the flag
//     yieldNext, which box.yields mirrors.
//  3. Both release before the swap and acquire after it, so that the race detector sees the
//     order that the swap makes. Also, next writes a variable that the detector watches: it
//     reports two threads in one box.
//  4. When the function given to Pull ends, the goroutine in its own box is continued for the
//     last time (coroexit). If that goroutine is inside next, it ends as the function ended:
//     by the same panic or by runtime.Goexit. If it is inside yield, it is told nothing.
//     Hence Destroy, which sees to it that the goroutine in the box expects this. Hence also
//     ended, which lets nothing else end a Stack.
//
// To the garbage collector and to tracebacks a Stack is a goroutine like any other, waiting
// ("coroutine") or running. No frame of one Stack points into another, whatever the order of
// switches. A suspended Stack is never collected, even if nothing refers to it: only Destroy
// ends it.
type Stack struct {
	own  *box   // made with it; nil for a thread's own stack
	at   *box   // where it sits, if suspended
	pass *Stack // it is continued only to continue that one: see Destroy
	dead bool   // Destroy has been called
}

// box holds one suspended Stack. It belongs to the owner of that Stack.
type box struct {
	next   func() (struct{}, bool)
	yield  func(struct{}) bool
	yields bool // the next exchange is a yield
	sits   *Stack
}

// exchange suspends from in b and continues the Stack that sits there. It returns when a
// thread exchanges with b again.
func (b *box) exchange(from *Stack) {
	from.at, b.sits = b, from
	if b.yields {
		b.yields = false
		b.yield(struct{}{})
	} else {
		b.yields = true
		b.next()
	}
}

// Init makes s, a zero Stack, a new coroutine. It runs f when first switched to. f must not
// end before a Switch of that Stack has returned false, and never by a panic: either is
// Fatal. A zero Stack that was never initialized stands for the stack of the thread that
// switches away from it first.
func (s *Stack) Init(f func()) {
	if s.at != nil {
		panic("coro: Stack.Init: the Stack is in use: " +
			"only a zero or destroyed one may be initialized")
	}
	b := &box{}
	// The second value, stop, is not needed: Destroy ends a coroutine by letting it return.
	b.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		b.yield = yield
		defer s.ended()
		if !s.dead {
			f()
		}
	})
	s.own, s.at, b.sits = b, b, s
}

// ended is the last call on s. If Destroy did not wait for it, the runtime would now continue
// the Stack that happens to sit in s's own box. That Stack might get a panic that is not its
// own, or might not learn of it.
func (s *Stack) ended() {
	if p := recover(); p != nil {
		Fatal(fmt.Sprintf("coro: Stack: its function panicked: %v", p), debug.Stack())
	}
	if !s.dead {
		Fatal("coro: Stack: its function ended, but nobody has called Destroy", debug.Stack())
	}
}

// Switch suspends s and continues to. s must be the running Stack; to must be suspended and
// owned by the caller. Switch returns true when a thread switches to s. It returns false
// when s is to be destroyed: the computation must then return or call runtime.Goexit, which
// is right even in a deferred call while s panics. From then on Switch returns false at
// once, so that a deferred call that switches does no harm.
func (s *Stack) Switch(to *Stack) bool {
	if s.dead {
		return false
	}
	b := to.at
	if b == nil || b.sits != to {
		panic("coro: Stack.Switch: the Stack to continue is not suspended")
	}
	s.at, b.sits = b, s // exchange, inlined
	if b.yields {
		b.yields = false
		b.yield(struct{}{})
	} else {
		b.yields = true
		b.next()
	}
	if s.pass != nil {
		s.passOn()
	}
	return !s.dead
}

// passOn continues another Stack in place of s, as Destroy asked. Destroy may ask again when
// s is continued the next time.
func (s *Stack) passOn() {
	for s.pass != nil {
		to := s.pass
		s.pass = nil
		to.at.exchange(s)
	}
}

// Destroy ends the suspended coroutine s and makes it a zero Stack again. If s never ran it
// just ends; if it did, its Switch returns false. Every Stack that ever exchanged with s,
// directly or not, must be at rest, and no two of them are destroyed at a time. So call it
// when all threads have ended.
//
// A coroutine that ends continues the Stack that sits in its own box, so that must be the
// caller. There are two cases:
//
//   - s sits in its own box. The caller exchanges with it: now the caller sits there, s runs
//     and ends, and the caller goes on.
//   - Another Stack sits there. The caller exchanges with that one, which passes on to s, and
//     so comes to sit where s sat. Now the caller sits in s's own box and s runs, as in the
//     first case.
//
// Either way one box and one Stack are gone, and each of the others sits in a box: the next
// Destroy finds what this one found.
func (s *Stack) Destroy() {
	if s.own == nil || s.at.sits != s {
		panic("coro: Stack.Destroy: the Stack is not a suspended coroutine made by Init")
	}
	done := make(chan struct{})
	// On a goroutine of its own: when s ends by runtime.Goexit, iter.Pull may end the one that
	// it continues in the same way.
	go func() {
		defer close(done)
		var caller Stack
		s.dead = true
		first := s.own.sits
		if first != s {
			first.pass = s
		}
		first.at.exchange(&caller)
	}()
	<-done
	*s = Stack{}
}

// Fatal ends the process: v, with its stack, is a fault that must not unwind into the
// computation that the coroutine would continue.
func Fatal(v any, stack []byte) {
	// On a goroutine of its own, where no recover can catch it.
	go panic(fmt.Sprintf("%v\n\n%s", v, stack))
	select {}
}
