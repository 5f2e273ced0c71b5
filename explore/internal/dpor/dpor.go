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
	Tree   *Tree // shared with others who explore the same program; nil: alone
	nodes  []place
	depth  int // nodes that this execution has passed
	replay int // nodes that it must repeat
	fresh  int // events from here on are new
	known  int // events up to here have their clocks
	seen   int // events that have been told to their objects
	split  *Splitter

	guide *way // what to do after the nodes that are repeated

	// For each event: the events that happened before it (in the sense of the
	// trace: see 'Two kinds of happens-before'), stride numbers, and its node.
	clocks []int32
	stride int
	nodeOf []int32
	prev   []int32 // the event before it of its thread, or that made its thread
	last   []int32 // the last event of each thread; -1

	preds    []int32
	races    []race  // of the events that are known, in the order of their ends
	order    []race  // races to look at
	early    []int32 // events that timed out early
	barrier  int32   // the first event after time last advanced because nothing else could happen; -1
	branches *branch // free ones
	ways     *way    // free ones
	spare    []*node // free ones

	// The sequence to insert: events, then f.
	notdep    []int32
	sum       summary // of d.v
	drowsy    []*step // see awake
	v         []int32
	all       []int32   // room for d.v
	sums      []summary // of the ends of d.v, by length
	f         step
	beforeF   int32         // the event before f of its thread
	fromF     int32         // an event that f follows besides; -1
	fx        engine.Effect // of f
	doubt     bool          // something was assumed about d.v out of caution
	less      bool          // something has been left out of notdep
	elsewhere []int32       // threads that have taken a step on the way which is not in v

	Begun bool
	ready bool // the next execution has been prepared, and has not been done
}

// node is a point at which a thread was chosen or, if n is not 0, a number.
type node struct {
	events  int32   // executed before
	objects int32   // that were known
	n       int32   // Choose
	first   int32   // the number that was taken first
	taken   int32   // numbers, or branches, that have been taken
	sleep   []step  // and, after those, what has been taken here
	pending *branch // wakeup tree
	ways    *way    // Choose: where to go on, by what is chosen
	shared  bool    // it belongs to the tree, under its lock
	active  []int32 // shared: for each of the last steps in sleep, how many work below it
	full    bool    // everything that is enabled will be taken: see splitter
}

// place is a node on the way of one who explores, and which way that went.
type place struct {
	*node
	cur   step
	v     int32  // Choose
	sleep []step // of node.sleep, what was there when cur was taken
}

// step is what is known of a step without executing it.
type step struct {
	thread int32
	seq    int32
	kind   engine.Kind
	waited bool // it depends on more than its footprint
	outer  bool // asleep: see splitter
	engine.Footprint
}

// branch is an edge of a wakeup tree, with what follows it.
type branch struct {
	step
	known int32 // objects with smaller ids are the same in all executions that pass the node
	ways  *way
	next  *branch // sibling: explored later
}

// way is what follows a step, given what Choose returns after it.
type way struct {
	choices []int32
	kids    *branch
	next    *way
	doubt   bool // kids being empty does not mean that all is covered: see insert
}

// race is a pair of events. If f is negative, it is the step for which the thread
// -1-f waits in vain.
type race struct{ e, f int32 }

// since says whether r ends in an event from i on.
func (r race) since(i int) bool { return r.f < 0 || int(r.f) >= i }

// New makes the strategy "exhaustive", for one of those that share tr, of the part
// that split says; nil, nil: it does everything, alone.
func New(tr *Tree, split *Splitter) *Strategy { return &Strategy{Tree: tr, split: split} }

func (d *Strategy) Begin(e *engine.Engine) bool {
	ready := false
	if d.Begun {
		ready = d.Backtrack()
	} else {
		d.Begun, ready = true, d.Tree.root()
	}
	if !ready && !d.Tree.more(d) {
		return false
	}
	d.ready = true
	d.Rewind()
	return true
}

// Rewind goes back to the beginning of the execution.
func (d *Strategy) Rewind() {
	d.depth, d.seen, d.barrier = 0, 0, -1
	d.early = d.early[:0]
	for i := range d.last {
		d.last[i] = -1
	}
}

func (d *Strategy) Next(e *engine.Engine) *engine.Thread {
	d.observe(e)
	if d.depth < d.replay {
		return d.repeat(e)
	}
	n := d.push(e)
	d.inheritSleep(e, n.node)
	if d.split.foreign(d, e, false) {
		d.pop()
		return nil
	}
	if w := d.guide; w != nil {
		n.pending, d.guide = w.kids, nil
		w.kids, w.next, d.ways = nil, d.ways, w
	}
	for b := n.pending; b != nil; b = b.next {
		// In the terms of this execution, and so of all that pass n.
		b.step, b.known = stepOf(e.Threads[b.thread]), n.objects
	}
	t := d.choice(e, n)
	if t == nil {
		d.pop()
	}
	return t
}

