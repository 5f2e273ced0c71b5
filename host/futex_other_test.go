//go:build (!linux || portable) && !model && !sim

package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWakeupOfASleeperWhoseTimeIsUpIsPassedOn(t *testing.T) {
	var w Uint32
	late, other := make(chan struct{}, 1), make(chan struct{}, 1)
	sleepers.at[&w] = []chan struct{}{late, other}
	futexWake(&w) // chooses the late one, whose time is up at this moment
	withdraw(&w, late)
	require.Len(t, other, 1)
	require.Empty(t, sleepers.at)
}

func TestWithdrawnSleeperIsNotWoken(t *testing.T) {
	var w Uint32
	a, b, c := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	sleepers.at[&w] = []chan struct{}{a, b, c}
	withdraw(&w, b)
	for range 3 {
		futexWake(&w)
	}
	require.Equal(t, []int{1, 0, 1}, []int{len(a), len(b), len(c)})
	require.Empty(t, sleepers.at)
}
