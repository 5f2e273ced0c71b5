//go:build race

package coro_test

// The race detector ends the process at 8128 goroutines.
const manyStacks = 4_000
