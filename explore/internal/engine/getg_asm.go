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

// pointer returns address as a pointer. The address must be that of memory that stays where
// it is, or of the running stack.
func pointer(address uintptr) unsafe.Pointer
