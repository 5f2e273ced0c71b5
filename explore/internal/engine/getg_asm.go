//go:build amd64 || arm64

package engine

// getg returns an address that no two goroutines have at the same time.
func getg() uintptr

// KnowsGoroutines says that getg tells goroutines apart. So several engines can run at once,
// and a goroutine that is not controlled is noticed.
const KnowsGoroutines = true
