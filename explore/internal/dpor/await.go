package dpor

import (
	"fmt"
	"slices"

	"schedlab/explore/internal/engine"
)

// # Awaits
//
// A look in vain is no step: see 'Awaits' in explore/internal/engine/await.go. That is found out
// when the look is taken. Then the node loses its step (Retract), and another one is chosen:
//
//  1. The step does not sleep, and counts as not taken. It keeps its place among those that
//     sleep (lost): other workers know theirs by their number.
//  2. What was to follow the step does not contain it. For it was inserted because it does not
//     depend on the step: so it goes into the tree of the node, in front.
//  3. The first branch of the tree is taken. If there is none, any step is taken that does not
//     sleep: a branch that ended with the step has covered what the step does not depend on. If
//     there is none, all has been explored, and what was executed does not count (Repeated).
//
// # Races
//
// A look is not possible where it would be in vain, like a Lock while the lock is held. So it
// has no race with a write before which it is vain. It has one with an earlier write instead: the
// last one before which it is not known to be vain (shut). A thread that waits for a look to the
// end has such a race, too (shutInVain). So has one whose look turns out to be vain in a
// reversal: the execution ends there, and the thread waits.
//
// # What another process knew
//
// Time advances when no thread is enabled. It may have done so on a path that another process or
// worker has left. If this one does not know yet that a look is vain, the thread of that look is
// enabled, and the next thread of the path is not. Then the look is taken (probe). If it is vain,
// as it should be, the engine knows that from then on. Else the program does not do again what it
// did before. The other one may also have taken a look for an event, which this one leaves out:
// what is on a stack beside what is in use may differ. Then it is one here, too (KeepLook).
//
// # Workers
//
// A worker that takes a branch of a shared node tells the others by putting its step to sleep,
// and they leave to it what can begin with the step. If it turns out to be vain, that would be
// lost. So as long as the step is unsettled, which means not executed, what they would leave goes
// into a tree of its own. The worker drops that tree when the step has been executed (settled),
// and puts it into the tree of the node when it has lost the step.

// unsettled is a step that a worker has taken at a shared node, and has not executed.
type unsettled struct {
	at   int        // of node.sleep
	tree wakeupTree // what would have been left to it
}

// MayRetract says that the step of the last node can be taken back.
func (d *Strategy) MayRetract() bool {
	return d.probe != nil || d.depth == len(d.nodes) && d.nodes[d.depth-1].n == 0
}

// beginProbe returns a thread whose look may be vain; nil if there is none.
func (d *Strategy) beginProbe(e *engine.Engine) *engine.Thread {
	for _, t := range e.Alive {
		if t.Enabled() && t.Looks() {
			d.probe = t
			return t
		}
	}
	return nil
}

// wasNoProbe says that the program diverges, if a look that should be vain was none.
func (d *Strategy) wasNoProbe(e *engine.Engine) bool {
	if d.probe == nil {
		return false
	}
	e.Diverge(fmt.Sprintf("%v takes a step, which was not possible there in an execution before",
		d.probe))
	d.probe = nil
	return true
}

// Retract takes the step of the last node back.
func (d *Strategy) Retract() {
	if d.probe != nil {
		d.probe = nil
		return
	}
	n := &d.nodes[len(d.nodes)-1]
	d.tree.lock(n.node)
	defer d.tree.unlock(n.node)
	if n.shared {
		n.leave()
		n.node.sleep = slices.Clone(n.node.sleep) // other workers have it in hand
	}
	lost := &n.node.sleep[len(n.sleep)]
	*lost = step{thread: lost.thread}
	lost.Obj, lost.Obj2 = engine.NoObject, engine.NoObject
	n.taken--
	if i := n.unsettledAt(); i >= 0 {
		*n.wakeup.end() = n.unsettled[i].tree.first
		n.node.unsettled = slices.Delete(n.unsettled, i, i+1)
	}
	d.guide, n.wakeup.first = nil, d.hoist(d.guide, n)
	d.anew = true
}

