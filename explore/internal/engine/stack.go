package engine

import (
	"runtime"
	"slices"
	"unsafe"
)

// stackFrom appends to to what the last bytes of the calling goroutine's stack hold, so many
// as depth says, which callerDepth has returned. Two states of one goroutine are the same if
// these are. Where it is not known how to read the stack, it returns nothing.
//
// A stack may be moved when it grows. So what points into it is told by its distance from
// the end, which moves with it.
func stackFrom(depth uintptr, to []uint64) []uint64 {
	if !KnowsGoroutines {
		return to
	}
	n := int(depth / unsafe.Sizeof(depth))
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

// callers returns the stack of the calling goroutine.
func callers() []uintptr {
	pcs := make([]uintptr, 64)
	return pcs[:runtime.Callers(2, pcs)]
}
