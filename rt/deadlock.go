package rt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schedlab/host"
)

// DeadlockError says that Gs are left which nothing can ready any more. No G is runnable or in
// a system call, no Hold is out, and no timer that might make a G runnable is armed.
//
// Limits. A deadlock is missed while one of the Gs waits for the network, though perhaps
// nothing will ever come from it. It is missed, too, while a timer is armed that does not say
// what it would do (see Timer.Wakes). The error is a false alarm if code outside was to submit
// work that would ready the Gs, and has not called Hold.
type DeadlockError struct {
	Blocked int        // how many
	Gs      []BlockedG // all of them, by ID
}

// deadlock returns the error for live Gs. Needs mu, at rest.
func (c *Core) deadlock(live int) *DeadlockError {
	e := &DeadlockError{Blocked: live, Gs: make([]BlockedG, 0, live)}
	now := host.Ticks()
	for _, mp := range c.threads.load() {
		for _, st := range mp.stacks {
			if gp := st.g; gp != nil && gp.site != ownSite {
				e.Gs = append(e.Gs, gp.describe(now))
			}
		}
	}
	slices.SortFunc(e.Gs, func(a, b BlockedG) int { return cmp.Compare(a.ID, b.ID) })
	return e
}

// deadlockLines is how many groups of Gs the text of a DeadlockError shows.
const deadlockLines = 20

// Error puts together Gs that wait for the same and were made at the same place.
func (e *DeadlockError) Error() string {
	var w strings.Builder
	fmt.Fprintf(&w, "deadlock: %d Gs are blocked and nothing can ready them; "+
		"if something outside the scheduler was to submit work, it must call Hold first",
		e.Blocked)
	groups := groupsOf(e.Gs)
	rest := 0
	for i, g := range groups {
		if i < deadlockLines {
			fmt.Fprintf(&w, "\n\t%s", g)
		} else {
			rest += g.n
		}
	}
	if rest > 0 {
		fmt.Fprintf(&w, "\n\tand %d in %d more groups", rest, len(groups)-deadlockLines)
	}
	return w.String()
}

// blockedGroup is Gs that differ only in ID and time.
type blockedGroup struct {
	like        BlockedG // the first of them
	n           int
	least, most int64 // ns that they wait
}

// groupsOf returns the groups of gs, which are in order of ID, the largest first.
func groupsOf(gs []BlockedG) []blockedGroup {
	at := map[BlockedG]int{}
	var groups []blockedGroup
	for _, b := range gs {
		key := b
		key.ID, key.For, key.M = 0, 0, 0
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, blockedGroup{like: b, least: b.For, most: b.For})
		}
		g := &groups[i]
		g.n++
		g.least, g.most = min(g.least, b.For), max(g.most, b.For)
	}
	slices.SortStableFunc(groups, func(a, b blockedGroup) int { return cmp.Compare(b.n, a.n) })
	return groups
}

func (g blockedGroup) String() string {
	if g.n == 1 {
		return g.like.String()
	}
	b := g.like
	var w strings.Builder
	fmt.Fprintf(&w, "%d Gs, the first is G %d: %s", g.n, b.ID, b.what())
	if g.most > 0 {
		fmt.Fprintf(&w, " for %v to %v", brief(g.least), brief(g.most))
	}
	if b.Locked {
		w.WriteString(", each locked to its M")
	}
	return w.String() + b.from()
}
