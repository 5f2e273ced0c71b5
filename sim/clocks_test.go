package sim

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tree agrees with a look at all leaves, after any changes.
func TestTheClockThatIsBehindIsFound(t *testing.T) {
	for _, leaves := range []int{1, 2, 3, 9, 129, 1025} {
		rnd := rand.New(rand.NewPCG(1, uint64(leaves)))
		tree := newClocks(leaves)
		all := make([]int64, leaves)
		for i := range all {
			all[i] = -1
		}
		for range 2000 {
			i := rnd.IntN(leaves)
			if rnd.IntN(4) == 0 {
				all[i] = -1
				tree.clear(int32(i))
			} else {
				all[i] = rnd.Int64N(50)
				tree.set(int32(i), all[i])
			}
			requireFirst(t, all, tree.first())
		}
	}
}

func requireFirst(t *testing.T, all []int64, first uint64) {
	least := -1
	for i, ps := range all {
		if ps >= 0 && (least < 0 || ps < all[least]) {
			least = i
		}
	}
	if least < 0 {
		require.EqualValues(t, uint64(never), first)
		return
	}
	require.Equal(t, all[least], int64(first>>leafBits))
	require.Equal(t, least, int(first&leafMask))
}

func TestAClockBeyondAllLimitsIsKept(t *testing.T) {
	tree := newClocks(2)
	tree.set(1, never)
	require.Less(t, tree.first(), uint64(never))
	require.Greater(t, int64(tree.first()>>leafBits), maxLimit.Nanoseconds()*picosPerNs)
}
