package rt

import (
	"fmt"
	"strings"
	"time"

	"schedlab/host"
)

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
