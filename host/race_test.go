//go:build race

package host

// The race detector ends the process at 8128 goroutines.
const manyStacks = 4_000
