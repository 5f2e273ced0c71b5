package engine

import "sync"

// # Spare carriers
//
// The runtime of Go 1.26 never gives back what the race detector keeps of a coroutine. One ends
// by coroexit in runtime/coro.go, which does not call racegoend, as the end of a goroutine does.
// That is 60 kB or more for each carrier, and thousands of explorations take gigabytes. So in a
// build with the detector a closed engine does not end its carriers, but leaves them to another
// one, which begins with them. A carrier is also held up more often
// (mostExits): its stack grows to some megabytes, which other executions use again.
//
// They change hands as one set. The Stacks of a set sit in each other's boxes (see 'Boxes' in
// internal/coro/stack.go). One of them may be destroyed only while all others rest, and one
// engine sees to that.

// spare are the sets of engines that are closed.
var spare struct {
	mu   sync.Mutex
	sets [][]*carrier
}

// giveAway leaves e's carriers, which are idle, to another engine.
func (e *Engine) giveAway() {
	if len(e.idle) == 0 {
		return
	}
	set := e.idle
	e.idle = nil
	changeOwners(func(all map[uintptr]*Engine) {
		for _, c := range set {
			delete(all, c.g)
		}
	})
	for _, c := range set {
		carriers.remove(c.goid)
		c.e = nil
	}
	spare.mu.Lock()
	defer spare.mu.Unlock()
	spare.sets = append(spare.sets, set)
}

// adopt makes the carriers of a closed engine, if there is one, those of e, which has none.
func (e *Engine) adopt() {
	spare.mu.Lock()
	defer spare.mu.Unlock()
	n := len(spare.sets)
	if n == 0 {
		return
	}
	e.idle = spare.sets[n-1]
	spare.sets = spare.sets[:n-1]
	changeOwners(func(all map[uintptr]*Engine) {
		for _, c := range e.idle {
			if c.g != 0 {
				all[c.g] = e
			}
		}
	})
	for _, c := range e.idle {
		c.e = e
		if c.g != 0 {
			carriers.add(c.goid, e)
		}
	}
}
