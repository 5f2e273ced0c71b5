//go:build (race || model) && !sim

package host

import (
	"fmt"
	"strings"
)

const ranksChecked = true

// The race detector must see nothing of what follows, because it would report two things.
// The locks of a thread are found by the address of its goroutine, which a later goroutine
// may have again. And a thread reads place.uses of a lock that another thread may hold by
// now.

// defaultRank is that of locks which have none of their own.
var defaultRank = NewRank("a lock without a rank")

// DefaultRank gives all locks a rank that have none of their own. Without it they are
// taken while nothing else is held. Executed by init functions only.
func DefaultRank(r *Rank) { defaultRank = r }

// place is where a lock stands in the order.
type place struct {
	rank *Rank  // nil: the default
	nth  uint64 // among the locks of its rank
	uses uint64 // times the lock was released; written by its holder: see hold
}

// hold is a lock that a thread took. It holds the lock as long as uses is the lock's. So
// another thread may release the lock, which the first one then finds out for itself.
type hold struct {
	at   *place
	uses uint64
}

// holding is the locks of one thread. Only the thread uses it.
type holding struct {
	locks []hold
}

// set gives the lock a rank. Several threads may call it at a time, with one rank: a lock
// whose zero value is good to use gets its rank at each use.
//
//go:norace
func (p *place) set(r *Rank, nth uint64) {
	if p.rank != r || p.nth != nth {
		p.rank, p.nth = r, nth
	}
}

// ranked returns the rank that goes for the lock.
//
//go:norace
func (p *place) ranked() *Rank {
	if p.rank == nil {
		return defaultRank
	}
	return p.rank
}

// check panics if the order forbids the thread to take the lock. It is called before the
// thread waits.
//
//go:norace
func (p *place) check(call string) {
	for _, h := range held().still() {
		if why := p.forbidden(h.at); why != "" {
			panic("host: " + call + ": " + why + "; the thread holds " + held().String())
		}
	}
}

// forbidden says why the lock must not be taken under another; "" if it may.
//
//go:norace
func (p *place) forbidden(under *place) string {
	r, other := p.ranked(), under.ranked()
	switch {
	case p == under:
		return fmt.Sprintf("%s is taken by the thread that holds it", r)
	case r == other && p.nth == under.nth:
		return fmt.Sprintf("%s is taken while another lock of its rank is held; "+
			"order: one at a time, unless SetRankNth numbers them", r)
	case r == other && p.nth < under.nth:
		return fmt.Sprintf("%s number %d is taken while number %d is held; "+
			"order: the lower number first", r, p.nth, under.nth)
	case r == other:
		return ""
	case !r.MayBeTakenUnder(other):
		return fmt.Sprintf("%s is taken while %s is held; order: %s", r, other, r.order())
	}
	return ""
}

// took is called when the thread has got the lock.
//
//go:norace
func (p *place) took() {
	all := held()
	for _, h := range all.still() {
		p.ranked().noteTakenUnder(h.at.ranked())
	}
	all.locks = append(all.locks, hold{p, p.uses})
}

// released is called by the lock's holder before anybody else can take it.
//
//go:norace
func (p *place) released() {
	p.uses++
	held().still() // or it would keep what the lock is part of from being collected
}

// still forgets what was released, and returns what is held.
//
//go:norace
func (h *holding) still() []hold {
	n := 0
	for i := range h.locks {
		if l := h.locks[i]; l.uses == l.at.uses {
			h.locks[n] = l
			n++
		}
	}
	clear(h.locks[n:])
	h.locks = h.locks[:n]
	return h.locks
}

// String names the locks, in the order in which they were taken.
//
//go:norace
func (h *holding) String() string {
	var names []string
	for _, l := range h.locks {
		names = append(names, l.at.ranked().name)
	}
	return strings.Join(names, ", ")
}

// order says where r stands.
func (r *Rank) order() string {
	if len(r.under) == 0 {
		return "nothing may be held when it is taken"
	}
	var names []string
	for _, u := range r.under {
		names = append(names, u.name)
	}
	return "it may be taken under " + strings.Join(names, ", ") +
		", and under what those may be taken under"
}
