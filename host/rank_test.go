//go:build !model && !sim

package host

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The ranks of the tests: outer, then middle, then inner; aside has nothing to do with them.
var (
	outer  = NewRank("outer")
	middle = NewRank("middle", outer)
	inner  = NewRank("inner", middle)
	aside  = NewRank("aside")
)

func TestARankMayBeTakenUnderAllThatAreAboveIt(t *testing.T) {
	all := []*Rank{outer, middle, inner, aside}
	may := map[[2]*Rank]bool{{middle, outer}: true, {inner, middle}: true, {inner, outer}: true}
	for _, r := range all {
		for _, held := range all {
			want := may[[2]*Rank{r, held}]
			require.Equal(t, want, r.MayBeTakenUnder(held), "%v under %v", r, held)
		}
	}
	require.Equal(t, []*Rank{middle}, inner.Under())
	require.Empty(t, aside.Under())
	require.Equal(t, "inner", inner.String())
}

func TestRanksAreListed(t *testing.T) {
	all := Ranks()
	require.Contains(t, all, aside)
	require.Less(t, slices.Index(all, outer), slices.Index(all, inner))
	require.NotContains(t, Ranks()[1:], all[0])
}

func TestThereAreAtMost64Ranks(t *testing.T) {
	saved := Ranks()
	defer func() { ranks.all = saved }()
	ranks.all = make([]*Rank, maxRanks-1)
	last := NewRank("the last", outer)
	require.EqualValues(t, uint64(1)<<63, last.bit)
	require.PanicsWithValue(t, "host: NewRank: there is no room for more: 64 ranks are the most",
		func() { NewRank("more") })
}
