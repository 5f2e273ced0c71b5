//go:build amd64 || arm64

package coro

// Goroutine returns what tells the running goroutine from all others that have not
// ended: the address of the runtime's own record of it, which a later goroutine may
// have again.
func Goroutine() uintptr
