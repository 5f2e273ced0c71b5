package gpm

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// thief returns an M of a scheduler with n Ps, whose own P is the last one.
func thief(n int, opt Options) (*m, *allp) {
	s := &sched{opt: opt}
	ps := make([]*p, n)
	for i := range ps {
		ps[i] = &p{id: i}
	}
	s.setPs(ps)
	mp := &m{sched: s, p: ps[n-1]}
	mp.Rand.Seed(1, 1)
	return mp, s.allp.Load()
}

func TestVictimsAreEachVisitedOnce(t *testing.T) {
	for name, opt := range map[string]Options{
		"random": {}, "sequential": {SequentialVictims: true}, "near": {NearFirst: true},
	} {
		for n := 1; n <= 33; n++ {
			t.Run(fmt.Sprintf("%s/n=%d", name, n), func(t *testing.T) {
				mp, all := thief(n, opt)
				for range 100 {
					seen := map[*p]bool{}
					visit := mp.visit(all)
					for victim := visit.next(); victim != nil; victim = visit.next() {
						require.False(t, seen[victim], "visited twice")
						seen[victim] = true
					}
					require.Len(t, seen, n)
					require.Nil(t, visit.next())
				}
			})
		}
	}
}

// Where no distances are known, the order is that of Go.
func TestNearVictimsAreRandomWhereNoDistanceIsKnown(t *testing.T) {
	random, all := thief(17, Options{})
	near, others := thief(17, Options{NearFirst: true})
	for range 100 {
		a, b := random.visit(all), near.visit(others)
		for range 17 {
			require.Equal(t, a.next().id, b.next().id)
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
