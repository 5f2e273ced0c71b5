package rt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Otherwise the timer would fire, and wait for ever for a lock that the sleeper has left locked.
func TestSleepWithTheWorldStoppedPanicsBeforeItBegins(t *testing.T) {
	m := newTimerMs(1)[0]
	m.stopped = true
	g := &G{m: &m.M, status: Running}
	require.Panics(t, func() { g.Sleep(1000) })
	require.Zero(t, m.set.First())
}

func TestAnMKeepsSleepersUpToALimit(t *testing.T) {
	m := newTimerMs(1)[0]
	var all []*sleeper
	for range 2 * maxSleepers {
		all = append(all, m.getSleeper())
	}
	for _, sl := range all {
		m.putSleeper(sl)
	}
	seen := map[*sleeper]bool{}
	for range maxSleepers {
		sl := m.getSleeper()
		require.Contains(t, all, sl)
		require.False(t, seen[sl], "handed out twice")
		seen[sl] = true
	}
	require.Nil(t, m.sleeper)
}
