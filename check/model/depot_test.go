//go:build model

package model_test

import (
	"testing"

	"schedlab/explore"
	"schedlab/rt"
)

// depotGs is how many Gs an owner puts before one magazine goes to the depot: two magazines,
// and one more G.
const depotGs = 2*32 + 1

// dying puts Gs that it makes into a FreeList of pool.
func dying(pool *rt.FreePool, n int) *rt.FreeList {
	list := &rt.FreeList{Pool: pool}
	for range n {
		list.Put(new(rt.G))
	}
	return list
}

// born takes n Gs from list into got. All but made of them are dead ones.
func born(got map[*rt.G]bool, list *rt.FreeList, n int) (made uint64) {
	var stats rt.Stats
	for range n {
		gp := list.Get(&stats)
		explore.Assert(!got[gp], "a dead G is used again twice")
		got[gp] = true
	}
	return stats.GsMade
}

// givesAndTakes has an owner give a magazine to the depot while another takes one there.
func givesAndTakes() {
	pool := &rt.FreePool{}
	var giver, taker *rt.FreeList
	taken := map[*rt.G]bool{}
	var made uint64
	beside(
		func() { giver = dying(pool, depotGs) },
		func() {
			taker = &rt.FreeList{Pool: pool}
			made = born(taken, taker, 1)
		},
	)
	explore.Assert(made <= 1, "%d Gs made for one birth", made)
	made += born(taken, giver, depotGs)
	explore.Assert(made <= 1+32, "more Gs are made than another owner may have")
	made += born(taken, taker, 32)
	explore.Assert(len(taken) == depotGs+int(made), "%d dead Gs, of which %d are used again",
		depotGs, len(taken)-int(made))
}

// takeTheSame has two owners, and a thread that is none, want the last magazine.
func takeTheSame() {
	pool := &rt.FreePool{}
	giver := dying(pool, depotGs)
	var taken [2]map[*rt.G]bool
	take := func(i int) func() {
		return func() {
			taken[i] = map[*rt.G]bool{}
			born(taken[i], &rt.FreeList{Pool: pool}, 2)
		}
	}
	var one *rt.G
	beside(take(0), take(1), func() { one = pool.Get() })
	all := taken[0]
	for gp := range taken[1] {
		explore.Assert(!all[gp], "two owners have one dead G")
		all[gp] = true
	}
	explore.Assert(!all[one], "an owner has a dead G that is not its own")
	all[one] = true
	giver.Flush()
	explore.Assert(!all[pool.Get()], "a dead G is there twice")
}

// TestDepot: 'Magazines' of package rt.
func TestDepot(t *testing.T) {
	t.Run("gives and takes", func(t *testing.T) { verify(t, 2, givesAndTakes) })
	t.Run("take the same", func(t *testing.T) { verify(t, 10, takeTheSame) })
}
