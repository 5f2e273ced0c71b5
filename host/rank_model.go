//go:build model

package host

import "schedlab/explore"

// held returns the locks of the calling thread, which are its own on whatever Stack it
// is.
func held() *holding {
	local := explore.Local()
	if *local == nil {
		*local = &holding{}
	}
	return (*local).(*holding)
}

// noteTakenUnder notes that a lock of r is taken under one of other.
func (r *Rank) noteTakenUnder(other *Rank) {
	if r.taken.Load()&other.bit == 0 {
		r.taken.Or(other.bit)
	}
}
