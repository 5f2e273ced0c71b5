// Package dpor explores every execution of a program, one of each Mazurkiewicz trace: the
// strategy "exhaustive". It is optimal dynamic partial-order reduction (Abdulla, Aronis,
// Jonsson, Sagonas, "Optimal Dynamic Partial Order Reduction", POPL 2014; "Source Sets: A
// Foundation for Optimal Dynamic Partial Order Reduction", JACM 64, 2017).
//
//	dpor.go      Strategy: the search, one execution after the other
//	node.go      node: a point at which a thread is chosen, and what sleeps there
//	history.go   history: what happened before what in one execution
//	sleep.go     what sleeps at a node, and what wakes it
//	races.go     pairs of events that could have come the other way round
//	invain.go    steps of threads that wait to the end
//	await.go     steps that turn out to be none
//	reversal.go  reversal: the other way round of one race
//	sequence.go  sequence: which of its steps can come first
//	wakeup.go    wakeupTree: what is still to be explored from a node
//	chain.go     chain: a branch that nothing has been inserted below
//	tree.go      Tree: what workers share
//	toolong.go   what becomes of an execution that is too long
//	splitter.go  Splitter: parts for processes that know nothing of each other
//	saved.go     the saved form of what is left to be explored
//	progress.go  how much is done
//
// # Nouns
//
// A node is a point of the execution at which a thread is chosen. Its sleep set holds the
// steps whose continuations have been explored already, from here or from an equivalent
// point: to begin with one of them would repeat a trace. Its wakeup tree holds sequences of
// steps that are still to be explored from here. A race is a pair of events, dependent and
// with nothing between them, that could have come the other way round. Its reversal is a
// sequence that leads to that.
//
// # Algorithm
//
//  1. Execute. Where the wakeup tree says nothing, take any step that does not sleep.
//  2. At the end look at all races (e, f). Let E be what came before e. Let v be what came
//     after e and does not depend on it, and then f. E.v is an execution in which the race
//     goes the other way: v is the reversal.
//  3. If a step of E's sleep set can begin v, then E.v has been explored. Otherwise put v
//     into E's wakeup tree, unless a branch of the tree leads to the same.
//  4. Go back to the deepest node whose wakeup tree is not empty, put the step taken last
//     to sleep, and take the first branch.
//
// Each file begins with its part of this: see 'Races', 'Reversals', 'Sleep sets' and
// 'Insertion'.
//
// # Why every trace is executed, and none twice
//
// A sketch; the papers have the proof. Every trace: let T be a trace of which some
// execution begins with E, and let E be left for good. If T was not executed, take the
// execution from E that agrees longest with one of T's. Where they part, T has a step that
// must come earlier: that is a race of the execution, and its reversal agrees longer with T.
// The reversal was put into the tree of its node, or something that leads to the same was
// there, or sleeps, which means that it has been explored: a contradiction in each case.
//
// None twice: all executions that begin with a step s at E have been explored when s goes
// to sleep there. An execution that repeats one of their traces has s as a step that could
// have come first. Until something that depends on s is executed s sleeps, and afterwards
// the trace is another one. And no execution ends because all enabled steps sleep: a
// sequence is put into a tree only if it wakes all that sleeps there.
//
// # Choices
//
// Choose makes nodes of its own, with one branch for each number. It touches nothing and
// commutes with everything; so sleep sets pass through, and every number is explored
// wherever a Choose is met. What follows a step in a wakeup tree is kept apart by what is
// chosen after it (way): each number needs its own way to wake what sleeps.
//
// # Space
//
// A search keeps its path and the wakeup trees along it, and nothing of what it has done. The
// trees may hold as many steps as there are executions, but few that differ: see 'Space' in
// chain.go. lastzero(15), whose trees are the largest of all samples, needs 5.1 MiB for them.
//
// # What is not proved
//
// The papers know neither choices nor time limits nor waiting after a Pause, and execute
// what is compared here. That every trace is executed, and none twice, is checked against
// an enumerator that shares no code with this: see explore/soundness_test.go. Another one
// checks recorded operations: see explore/recorded_test.go. Neither knows anything of time:
// the traces of programs with time limits are compared with those of every interleaving, by
// the strategy "naive", which shares the engine: see explore/timed_test.go.
//
// # One step
//
// The engine asks for the next thread. The way through the files, and their functions:
//
//  1. dpor.go: Next, repeat, push, choose: it repeats the path, or adds a node and chooses
//  2. races.go: observe, stamp, findRaces: the step before gets its clock and its races
//  3. history.go: next, follow, predecessors, complete, note: what happened before it
//  4. sleep.go: inheritSleep, sleeps: what slept at the node before sleeps on
//  5. splitter.go: foreign, within: whether the step is for this process, if there are shards
//  6. wakeup.go: restate, take: how to go on, if the wakeup tree says it
//  7. node.go: free, enter: how to go on if it does not
//
// # One reversal
//
// An execution has ended. The way through the files, and their functions:
//
//  1. dpor.go: End: it looks at the races of the execution
//  2. races.go: reverse, reverseAll: those that begin in one event are looked at together
//  3. reversal.go: begin, reverse, foresee, foreseeTimed, ready: what is done in its place
//  4. sleep.go: begin, wokenBy, find: whether that has been explored
//  5. sequence.go: set, find, initial, independent, remove: which steps can come first
//  6. wakeup.go: insert, follow, insertInChain, append: where it goes in the tree
//  7. chain.go: one, find, equals, sum: what of that is stored already
package dpor

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// Strategy explores one program, as the package comment says. It is used by one engine.
type Strategy struct {
	tree  *Tree     // shared with others who explore the same program; nil: alone
	split *Splitter // nil: everything belongs to this process

	nodes    []place
	depth    int  // nodes that this execution has passed
	repeats  int  // nodes that it must repeat
	firstNew int  // events from here on are new
	guide    *way // what to do after the nodes that are repeated

	past   history
	nodeOf []int32 // of each event, the node at which it was taken
	races  []race  // of the events that are kept, in the order of their ends
	todo   []race  // races to look at

	pending []pending // of the execution under way: see 'Executions that are given up'

	maker    reverser
	sleepers sleepers
	pool     pool
	spare    []*node // free ones

	begun bool
	ready bool           // the next execution has been prepared, and has not been done
	anew  bool           // the last node has lost its step: see 'Awaits'
	probe *engine.Thread // it takes a look that should be vain
}

