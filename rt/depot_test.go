package rt

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// thing is what the stashes of these tests hold.
type thing struct{ id int }

// keeper is an owner with a stash.
type keeper struct {
	stash stash[thing]
	depot *depot[thing]
}

func (k *keeper) put(n int) {
	for range n {
		k.stash.put(&thing{}, k.depot)
	}
}

// get returns how many of n gets found something.
func (k *keeper) get(n int) (got int) {
	for range n {
		if k.stash.get(k.depot) != nil {
			got++
		}
	}
	return got
}

// TestStashVisitsTheDepot: each row is what an owner does after 1000 things have come to the
// depot, and how often it visits the depot for that. Gets are negative.
func TestStashVisitsTheDepot(t *testing.T) {
	const m = magazineSize
	for name, c := range map[string]struct {
		do     []int
		visits uint64
		left   int // in the depot
	}{
		"nothing":                           {nil, 0, 1024},
		"a stash is filled":                 {[]int{2 * m}, 0, 1024},
		"one too many: it spills half":      {[]int{2*m + 1}, 1, 1024 + m},
		"then half can go and come":         {[]int{2*m + 1, -m - 1, m + 1}, 1, 1024 + m},
		"and half can come and go":          {[]int{2*m + 1, m - 1, 1 - m}, 1, 1024 + m},
		"an empty one refills to half":      {[]int{-1}, 1, 1024 - m},
		"then half can come":                {[]int{-1, m + 1}, 1, 1024 - m},
		"and half can go":                   {[]int{-m}, 1, 1024 - m},
		"to and fro at the edge of filled":  {[]int{2*m + 1, -1, 1, -1, 1, -1, 1}, 1, 1024 + m},
		"to and fro at the edge of empty":   {[]int{-m - 1, 1, -1, 1, -1, 1, -1}, 2, 1024 - 2*m},
		"all is taken":                      {[]int{-1024}, 1024 / m, 0},
		"more than there is: no more looks": {[]int{-2000}, 1024 / m, 0},
		"all is taken, and brought back":    {[]int{-1024, 1024}, 2*1024/m - 2, 1024 - 2*m},
	} {
		t.Run(name, func(t *testing.T) {
			d := &depot[thing]{}
			other := &keeper{depot: d}
			other.put(1024 + 2*m) // the last two magazines stay with it
			require.Equal(t, 1024, d.len())
			k := &keeper{depot: d}
			before := d.mu.Count().Acquired
			for _, n := range c.do {
				if n > 0 {
					k.put(n)
				} else {
					k.get(-n)
				}
			}
			require.Equal(t, c.visits, d.mu.Count().Acquired-before)
			require.Equal(t, c.left, d.len())
		})
	}
}

// Whatever owners do, and when they end, each thing is there once.
func TestStashesLoseNothing(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		d := &depot[thing]{}
		owners := make([]stash[thing], 4)
		out := map[*thing]bool{} // taken, or made
		made := 0
		for range 20_000 {
			s := &owners[r.IntN(len(owners))]
			switch n := r.IntN(200); {
			case n < 2:
				d.add(s)
			case n < 4:
				s.visited(true) // as if the lock had been contended
			case r.IntN(1000)/500 == made/500%2: // in waves
				x := s.get(d)
				if x == nil {
					x = &thing{id: made}
					made++
				}
				require.False(t, out[x], "taken twice")
				out[x] = true
			default:
				for x := range out { // any
					delete(out, x)
					s.put(x, d)
					break
				}
			}
		}
		for i := range owners {
			d.add(&owners[i])
		}
		require.Equal(t, made-len(out), d.len())
		for range made - len(out) {
			x := d.one(new(uint64))
			require.False(t, out[x], "there twice")
			out[x] = true
		}
		missed := uint64(0)
		require.Nil(t, d.one(&missed))
		require.EqualValues(t, 1, missed)
		require.Len(t, out, made)
	}
}

// Owners on threads of their own, in waves against each other.
func TestStashesOfThreadsLoseNothing(t *testing.T) {
	const owners, each = 4, 500
	d := &depot[thing]{}
	var all sync.WaitGroup
	left := make([][]*thing, owners)
	for i := range owners {
		all.Go(func() {
			var s stash[thing]
			var mine []*thing
			for n := range each {
				mine = append(mine, &thing{id: i*each + n})
			}
			for range 50 {
				for _, x := range mine {
					s.put(x, d)
				}
				mine = mine[:0]
				for range each {
					if x := s.get(d); x != nil {
						mine = append(mine, x)
					}
				}
			}
			d.add(&s)
			left[i] = mine
		})
	}
	all.Wait()
	seen := map[int]bool{}
	for _, mine := range left {
		for _, x := range mine {
			require.False(t, seen[x.id], "%d is there twice", x.id)
			seen[x.id] = true
		}
	}
	for range d.len() {
		x := d.one(new(uint64))
		require.False(t, seen[x.id], "%d is there twice", x.id)
		seen[x.id] = true
	}
	require.Len(t, seen, owners*each)
}

// A magazine grows when the lock was contended often, and only then.
func TestMagazinesGrowUnderContention(t *testing.T) {
	for name, c := range map[string]struct {
		visits, every int // one in every is contended
		size          int
	}{
		"none is contended":     {10_000, 10_001, magazineSize},
		"one in ten":            {10_000, 10, magazineSize},
		"one in eight":          {10_000, 8, maxMagazineSize},
		"all, a few times":      {3, 1, magazineSize},
		"all, a few times more": {4, 1, 2 * magazineSize},
		"all, to the most":      {12, 1, maxMagazineSize},
		"all, beyond the most":  {100, 1, maxMagazineSize},
	} {
		var s stash[thing]
		for i := range c.visits {
			s.visited(i%c.every == 0 && c.every <= c.visits)
		}
		require.Equal(t, c.size, s.sizeNow(), name)
	}
}

// Large magazines take the place of small ones, and are filled.
func TestALargerMagazineIsUsed(t *testing.T) {
	d := &depot[thing]{}
	k := &keeper{depot: d}
	k.put(1000)
	k.stash.size = maxMagazineSize
	k.get(1000)
	k.put(4 * maxMagazineSize)
	before := d.mu.Count().Acquired
	k.put(4 * maxMagazineSize)
	require.EqualValues(t, 4, d.mu.Count().Acquired-before, "visits")
}

// In the long run, magazines go round and none is made.
func TestStashesAllocateNothing(t *testing.T) {
	d := &depot[thing]{}
	a, b := &keeper{depot: d}, &keeper{depot: d}
	a.put(500)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range 200 {
			b.stash.put(a.stash.get(d), d)
		}
		a, b = b, a
	}))
	require.Greater(t, d.mu.Count().Acquired, uint64(500), "visits")
}

func TestADroppedDepotIsEmpty(t *testing.T) {
	d := &depot[thing]{}
	k := &keeper{depot: d}
	k.put(1000)
	d.drop()
	require.Zero(t, d.len())
	require.Equal(t, 1000%magazineSize+magazineSize, k.get(1000), "what the stash had")
}
