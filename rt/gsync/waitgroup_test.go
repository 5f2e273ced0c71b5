package gsync

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// No count reaches into the bit that says that somebody waits, and the bit into no count.
func TestTheFieldsOfAWgStateAreApart(t *testing.T) {
	for _, count := range []int{0, 1, 2, maxWaitGroup - 1, maxWaitGroup} {
		s := wgState(0).add(count)
		require.Equal(t, count, s.count())
		require.False(t, s.waiting())
		s |= wgWaiting
		require.Equal(t, count, s.count())
		require.True(t, s.waiting())
		s = s.add(-count)
		require.Zero(t, s.count())
		require.Equal(t, wgWaiting, s)
	}
}
