//go:build !race && !model && !sim

package host

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestARankTakesNoRoom(t *testing.T) {
	require.EqualValues(t, 4, unsafe.Sizeof(FutexMutex{}))
	require.Equal(t, unsafe.Sizeof(Count{})+32, unsafe.Sizeof(CountedMutex{}))
	var mu Mutex
	require.Zero(t, testing.AllocsPerRun(100, func() {
		mu.SetRankNth(inner, 1)
		mu.Lock()
		mu.Unlock()
	}))
}

// A broken order goes unnoticed here.
func TestRanksAreNotChecked(t *testing.T) {
	var first, second Mutex
	first.SetRank(inner)
	second.SetRank(outer)
	first.Lock()
	second.Lock()
	second.Unlock()
	first.Unlock()
	require.False(t, outer.WasTakenUnder(inner))
}
