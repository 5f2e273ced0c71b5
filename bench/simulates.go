package bench

import (
	"errors"
	"fmt"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/workloads"
)

// ErrNotSimulated is what Simulates returns for what cannot run on a simulated machine. The
// error says why.
var ErrNotSimulated = errors.New("it does not run on a simulated machine")

// Simulates returns an error if the cell cannot run on a simulated machine.
func Simulates(c Cell) error {
	w, err := workloads.Find(c.Workload)
	if err != nil {
		return err
	}
	d, err := all.Find(c.Design)
	if err != nil {
		return err
	}
	return simulates(w, d)
}

// simulates returns an error if w or d needs something that a simulated machine has not.
func simulates(w workloads.Workload, d all.Row) error {
	if why, lacks := d.Lacks[rt.Simulates]; lacks {
		return fmt.Errorf("bench: design %s: %w: %s", d.Name, ErrNotSimulated, why)
	}
	if w.Sockets {
		return fmt.Errorf("bench: workload %s: %w: it needs real sockets", w.Name, ErrNotSimulated)
	}
	return refuses(w, d)
}
