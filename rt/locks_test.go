package rt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt/rank"
)

// Every rank has a name under which its locks count, but for those of a sink, which is the
// caller's.
func TestEachRankHasALock(t *testing.T) {
	names, stands := map[string]bool{}, map[*host.Rank]Lock{rank.Sink: numLocks}
	for l := range numLocks {
		require.NotEmpty(t, l.String())
		require.False(t, names[l.String()], "two are called %v", l)
		names[l.String()] = true
		for _, r := range lockTable[l].ranks {
			require.NotContains(t, stands, r, "%v stands for it, too", l)
			stands[r] = l
		}
	}
	for _, r := range host.Ranks() {
		if _, ok := stands[r]; !ok {
			// A build that checks ranks has one for locks without a rank.
			require.Equal(t, "a lock without a rank", r.String(), "no Lock stands for it")
		}
	}
}

func TestStatsAddAndSubLocks(t *testing.T) {
	var a, b Stats
	for l := range numLocks {
		n := uint64(l) + 1
		a.Locks[l] = host.Count{Acquired: n, Contended: 2 * n, WaitNs: 3, Wakes: 4}
		b.Locks[l] = host.Count{Acquired: 10 * n, Sleeps: n}
	}
	sum := a
	sum.Add(&b)
	for l := range numLocks {
		n := uint64(l) + 1
		want := host.Count{Acquired: 11 * n, Contended: 2 * n, WaitNs: 3, Wakes: 4, Sleeps: n}
		require.Equal(t, want, sum.Locks[l], "%v", l)
	}
	require.Equal(t, a, sum.Sub(b))
	all := uint64(numLocks) * uint64(numLocks+1) / 2
	want := host.Count{
		Acquired: 11 * all, Contended: 2 * all, WaitNs: 3 * int64(numLocks), Sleeps: all,
		Wakes: 4 * uint64(numLocks),
	}
	require.Equal(t, want, sum.Locks.Sum())
}
