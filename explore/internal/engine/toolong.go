package engine

import "fmt"

// # Executions that are too long
//
// An execution of Limits.Steps steps is given up. Most often some loop without Pause has no
// end there. The search goes on: what lies beyond may break a property. But other threads could
// have taken their steps at each step of such a loop. To try all that would give thousands of
// executions, most of them too long again. So every strategy that searches, and does not draw,
// does this:
//
//  1. The loop begins after the last event that is new: no event before it was of the same
//     thread and kind, on the same object, with the same success (loopFrom).
//  2. Of the loop, the first reach steps are looked at like those of any execution. What
//     comes later is left out, as if the execution had ended there (LookedAt).
//  3. Threads that could have gone on there and have got no turn for long are tried next. A
//     strategy that forks at every step does so anyway. For the exhaustive one see
//     'Executions that are given up' in explore/internal/dpor/toolong.go.
//  4. When so many executions were given up (mostTooLong), or so many steps have been taken
//     since the first (mostBeyond), the search ends. The verdict says so.
//
// What is left out may hide a bug, so the verdict is never Verified: it is Unknown, and counts
// what was given up.

const (
	// reach is how many steps of a loop are looked at: some rounds of it.
	reach = 100
	// lookedAtMost is how many steps are looked at if no loop was found: the time and the
	// memory that they take may grow with the square of the number.
	lookedAtMost = 1000
	mostTooLong  = 1000
	mostBeyond   = 10_000_000
)

// Reach returns how many steps of an endless loop are looked at; not more than half of those
// that an execution may have.
func (l *Limits) Reach() int { return min(reach, l.Steps/2) }

// habit is what is alike in the events of a loop.
type habit struct {
	thread, obj int32
	kind        Kind
	ok          bool
}

// loopFrom returns the event after the last one that is new.
func (e *Engine) loopFrom() (from int) {
	seen := map[habit]bool{}
	for i := range e.Events {
		ev := &e.Events[i]
		h := habit{ev.Thread, ev.Obj, ev.Kind, ev.OK}
		if !seen[h] {
			seen[h], from = true, i+1
		}
	}
	return from
}

// LookedAt returns how many events of the execution, which is too long, are looked at. loop
// says whether the others belong to a loop that was found.
func (e *Engine) LookedAt() (n int, loop bool) {
	all := len(e.Events)
	if n = e.loopFrom() + reach; n < all {
		return n, true
	}
	return min(all, lookedAtMost), false
}

// GiveUp counts an execution that was too long, and ends the search if there were too many.
func (c *Control) GiveUp() {
	if n := c.givenUp.Add(1); n == mostTooLong {
		c.Stop(fmt.Sprintf("the search ended when there were %d", n))
	}
}

// Spend counts the steps of an execution, if one has been given up, and ends the search if
// there were too many.
func (c *Control) Spend(steps int) {
	if c.givenUp.Load() > 0 && c.beyond.Add(uint64(steps)) > mostBeyond {
		c.Stop(fmt.Sprintf("the search ended %d steps after the first", mostBeyond))
	}
}
