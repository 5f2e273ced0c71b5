//go:build !model && !sim

package host

// CallerInside calls CallerPC within package host, for the tests outside.
//
//go:noinline
func CallerInside() uintptr { return CallerPC() }
