package rt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"schedlab/host"
)

// DeadlockError says that Gs are left which nothing can ready any more: nothing is
// runnable, no G is in a system call, no Hold is out, and no timer that might make a G
// runnable is armed.
//
// It does not say so of Gs while one of them waits for the network, though perhaps
// nobody will ever write to it; nor while a timer is armed of which nobody knows what
// it would do (see Timer.Wakes). It says so in error if something outside was to submit
// work that would ready them, and has not called Hold.
type DeadlockError struct {
	Blocked int        // how many
	Gs      []BlockedG // they, by ID
}

// BlockedG is a G that does not run.
type BlockedG struct {
	ID     uint64
	For    int64 // ns it has been waiting or in the system call; 0: not known
	Site   Site  // where it was made
	M      int16 // ID of the M that is locked to it, or is in the system call; -1: none
	Locked bool
	Status Status
	Reason WaitReason // if it is Waiting
}

// describe returns what is known of gp, which stands still, at a time in ticks.
func (gp *G) describe(now uint64) BlockedG {
	b := BlockedG{ID: gp.id, Site: gp.site, M: noM, Status: gp.status}
	switch gp.status {
	case Waiting:
		b.Reason = gp.reason
		b.For = host.TicksToNs(gp.since, now)
	case InSyscall:
		b.M = gp.lastM
		b.For = host.TicksToNs(gp.since, now)
	}
	if st := gp.stack; st.locks != 0 {
		b.M, b.Locked = st.lockedM, true
	}
	return b
}

// deadlock returns the error for live Gs. Needs mu, at rest.
func (c *Core) deadlock(live int) *DeadlockError {
	e := &DeadlockError{Blocked: live, Gs: make([]BlockedG, 0, live)}
	now := host.Ticks()
	for _, st := range c.stacks {
		if gp := st.g; gp != nil && gp.site != ownSite {
			e.Gs = append(e.Gs, gp.describe(now))
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
	fmt.Fprintf(&w, "deadlock: %d Gs are blocked and nothing can ready them; if something outside the "+
		"scheduler was to submit work, it must call Hold first", e.Blocked)
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

// String returns all that is known, as a line.
func (b BlockedG) String() string {
	var w strings.Builder
	fmt.Fprintf(&w, "G %d: %s", b.ID, b.what())
	if b.For > 0 {
		fmt.Fprintf(&w, " for %v", brief(b.For))
	}
	switch {
	case b.Locked:
		fmt.Fprintf(&w, ", locked to M %d", b.M)
	case b.M != noM:
		fmt.Fprintf(&w, ", on M %d", b.M)
	}
	return w.String() + b.from()
}

func (b BlockedG) what() string {
	if b.Status == Waiting {
		return fmt.Sprintf("waiting (%s)", b.Reason)
	}
	return b.Status.String()
}

func (b BlockedG) from() string { return ", made by " + b.Site.String() }

// brief rounds to three digits.
func brief(ns int64) time.Duration {
	d, unit := time.Duration(ns), time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
