//go:build !model && !sim

package host

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// await looks until cond is true, and fails the test if it never is.
func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for range 50_000_000 {
		if cond() {
			return
		}
		runtime.Gosched()
	}
	require.FailNow(t, "gave up waiting: "+what)
}

// threads runs f on n threads that can all run at once, and waits for them. They begin
// together, or the first would be done before the last begins.
func threads(n int, f func(i int)) {
	defer Reserve(n)()
	done := make(chan struct{})
	var ready Int32
	for i := range n {
		Go(func() {
			ready.Add(1)
			for ready.Load() < int32(n) {
				Pause(1)
			}
			f(i)
			done <- struct{}{}
		})
	}
	for range n {
		<-done
	}
}

// spinFor keeps the CPU busy for at least ns nanoseconds.
func spinFor(ns int64) {
	for start := Nanotime(); Nanotime()-start < ns; {
		Pause(1)
	}
}
