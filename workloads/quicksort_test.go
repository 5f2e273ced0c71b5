package workloads

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

func TestDivideSeparates(t *testing.T) {
	var r host.Rand
	r.Seed(1, 0)
	for range 2000 {
		v := make([]uint64, 3+r.Uint32()%20)
		for i := range v {
			v[i] = uint64(r.Uint32() % 8) // many are equal
		}
		in := slices.Sorted(slices.Values(v))
		middle := divide(v)
		require.Positive(t, middle)
		require.Less(t, middle, len(v))
		require.LessOrEqual(t, slices.Max(v[:middle]), slices.Min(v[middle:]))
		require.Equal(t, in, slices.Sorted(slices.Values(v)))
	}
}
