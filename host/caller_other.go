//go:build (!amd64 && !arm64) || portable

package host

import "runtime"

// CallerPC, called by F, returns the address to which F will return, so that F
// can keep who called it. It is a return address, as runtime.Callers gives them:
// for runtime.CallersFrames as it is, for runtime.FuncForPC less one. F is
// marked go:noinline and calls CallerPC directly, as other builds need it.
func CallerPC() uintptr {
	const skip = 3 // Callers, CallerPC, F
	var pc [1]uintptr
	runtime.Callers(skip, pc[:])
	return pc[0]
}
