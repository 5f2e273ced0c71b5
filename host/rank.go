package host

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Rank is a place in the order in which locks are taken. A thread may take a lock only if
// the lock's rank may be taken under the ranks of all locks that the thread holds. Threads
// that obey cannot wait for each other in a circle.
//
// # Checking ranks
//
// The order is checked in the model build and under the race detector. A thread that
// breaks it panics before it waits, whether the lock is free or not. In other builds a
// lock keeps no rank, and SetRank does nothing.
//
// A thread holds locks, not a goroutine: it keeps them when it leaves one [Stack] for
// another.
//
//   - TryLock never waits, so it breaks no order. What it takes is held like the rest.
//   - A lock belongs to no thread. Once another thread has unlocked it, nobody holds it.
//   - Two locks of one rank may be held only if their numbers differ and are taken in
//     ascending order: see SetRankNth.
//   - Locks without a rank of their own have that of [DefaultRank].
//
// The checks order nothing: they hide no data race from the race detector, and are no
// steps of an exploration. Under the race detector, a goroutine that this package did not
// start, and that ends with a lock held, may leave it to a later one of its kind. That errs
// towards a false alarm.
//
// Source: runtime/lockrank.go of Go (2020). We deviate: a lock without a rank need not
// be the last that is taken.
type Rank struct {
	name  string
	under []*Rank // as declared
	bit   uint64  // stands for the rank
	may   uint64  // bits of the ranks that may be held: those of under, and theirs

	// taken is the bits of the ranks that were held when a lock of this one was taken.
	// Atomic, because any thread adds to it; it orders nothing.
	taken atomic.Uint64
}

// ranks are all ranks, each of which is a bit of a word.
var ranks struct {
	sync.Mutex
	all []*Rank
}

const maxRanks = 64

// NewRank makes a rank of locks that may be taken under locks of the ranks in under, and
// under what those may be taken under. The order has no circle, since a rank is made after
// those that it names.
func NewRank(name string, under ...*Rank) *Rank {
	ranks.Lock()
	defer ranks.Unlock()
	if len(ranks.all) == maxRanks {
		panic(fmt.Sprintf("host: NewRank: there is no room for %s: %d ranks are the most",
			name, maxRanks))
	}
	r := &Rank{name: name, under: under, bit: 1 << len(ranks.all)}
	for _, u := range under {
		r.may |= u.bit | u.may
	}
	ranks.all = append(ranks.all, r)
	return r
}

// Ranks returns all ranks, in the order in which they were made.
func Ranks() []*Rank {
	ranks.Lock()
	defer ranks.Unlock()
	return slices.Clone(ranks.all)
}

// String returns the name.
func (r *Rank) String() string { return r.name }

// Under returns the ranks that NewRank was given.
func (r *Rank) Under() []*Rank { return r.under }

// MayBeTakenUnder says whether a lock of r may be taken while one of held is held.
func (r *Rank) MayBeTakenUnder(held *Rank) bool { return r.may&held.bit != 0 }

// WasTakenUnder says whether a lock of r was ever taken while one of held was held.
// Only a build that checks ranks knows that.
func (r *Rank) WasTakenUnder(held *Rank) bool { return r.taken.Load()&held.bit != 0 }
