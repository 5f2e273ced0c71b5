package engine

import (
	"runtime"
	"slices"
	"unsafe"
)

// stackFrom appends to to what the calling goroutine's stack holds between two frames, of which
// callerDepth has said where they begin. Two states of one goroutine are the same if these
// are.
//
// A stack may be moved when it grows. So what points into it is told by its distance from
// the end, which moves with it.
func stackFrom(depth, floor uintptr, to []uint64) []uint64 {
	n := int((depth - floor) / unsafe.Sizeof(depth))
	to = slices.Grow(to, n+1) // from here on nothing is called that may move the stack
	g := getg()
	bounds := (*[2]uintptr)(pointer(g)) // the first field of a g
	lo, hi := bounds[0], bounds[1]
	to = append(to, uint64(g))
	for _, w := range unsafe.Slice((*uintptr)(pointer(hi-depth)), n) {
		if w >= lo && w < hi {
			w = ^(hi - w)
		}
		to = append(to, uint64(w))
	}
	return to
}

// stackNow appends to to the stack of t, which runs and pauses, from the function that pauses to
// the one that t began with. The frame of Pause itself is left out, but for where it returns to.
// Where it is not known how to read the stack, it returns nothing.
func (t *Thread) stackNow(to []uint64) []uint64 {
	if !KnowsGoroutines {
		return to
	}
	return stackFrom(t.depth, carrierOf(t.e.running).floor, append(to, uint64(t.pc)))
}

// callers returns the stack of the calling goroutine.
func callers() []uintptr {
	pcs := make([]uintptr, 64)
	return pcs[:runtime.Callers(2, pcs)]
}