// New makes the strategy "exhaustive", for one of those that share tr, of the part
// that split says; nil, nil: it does everything, alone.
func New(tr *Tree, split *Splitter) *Strategy { return &Strategy{tree: tr, split: split} }

// Begin prepares the next execution: of what d explores or, if that is done, of a task.
func (d *Strategy) Begin(e *engine.Engine) bool {
	if d.begun {
		return d.Continue() || d.more()
	}
	d.begun = true
	if d.tree.root() {
		d.prepare()
		return true
	}
	return d.more()
}

// Continue prepares the next execution of what d explores. It says false if there is none.
func (d *Strategy) Continue() bool {
	if !d.backtrack() {
		return false
	}
	d.prepare()
	return true
}

// prepare goes back to the beginning of the execution.
func (d *Strategy) prepare() {
	d.begun, d.ready, d.anew, d.depth, d.pending = true, true, false, 0, d.pending[:0]
	d.past.rewind()
}

// Next returns the thread that takes the next step: see 'One step'.
func (d *Strategy) Next(e *engine.Engine) *engine.Thread {
	if d.wasNoProbe(e) {
		return nil
	}
	if d.anew {
		d.observe(e)
		return d.chooseAnew(e)
	}
	if d.depth < d.repeats {
		if len(e.Events) > d.past.kept { // others can wait
			d.observe(e)
		}
		return d.repeat(e)
	}
	d.observe(e)
	d.settled()
	n := d.push(e)
	if n.events > 0 {
		n.inheritSleep(e, &d.nodes[d.nodeOf[n.events-1]])
	}
	if d.split.foreign(d, e, false) {
		d.pop()
		return nil
	}
	if w := d.guide; w != nil {
		n.wakeup, d.guide = d.pool.freeWay(w), nil
		n.wakeup.restate(e, &d.pool)
		if len(d.past.calls) > 0 && len(n.node.sleep) > 0 {
			n.wakeup.dropAsleep(n.node, e)
		}
	}
	return d.choose(e, n)
}

// repeat takes the step of a node that is known.
func (d *Strategy) repeat(e *engine.Engine) *engine.Thread {
	n := &d.nodes[d.depth]
	t := e.Threads[n.cur.thread]
	if n.n != 0 || !n.cur.isNext(t) {
		e.Diverge(e.OtherStep(t, n.cur.kind, n.cur.Obj))
		return nil
	}
	if !t.Enabled() && !t.InVain() {
		if u := d.beginProbe(e); u != nil {
			return u
		}
	}
	d.depth++
	switch {
	case !t.InVain():
	case d.depth < len(d.nodes):
		t.KeepLook()
	default:
		d.Retract()
		return d.chooseAnew(e)
	}
	return t
}

