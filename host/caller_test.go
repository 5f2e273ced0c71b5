//go:build !model

package host

// CallerInside is F within package host, for the tests of the package outside.
//
//go:noinline
func CallerInside() uintptr { return CallerPC() }
