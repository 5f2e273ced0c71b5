package explore

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
)

// TestMemoryDoesNotGrowWithExecutions: a search keeps what lies on its path and
// nothing of what it has done, so that 10^8 executions need no more than 10^5.
func TestMemoryDoesNotGrowWithExecutions(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("too many executions")
	}
	d := dpor.New(nil, nil)
	e := newEngine(defaults(), sections(5, 2).started(), d)
	defer e.Close()
	explore := func(executions int) uint64 {
		for range executions {
			require.True(t, d.Begin(e))
			e.Execute()
			d.End(e)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	first := explore(10_000)
	last := explore(100_000)
	require.Less(t, int64(last)-int64(first), int64(1<<20),
		"bytes more after 110 000 executions than after 10 000: %d, %d", last, first)
	t.Logf("%d bytes after 10 000 executions, %d after 110 000", first, last)
}

// TestWakeupTreesTakeLittleSpace: what is still to be explored ends alike most often, and equal
// ends are stored once. Without that lastzero(12) would have 66 000 branches at one time.
func TestWakeupTreesTakeLittleSpace(t *testing.T) {
	for n, most := range map[int]int{8: 800, 10: 3_500, 12: 16_000} {
		d := dpor.New(nil, nil)
		e := newEngine(defaults(), lastZero(n).started(), d)
		r := explore(e, nil)
		e.Close()
		require.Equal(t, uint64(n+3)*power(2, n-2), r.Complete)
		branches, chains := d.Stored()
		require.LessOrEqual(t, branches, most, "lastzero(%d)", n)
		require.LessOrEqual(t, chains, 70*n, "lastzero(%d): different ends of chains", n)
	}
}