// repeat takes the step of a node that is known.
func (d *Strategy) repeat(e *engine.Engine) *engine.Thread {
	n := &d.nodes[d.depth]
	t := e.Threads[n.cur.thread]
	if n.n != 0 || t.Ended || t.Op.Kind != n.cur.kind || t.Op.Obj != nil && t.Op.Obj.ID != n.cur.Obj {
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

// inheritSleep gives n the steps that sleep at the node before and do not depend
// on the event between the two.
func (d *Strategy) inheritSleep(e *engine.Engine, n *node) {
	if n.events == 0 {
		return
	}
	from := &d.nodes[d.nodeOf[n.events-1]]
	if e.Events[n.events-1].After {
		return
	}
	last := e.Effect(n.events - 1)
	for i := range from.sleep {
		t := e.Threads[from.sleep[i].thread]
		if x := t.Effect(); !x.Conflicts(last) {
			s := stepOf(t)
			s.outer = from.sleep[i].outer || from.full
			n.sleep = append(n.sleep, s)
		}
	}
}

// choice takes the first branch of n's wakeup tree or, if it is empty, any thread
// that is enabled and does not sleep, the running one if possible: that costs no
// switch.
func (d *Strategy) choice(e *engine.Engine, n *place) *engine.Thread {
	if n.pending == nil && d.split.within(d) {
		d.split.expand(d, e, n)
	}
	if n.pending != nil {
		d.take(n)
		return e.Threads[n.cur.thread]
	}
	t := e.Current
	if !t.Enabled() || n.sleeps(t) {
		t = nil
		for _, u := range e.Enabled() {
			if !n.sleeps(u) {
				t = u
				break
			}
		}
	}
	if t != nil {
		n.enter(stepOf(t))
	}
	return t
}

// enter makes s what is explored next, and puts it to sleep for whoever comes
// later.
func (n *place) enter(s step) {
	n.cur, n.sleep = s, n.node.sleep
	n.taken++
	n.node.sleep = append(n.node.sleep, s)
	if n.shared {
		n.active = append(n.active, 1)
	}
}

func (n *node) sleeps(t *engine.Thread) bool {
	for i := range n.sleep {
		if n.sleep[i].thread == t.ID {
			return true
		}
	}
	return false
}

// stepOf describes t's next step.
func stepOf(t *engine.Thread) step {
	return step{thread: t.ID, seq: t.Seq + 1, kind: t.Op.Kind, waited: len(t.Await) > 0, Footprint: t.Op.Footprint()}
}

// take makes the first branch of n's wakeup tree what is explored next.
func (d *Strategy) take(n *place) {
	b := n.pending
	n.pending = b.next
	n.enter(b.step)
	d.guide = b.ways
	b.ways, b.next, d.branches = nil, d.branches, b
}

func (d *Strategy) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if d.depth < d.replay {
		nd := &d.nodes[d.depth]
		if nd.n != int32(n) {
			e.Diverge("another Choose than in the execution before")
			return 0
		}
		d.depth++
		return int(nd.v)
	}
	nd := d.push(e)
	nd.n, nd.ways = int32(n), d.guide
	if w := d.guide; w != nil && len(w.choices) > 0 {
		nd.first = w.choices[0]
	}
	d.enter(nd, nd.first)
	return int(nd.v)
}

// enter makes v what is chosen at n.
func (d *Strategy) enter(n *place, v int32) {
	n.v = v
	n.taken++
	d.guide = nil
	list := &d.guide
	for w := n.ways; w != nil; w = w.next {
		if len(w.choices) > 0 && w.choices[0] == v {
			*list = &way{choices: w.choices[1:], kids: w.kids}
			list = &(*list).next
		}
	}
}

// Backtrack finds the deepest node from which there is more to explore.
func (d *Strategy) Backtrack() bool {
	for len(d.nodes) > 0 {
		n := &d.nodes[len(d.nodes)-1]
		d.Tree.lock(n.node)
		n.leave()
		ok := d.advance(n)
		d.Tree.unlock(n.node)
		if ok {
			d.from(n)
			return true
		}
		d.pop()
	}
	return false
}

// from prepares to go on from n, the last node.
func (d *Strategy) from(n *place) {
	d.replay, d.fresh = len(d.nodes), int(n.events)
	d.known = min(d.known, d.fresh)
	for len(d.races) > 0 && d.races[len(d.races)-1].since(d.known) {
		d.races = d.races[:len(d.races)-1]
	}
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
	d.enter(n, (n.first+n.taken)%n.n)
	return true
}

// open says whether there is more to explore from n, now.
func (n *node) open() bool { return n.pending != nil && n.mayTake(n.pending) || n.taken < n.n }

func (d *Strategy) End(e *engine.Engine) {
	d.ready = false
	if e.Outcome == engine.Diverged {
		return // races of the execution before do not fit this one, and there will be no other
	}
	d.observe(e)
	d.waitInVain(e)
	d.reverse(e)
	d.known = len(e.Events)
	if e.Outcome != engine.Foreign {
		d.split.foreign(d, e, true)
	}
	d.Tree.share(d)
}

func (d *Strategy) Bound() string {
	if d.split != nil {
		return fmt.Sprintf("every execution of part %d/%d", d.split.shard+1, d.split.shards)
	}
	return "every execution"
}
