//go:build (!amd64 && !arm64) || portable

package host

import "runtime"

// CallerPC returns the address to which F will return, where F is the function that calls
// it. So F learns its caller. The answer is a return address, like those of
// runtime.Callers: pass it to runtime.CallersFrames as it is, and to runtime.FuncForPC less
// one. F is marked go:noinline and calls CallerPC directly, because other builds need it.
func CallerPC() uintptr {
	const skip = 3 // Callers, CallerPC, F
	var pc [1]uintptr
	runtime.Callers(skip, pc[:])
	return pc[0]
}