// unsettledAt returns where in n.unsettled the step is that n has taken; -1 if it is not there.
func (n *place) unsettledAt() int {
	return slices.IndexFunc(n.unsettled, func(o unsettled) bool { return o.at == len(n.sleep) })
}

// settled says that the step of the last node that is repeated has been executed.
func (d *Strategy) settled() {
	if d.repeats == 0 || d.depth != d.repeats || !d.nodes[d.repeats-1].shared {
		return
	}
	n := &d.nodes[d.repeats-1]
	d.tree.lock(n.node)
	defer d.tree.unlock(n.node)
	if i := n.unsettledAt(); i >= 0 {
		n.node.unsettled = slices.Delete(n.unsettled, i, i+1)
	}
}

// settledAtEnd is settled at the end of an execution, which may have come when a step was lost.
func (d *Strategy) settledAtEnd() {
	if !d.anew {
		d.settled()
		return
	}
	d.anew = false
	n := &d.nodes[len(d.nodes)-1]
	d.tree.lock(n.node)
	defer d.tree.unlock(n.node)
	if n.shared {
		*n.working()++ // backtrack will leave it
	}
}

// hoist returns the branches of ways, followed by those of n.
func (d *Strategy) hoist(ways *way, n *place) *branch {
	first := n.wakeup.first
	for w := ways; w != nil; {
		next := w.next
		then := d.pool.freeWay(w)
		*then.end() = first
		first, w = then.first, next
	}
	return first
}

// chooseAnew chooses another step at the last node, which has lost its own.
func (d *Strategy) chooseAnew(e *engine.Engine) *engine.Thread {
	n := &d.nodes[d.depth-1]
	for d.anew = d.takeAnew(e, n); d.anew; d.anew = d.takeAnew(e, n) {
		if t := e.Threads[n.cur.thread]; !t.InVain() {
			d.anew = false
			return t
		}
		d.Retract()
	}
	d.pop()
	e.Outcome = engine.Repeated
	return nil
}

// takeAnew takes the first branch of n, which may be any step that does not sleep. It says false
// if there is none.
func (d *Strategy) takeAnew(e *engine.Engine, n *place) bool {
	d.tree.lock(n.node)
	defer d.tree.unlock(n.node)
	n.wakeup.restate(e, &d.pool)
	if n.wakeup.empty() {
		if t := n.free(e); t != nil {
			n.wakeup.add(stepOf(t), n.objects)
		}
	}
	if !n.node.open() {
		return false
	}
	d.take(n)
	return true
}

// shut writes down the race of event i, which is a look, with a write before which it is not
// vain. c is what its thread knew before.
func (d *Strategy) shut(i int32, ev *engine.Event, c []int32, gate *engine.Gate) {
	h := &d.past
	p := h.opened(i, ev.Obj, gate)
	if p < 0 || h.ordered(p, c) {
		return
	}
	r := race{e: p, f: i}
	if (len(d.races) == 0 || d.races[len(d.races)-1] != r) && h.stillWoken(p, i, ev) {
		d.races = append(d.races, r)
	}
}

// shutInVain adds the race of t's next step, if that is a look which is vain.
func (d *Strategy) shutInVain(t *engine.Thread) {
	if t.Ended || !t.InVain() {
		return
	}
	h := &d.past
	p := h.opened(int32(len(h.e.Events)), t.Op.Obj.ID, t.Gate())
	if p < 0 || h.e.Events[p].Thread == t.ID || !h.wokenWithout(p, t) {
		return
	}
	if q := h.prior(t, t.Seq+1); q < 0 || !h.before(p, q) {
		d.races = append(d.races, race{e: p, f: -1 - t.ID})
	}
}

// opened returns the last write to an object before event i before which a look is not vain; -1
// if there is none.
func (h *history) opened(i, obj int32, gate *engine.Gate) int32 {
	for i--; i >= 0; i-- {
		if ev := &h.e.Events[i]; ev.Obj == obj && ev.Mode == engine.Writes && !gate.Shut(ev.Old) {
			return i
		}
	}
	return -1
}
