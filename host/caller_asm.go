//go:build (amd64 || arm64) && !portable

package host

// CallerPC, called by F, returns the address to which F will return, so that F
// can keep who called it at the price of about a nanosecond; runtime.Callers
// costs almost a hundred. It is a return address, as runtime.Callers gives them:
// for runtime.CallersFrames as it is, for runtime.FuncForPC less one.
//
// It reads the return address that stands next to the frame pointer which F
// saved: F has a frame, since it calls, and the compiler keeps frame pointers on
// these CPUs. Two things are asked of F:
//
//   - It is marked go:noinline. Otherwise F may have no frame of its own, and the
//     answer is about the function into which it was inlined.
//   - It calls CallerPC directly, not by way of a variable, defer or go. The call
//     would go through a wrapper with a frame, and the answer be F itself.
//
// If F was called by a wrapper that the compiler made (that of a method value, or
// of a method promoted from an embedded field), the answer is in that wrapper.
func CallerPC() uintptr