// push adds a node.
func (d *Strategy) push(e *engine.Engine) *place {
	var n *node
	if k := len(d.spare); k > 0 {
		n = d.spare[k-1]
		d.spare = d.spare[:k-1]
		*n = node{sleep: n.sleep[:0]}
	} else {
		n = &node{}
	}
	n.events, n.objects = int32(len(e.Events)), int32(e.Nobjects)
	if last := len(d.nodes); last < cap(d.nodes) {
		d.nodes = d.nodes[:last+1]
		d.nodes[last].node, d.nodes[last].v = n, 0 // enter sets the others
	} else {
		d.nodes = append(d.nodes, place{node: n})
	}
	d.depth++
	return &d.nodes[d.depth-1]
}

// pop removes the last node.
func (d *Strategy) pop() {
	last := len(d.nodes) - 1
	if n := d.nodes[last].node; !n.shared {
		d.spare = append(d.spare, n)
	}
	d.nodes = d.nodes[:last]
	d.depth = min(d.depth, last)
}

// choose takes the first branch of n's wakeup tree or, if it is empty, any thread that is
// free. If there is none, it removes n: the execution is cut.
func (d *Strategy) choose(e *engine.Engine, n *place) *engine.Thread {
	if n.wakeup.empty() && d.split.within(d) {
		n.expand(e)
	}
	if !n.wakeup.empty() {
		d.take(n)
		if t := e.Threads[n.cur.thread]; !t.InVain() {
			return t
		}
		d.Retract()
		return d.chooseAnew(e)
	}
	t := n.free(e)
	if t == nil {
		d.pop()
		return nil
	}
	if int(n.events) >= e.Limits.Reach() {
		d.notePending(e, n, t)
	}
	var s step
	s.next(t)
	n.enter(&s)
	return t
}

// take makes the first branch of n's wakeup tree what is explored next.
func (d *Strategy) take(n *place) {
	s, ways := n.wakeup.take(&d.pool)
	n.enter(s)
	d.guide = ways
}

// Choose returns a number, and makes a node of its own for it: see 'Choices'.
func (d *Strategy) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if d.wasNoProbe(e) {
		return 0
	}
	if d.depth < d.repeats {
		return d.repeatChoice(e, n)
	}
	d.settled()
	nd := d.push(e)
	nd.cur, nd.sleep = step{}, nil
	nd.n, nd.ways = int32(n), d.guide
	if w := d.guide; w != nil && len(w.choices) > 0 {
		nd.first = w.choices[0]
	}
	d.takeNumber(nd, nd.first)
	return int(nd.v)
}

// repeatChoice returns the number of a node that is known.
func (d *Strategy) repeatChoice(e *engine.Engine, n int) int {
	nd := &d.nodes[d.depth]
	if nd.n != int32(n) {
		e.Diverge("another Choose than in the execution before")
		return 0
	}
	d.depth++
	return int(nd.v)
}

// takeNumber makes v what is chosen at n.
func (d *Strategy) takeNumber(n *place, v int32) {
	n.v = v
	n.taken++
	d.guide = n.takeWays(v)
}

// End looks at the races of the execution: see 'One reversal'.
func (d *Strategy) End(e *engine.Engine) {
	d.ready = false
	if d.wasNoProbe(e) || e.Outcome == engine.Diverged {
		return // the races do not fit this execution, and there will be no other
	}
	d.observe(e)
	d.settledAtEnd()
	d.waitInVain(e)
	looked, long := len(e.Events), e.Outcome == engine.TooLong
	if e.Outcome != engine.Foreign {
		d.split.foreign(d, e, true)
	}
	if long {
		looked = d.giveUp(e)
	}
	d.reverse(e, looked)
	d.past.kept = len(e.Events)
	d.tree.giveAway(d)
}

// backtrack finds the deepest node from which there is more to explore, and goes on there.
func (d *Strategy) backtrack() bool {
	for len(d.nodes) > 0 {
		n := &d.nodes[len(d.nodes)-1]
		d.tree.lock(n.node)
		n.leave()
		ok := d.advance(n)
		d.tree.unlock(n.node)
		if ok {
			d.goOnFrom(n)
			return true
		}
		d.pop()
	}
	return false
}

// advance takes the next branch of n, if there is one.
func (d *Strategy) advance(n *place) bool {
	if !n.open() {
		return false
	}
	if n.n == 0 {
		d.take(n)
		return true
	}
	d.takeNumber(n, (n.first+n.taken)%n.n)
	return true
}

// goOnFrom prepares to go on from n, the last node.
func (d *Strategy) goOnFrom(n *place) {
	d.repeats, d.firstNew = len(d.nodes), int(n.events)
	d.past.kept = min(d.past.kept, d.firstNew)
	d.forget(d.past.kept)
}

// Bound says that nothing is left out but what belongs to other shards.
func (d *Strategy) Bound() string {
	if d.split != nil {
		return fmt.Sprintf("every execution of part %d/%d", d.split.shard+1, d.split.shards)
	}
	return "every execution"
}
