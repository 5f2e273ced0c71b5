package dpor

import "schedlab/explore/internal/engine"

// # Executions that are given up
//
// Where the strategy is free to choose, the thread that ran goes on. So one that loops for ever
// takes all steps up to the limit, and others that could go on get no turn: they are pending.
// At the end of such an execution (see 'Executions that are too long' in
// explore/internal/engine/toolong.go):
//
//  1. Take the first node behind the steps of the loop that are looked at at which a thread
//     was pending. The execution counts as if it had ended there: later nodes are removed, and
//     races that end later are not looked at.
//  2. Put the next step of each thread that was pending into the wakeup tree of that node.
//
// Then the step of the loop sleeps there, as if all that begins with it had been explored. A
// step that depends on it wakes it, and has races with the earlier steps of the loop: so it is
// tried at each of them. If none does, the others are explored to their ends without the loop,
// and these executions are cut. No reversal leads deeper into the loop, since its step sleeps.
//
// A thread may also wait for a lock that the loop holds. It has a race with the Lock, as in an
// execution that is stuck (waitInVain).
//
// Pending steps are noted on the way (notePending), since at the end it is not known which
// were enabled where. They are looked for at one node in pendingEvery, since that takes time.
// The number is prime: so a loop that holds a lock in some of its steps is also met in others,
// unless its rounds are a multiple of it.

const (
	pendingEvery = 7
	// Executions of at most so many steps are looked at in each of their nodes.
	pendingAlways = 1000
)

// pending is a step that could have been taken at a node, of a thread that had got no turn for
// long.
type pending struct {
	node int
	step
}

// notePending notes what is pending at n, the last node, where t goes on. It is not called
// where fewer events than Reach came before: there nothing is.
func (d *Strategy) notePending(e *engine.Engine, n *place, t *engine.Thread) {
	if e.Limits.Steps > pendingAlways && n.events%pendingEvery != 0 {
		return
	}
	long := e.Limits.Reach()
	for _, u := range e.Alive {
		if u != t && int(u.Last) < int(n.events)-long && u.Enabled() && !n.sleeps(u) {
			d.pending = append(d.pending, pending{len(d.nodes) - 1, stepOf(u)})
		}
	}
}

// giveUp ends the path of e's execution, which is too long, where it is not looked at any more,
// and puts what was pending there into the wakeup tree. It returns the number of events that are
// looked at. What is repeated from other executions stays as it is.
func (d *Strategy) giveUp(e *engine.Engine) int {
	end, loop := e.LookedAt()
	end = max(end, d.firstNew+1)
	rest := d.pending
	for loop && len(rest) > 0 && int(d.nodes[rest[0].node].events) < end {
		rest = rest[1:]
	}
	if len(rest) > 0 {
		at := rest[0].node
		end = max(end, int(d.nodes[at].events))
		for len(rest) > 0 && rest[0].node == at {
			d.nodes[at].wakeup.try(rest[0].step, d.nodes[at].objects)
			rest = rest[1:]
		}
	}
	if end < len(e.Events) {
		for len(d.nodes) > int(d.nodeOf[end])+1 {
			d.pop()
		}
	}
	return min(end, len(e.Events))
}

// cut leaves all but the first so many events out of what comes after e.
func (m *reverser) cut(events int) {
	n := len(m.after)
	for n > 0 && int(m.after[n-1]) >= events {
		n--
	}
	m.after = m.after[:n]
}
