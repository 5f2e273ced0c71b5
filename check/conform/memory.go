package conform

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

const (
	memoryOps   = 1000
	memoryTries = 20
)

// CostsNoMemory checks that a Run whose main does operation n times allocates less
// than once in ten of them. What is made for the Run is far below that: its objects,
// closures and Gs.
//
// One of several Runs must do so, and the others need not. What an operation
// allocates every Run allocates. But lists grow and Ms are made when Gs first meet
// in some way, which may be in any Run; and whatever else the process does is counted,
// too.
func CostsNoMemory(t *testing.T, s rt.Scheduler, operation func(g *rt.G, n int)) {
	t.Helper()
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops elements at random")
	}
	const few = memoryOps / 10
	var tries []uint64
	for range memoryTries {
		allocated := mallocs(func() {
			require.NoError(t, s.Run(func(g *rt.G) { operation(g, memoryOps) }))
		})
		if allocated < few {
			return
		}
		tries = append(tries, allocated)
	}
	require.Failf(t, "operations allocate", "%d of them, in each of these Runs: %v; expected one with less than %d",
		memoryOps, tries, few)
}

// mallocs returns how many times anybody allocates while f runs.
func mallocs(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}
