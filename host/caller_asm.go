//go:build (amd64 || arm64) && !portable

package host

// CallerPC returns the address to which F will return, where F is the function that calls
// it. So F learns its caller for about a nanosecond; runtime.Callers costs almost a hundred.
// The answer is a return address, like those of runtime.Callers: pass it to
// runtime.CallersFrames as it is, and to runtime.FuncForPC less one.
//
// CallerPC reads the return address that stands next to the frame pointer that F saved.
// F has a frame, since it calls, and the compiler keeps frame pointers on these CPUs. F
// must obey two rules:
//
//   - F is marked go:noinline. Otherwise it may have no frame of its own, and the answer
//     is about the function into which it was inlined.
//   - F calls CallerPC directly, not by way of a variable, defer or go. Such a call goes
//     through a wrapper that has a frame, and the answer would be F itself.
//
// If F was called by a wrapper that the compiler made, the answer is in that wrapper. Method
// values have one, and methods that are promoted from an embedded field.
func CallerPC() uintptr
