package explore

import (
	"fmt"
	"sync"
	"testing"
)

// ordinals counts the explorations of each test that runs.
var ordinals struct {
	mu sync.Mutex
	m  map[testing.TB]int
}

// ordinal returns which exploration of t this is, from 1.
func ordinal(t testing.TB) int {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	if ordinals.m == nil {
		ordinals.m = map[testing.TB]int{}
	}
	if ordinals.m[t] == 0 {
		t.Cleanup(func() { forgetOrdinal(t) })
	}
	ordinals.m[t]++
	return ordinals.m[t]
}

func forgetOrdinal(t testing.TB) {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	delete(ordinals.m, t)
}

// nthName returns "first" for 1, and "2." for 2.
func nthName(n int) string {
	if n == 1 {
		return "first"
	}
	return fmt.Sprintf("%d.", n)
}
