package gpm

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVictimsAreEachVisitedOnce(t *testing.T) {
	for _, sequential := range []bool{false, true} {
		for n := 1; n <= 33; n++ {
			t.Run(fmt.Sprintf("sequential=%t/n=%d", sequential, n), func(t *testing.T) {
				v := newVictims(n, sequential)
				mp := &m{p: &p{id: n - 1}}
				mp.Rand.Seed(1, 1)
				for range 100 {
					seen := make([]bool, n)
					at, step := v.begin(mp)
					for range n {
						require.False(t, seen[at], "visited twice")
						seen[at] = true
						at = (at + step) % n
					}
				}
			})
		}
	}
}

func TestVictimsStartAnywhere(t *testing.T) {
	v := newVictims(8, false)
	mp := &m{p: &p{}}
	mp.Rand.Seed(1, 1)
	starts := map[int]int{}
	for range 8000 {
		at, _ := v.begin(mp)
		starts[at]++
	}
	for at := range 8 {
		require.InDelta(t, 1000, starts[at], 200, "start %d", at)
	}
}
