//go:build amd64 || arm64

package engine

import "unsafe"

// getg returns an address that no two goroutines have at the same time.
func getg() uintptr

// KnowsGoroutines says that getg tells goroutines apart. So several engines can run at once,
// and a goroutine that is not controlled is noticed.
const KnowsGoroutines = true

// callerDepth returns how far from the end of the stack the frame begins of the function that
// called the calling one. That stays the same if the stack is moved.
func callerDepth() uintptr

// pausing is for a function that the one calls which the program has called. It returns where
// the latter goes on in the program, and how far from the end of the stack the frame begins of
// the program's function that has called it.
func pausing() (pc, depth uintptr)

// pointer returns address as a pointer. The address must be that of memory that stays where
// it is, or of the running stack.
func pointer(address uintptr) unsafe.Pointer

// room makes sure that the stack of the calling goroutine has some KiB left.
func room()

// returnFilled returns from the function that calls it, to where that was called, and leaves
// bits in each word of the 2 KiB of the stack below: in the frames that are left, too. That
// function must return nothing, and must not be inlined. It must have arguments of five words:
// bits are left as well where its caller has room for them.
func returnFilled(bits uint64)
