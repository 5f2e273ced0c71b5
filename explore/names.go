package explore

import "sync"

// threadNames gives threads their ids. They do not depend on the order in which
// threads are made, so they are the same in all executions, and for all workers.
type threadNames struct {
	mu  sync.Mutex
	ids map[birth]int32
}

// birth is the n-th time that thread parent makes another.
type birth struct{ Parent, N int32 }

func (tn *threadNames) of(b birth) int32 {
	tn.mu.Lock()
	defer tn.mu.Unlock()
	id, ok := tn.ids[b]
	if !ok {
		if tn.ids == nil {
			tn.ids = map[birth]int32{}
		}
		id = int32(len(tn.ids)) + 1 // 0 is the first thread, which nobody makes
		tn.ids[b] = id
	}
	return id
}

// count returns how many names have been given.
func (tn *threadNames) count() int { return len(tn.ids) }

// births returns what the names stand for, by id, from 1.
func (tn *threadNames) births() []birth {
	all := make([]birth, len(tn.ids))
	for b, id := range tn.ids {
		all[id-1] = b
	}
	return all
}

// namesOf makes the names that stand for births: the inverse of births.
func namesOf(births []birth) *threadNames {
	tn := &threadNames{ids: map[birth]int32{}}
	for i, b := range births {
		tn.ids[b] = int32(i + 1)
	}
	return tn
}
