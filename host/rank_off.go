//go:build (!race || sim) && !model

package host

// ranksChecked: see 'Checking ranks'. A constant, so that what depends on it is neither
// compiled nor counted when the compiler decides what to inline.
const ranksChecked = false

// place is where a lock stands in the order. Here it takes no room.
type place struct{}

func (*place) set(r *Rank, nth uint64) {}
func (*place) check(call string)       {}
func (*place) took()                   {}
func (*place) released()               {}

// DefaultRank gives all locks a rank that have none of their own. Executed by init functions
// only. In this build, which checks no ranks, it does nothing.
func DefaultRank(r *Rank) {}

func holdingNothing(f func()) func() { return f }
