package engine

import "sync"

// ThreadIDs gives threads their ids. An id does not depend on the order in which threads
// are made, so it is the same in all executions, and for all workers.
type ThreadIDs struct {
	mu  sync.Mutex
	ids map[Birth]int32
}

// Birth is the n-th time that thread parent makes another.
type Birth struct{ Parent, N int32 }

// Of returns the id of the thread of b.
func (tn *ThreadIDs) Of(b Birth) int32 {
	tn.mu.Lock()
	defer tn.mu.Unlock()
	id, ok := tn.ids[b]
	if !ok {
		if tn.ids == nil {
			tn.ids = map[Birth]int32{}
		}
		id = int32(len(tn.ids)) + 1 // 0 is the first thread, which no other makes
		tn.ids[b] = id
	}
	return id
}

// Count returns how many ids have been given. No engine may run meanwhile.
func (tn *ThreadIDs) Count() int { return len(tn.ids) }

// Births returns what the ids stand for, by id, from 1. No engine may run meanwhile.
func (tn *ThreadIDs) Births() []Birth {
	all := make([]Birth, len(tn.ids))
	for b, id := range tn.ids {
		all[id-1] = b
	}
	return all
}

// ThreadIDsOf makes the ids that stand for births: the inverse of Births.
func ThreadIDsOf(births []Birth) *ThreadIDs {
	tn := &ThreadIDs{ids: map[Birth]int32{}}
	for i, b := range births {
		tn.ids[b] = int32(i + 1)
	}
	return tn
}
