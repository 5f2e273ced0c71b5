//go:build race && !model && !sim

package host

import (
	"runtime"
	"sync/atomic"

	"schedlab/internal/coro"
)

// Stack is a coroutine; see [coro.Stack]. The thread takes its locks along when it
// switches: a parking G's lock is unlocked on the next Stack.
type Stack struct {
	coro  coro.Stack
	along holding // the locks of the thread that is about to continue it
	over  bool    // it is to end: Switch does nothing
}

// Init makes s a coroutine that runs f when first switched to.
func (s *Stack) Init(f func()) {
	s.coro.Init(holdingNothing(func() {
		s.arrive()
		f()
	}))
}

// Switch suspends s and continues to.
func (s *Stack) Switch(to *Stack) bool {
	if s.over {
		return false
	}
	to.leave()
	s.over = !s.coro.Switch(&to.coro)
	s.arrive()
	return !s.over
}

// Destroy ends the suspended coroutine s and makes it a zero Stack again.
func (s *Stack) Destroy() {
	s.coro.Destroy()
	*s = Stack{}
}

// leave takes the thread's locks from the goroutine that it leaves for to.
//
//go:norace
func (to *Stack) leave() { to.along, *held() = *held(), to.along }

// arrive gives them to the goroutine of s.
//
//go:norace
func (s *Stack) arrive() { s.along, *held() = *held(), s.along }

// holdingNothing returns f for a new goroutine. An earlier one at its address may have ended
// with a lock held, and so may this one.
func holdingNothing(f func()) func() {
	return func() {
		held().forget()
		defer held().forget()
		f()
	}
}

// forget makes the thread hold nothing.
//
//go:norace
func (h *holding) forget() { *h = holding{} }

// holders finds the locks of each goroutine that ever took one: hash chains, to which
// entries are only added.
var holders [1 << 12]atomic.Pointer[holder]

type holder struct {
	goroutine uintptr
	next      *holder
	holding
}

// held returns the locks of the calling thread.
//
//go:norace
func held() *holding {
	g := coro.Goroutine()
	first := &holders[(g>>6^g>>18)%uintptr(len(holders))]
	runtime.RaceDisable() // what the chain orders is nobody's business
	defer runtime.RaceEnable()
	head := first.Load()
	for h := head; h != nil; h = h.next {
		if h.goroutine == g {
			return &h.holding
		}
	}
	h := &holder{goroutine: g, next: head}
	for !first.CompareAndSwap(h.next, h) {
		h.next = first.Load()
	}
	return &h.holding
}

// noteTakenUnder notes that a lock of r is taken under one of other.
//
//go:norace
func (r *Rank) noteTakenUnder(other *Rank) {
	runtime.RaceDisable()
	defer runtime.RaceEnable()
	r.taken.Or(other.bit)
}
