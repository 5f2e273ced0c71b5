package strategy

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// room is a table that may have so many slots.
func room(slots int) *explored { return &explored{most: slots} }

// TestWhatCoversWhat: a visit covers another one of the trace if it costs no more to go on
// with any thread.
func TestWhatCoversWhat(t *testing.T) {
	type visit struct {
		last int32
		left int
	}
	// cost is that of going on with thread next.
	cost := func(last, next int32) int {
		if last == nobody || last == next {
			return 0
		}
		return 1
	}
	covers := func(old, new visit) bool {
		for next := range int32(40) {
			if new.left-cost(new.last, next) > old.left-cost(old.last, next) {
				return false
			}
		}
		return true
	}
	threads := []int32{nobody, 0, 1, 15, 16, 31, 32}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		x, trace := room(64), hash{r.Uint64(), r.Uint64()}
		var before []visit
		for range 6 {
			v := visit{threads[r.IntN(len(threads))], r.IntN(3)}
			want, small := false, v.last < 16
			for _, old := range before {
				want = want || covers(old, v)
				small = small && old.last < 16
			}
			got := x.covers(trace, v.last, v.left)
			require.Equal(t, got, x.visit(trace, v.last, v.left))
			if got || small { // threads with large ids may be forgotten
				require.Equal(t, want, got, "seed %d: %v after %v", seed, v, before)
			}
			before = append(before, v)
		}
	}
}

// TestTheTableGrowsAndForgets: within its limit it remembers everything, beyond that as much
// as there is room for.
func TestTheTableGrowsAndForgets(t *testing.T) {
	x := room(1 << 10)
	known := func(n int) (k int) {
		r := rand.New(rand.NewPCG(1, 1))
		for range n {
			if x.covers(hash{r.Uint64(), r.Uint64()}, nobody, 0) {
				k++
			}
		}
		return k
	}
	r := rand.New(rand.NewPCG(1, 1))
	n := 0
	for ; !x.forgot; n++ {
		require.False(t, x.visit(hash{r.Uint64(), r.Uint64()}, nobody, 0))
	}
	require.Greater(t, n, 1<<8, "traces before one is forgotten")
	require.Equal(t, n-1, known(n))
	for range 1 << 14 {
		x.visit(hash{r.Uint64(), r.Uint64()}, nobody, 0)
	}
	require.Len(t, x.slots, 1<<10)
	require.Equal(t, 1<<10, known(n+1<<14))
}

func TestNothingIsKeptWithoutRoom(t *testing.T) {
	x := room(0)
	for range 3 {
		require.False(t, x.visit(hash{1, 2}, nobody, 0))
		require.False(t, x.covers(hash{1, 2}, nobody, 0))
	}
	require.False(t, x.forgot)
}
