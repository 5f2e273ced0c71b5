package conform

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

const (
	memoryOps   = 1000 // operations in a Run
	memoryTries = 20   // Runs, of which one must pass
)

// CostsNoMemory checks that a Run whose main does operation n times allocates less than once
// in ten operations. The objects, closures and Gs that are made for the Run itself are far
// fewer than that.
//
// One Run of memoryTries must pass. If an operation allocates, it does so in every Run. But
// lists grow and Ms are made when Gs first meet in some way, which may happen in any Run,
// and the allocations of the whole process are counted.
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
	require.Failf(t, "the operation allocates", "%d operations allocated so many times in each "+
		"of the Runs: %v; expected less than %d in one of them", memoryOps, tries, few)
}

// mallocs returns how many times the process allocates while f runs.
func mallocs(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}
