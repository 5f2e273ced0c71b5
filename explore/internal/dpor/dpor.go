package dpor

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// Strategy is optimal dynamic partial-order reduction: it executes one
// representative of each Mazurkiewicz trace, and starts no execution in vain
// (Abdulla, Aronis, Jonsson, Sagonas, "Optimal Dynamic Partial Order Reduction",
// POPL 2014; "Source Sets: A Foundation for Optimal Dynamic Partial Order
// Reduction", JACM 64, 2017).
//
// # Nouns
//
// A node is a point of the execution at which a thread is chosen. Its sleep set
// holds the steps whose continuations have been explored already, from here or
// from an equivalent point: to begin with one of them would repeat a trace. Its
// wakeup tree holds sequences of steps that are still to be explored from here. A
// race is a pair of events, dependent and with nothing between them, that could
// have come the other way round.
//
// # Algorithm
//
//  1. Execute; where the wakeup tree says nothing, take any step that does not
//     sleep.
//  2. At the end look at all races (e, f). Let E be what came before e and v what
//     came after e and does not depend on it, then f: E.v is an execution in which
//     the race goes the other way.
//  3. If a step of E's sleep set can begin v, then E.v has been explored.
//     Otherwise put v into E's wakeup tree, unless a branch of the tree leads to
//     the same.
//  4. Go back to the deepest node whose wakeup tree is not empty, put the step
//     taken last to sleep, and take the first branch.
//
// v is all that follows and not only what f needs, because it has to wake what
// sleeps at E. So a race that has been looked at must be looked at again when other
// things follow it, unless nothing sleeps there. (To keep of v only what f and the
// waking need is tempting: shorter trees, fewer comparisons. It loses traces.)
//
// v is compared with sleeping steps, and with branches of other executions,
// without executing it. So it must be known which objects are the same in
// different executions: those that were announced before E have the same id; of
// others it is known only within one execution. Where that does not suffice two
// steps are taken to be dependent, and what is inserted then is marked (way.doubt):
// that can cost an execution that is cut, but none is missing.
//
// # Choices
//
// Choose makes nodes of its own, with one branch for each number. It touches
// nothing and commutes with everything; so sleep sets pass through, and every
// number is explored wherever a Choose is met. What follows a step in a wakeup tree
// is kept apart by what is chosen after it (way): each number needs its own way to
// wake what sleeps.
//
// # Races with time limits
//
// A wait with a limit that was woken could have timed out instead, if early timeouts
// are left or its time had come; one that timed out late could have done so early,
// before the last early timeout that was allowed. So it has a race with its
// wakeup, and with that timeout (lateRace); whether the reversal is possible is
// seen when it is made (foreseeTimed), and what would prevent it is left out of v.
//
// # What is not proved
//
// The papers know neither choices nor time limits nor waiting after a Pause, and execute
// what we compare. That every trace is executed, and none twice, is checked against an
// enumerator that shares no code with this: see explore/soundness_test.go. It knows nothing of
// time: with time limits, what threads can see is compared with what they see in every
// interleaving, by naive, which shares the engine: see explore/timed_test.go.
//
// # Races with locks
//
// A Lock or RLock cannot be done just before the Unlock that made it possible, only
// before the Lock of whoever holds it, or waits for readers to leave; likewise a
// Sleep before the Clear of an earlier round. So the race is with that one. A thread
// that waits for a lock when the execution is stuck has a race with that Lock, too.
// A writer shuts an RWMutex by the first step of its Lock, which readers do not
// prevent. So nothing has to be done about the second one, opDrain: the readers that
// it waits for were there before the first, and leave afterwards.
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

	maker  reverser
	seq    sequence // see drowsy
	some   []*step  // room for what drowsy returns
	others []*step  // likewise
	pool   pool
	spare  []*node // free ones

	begun bool
	ready bool // the next execution has been prepared, and has not been done
}

// New makes the strategy "exhaustive", for one of those that share tr, of the part
// that split says; nil, nil: it does everything, alone.
func New(tr *Tree, split *Splitter) *Strategy { return &Strategy{tree: tr, split: split} }

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
	d.begun, d.ready, d.depth = true, true, 0
	d.past.rewind()
}

func (d *Strategy) Next(e *engine.Engine) *engine.Thread {
	d.observe(e)
	if d.depth < d.repeats {
		return d.repeat(e)
	}
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
		n.wakeup.restate(e, n.objects)
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
	d.depth++
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
	d.nodes = append(d.nodes, place{node: n})
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
		return e.Threads[n.cur.thread]
	}
	t := n.free(e)
	if t == nil {
		d.pop()
		return nil
	}
	n.enter(stepOf(t))
	return t
}

// take makes the first branch of n's wakeup tree what is explored next.
func (d *Strategy) take(n *place) {
	s, ways := n.wakeup.take(&d.pool)
	n.enter(s)
	d.guide = ways
}

func (d *Strategy) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if d.depth < d.repeats {
		return d.repeatChoice(e, n)
	}
	nd := d.push(e)
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
	d.guide = n.waysAfter(v)
}

func (d *Strategy) End(e *engine.Engine) {
	d.ready = false
	if e.Outcome == engine.Diverged {
		return // races of the execution before do not fit this one, and there will be no other
	}
	d.observe(e)
	d.waitInVain(e)
	d.reverse(e)
	d.past.kept = len(e.Events)
	if e.Outcome != engine.Foreign {
		d.split.foreign(d, e, true)
	}
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

func (d *Strategy) Bound() string {
	if d.split != nil {
		return fmt.Sprintf("every execution of part %d/%d", d.split.shard+1, d.split.shards)
	}
	return "every execution"
}
