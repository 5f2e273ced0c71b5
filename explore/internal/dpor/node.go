package dpor

import "schedlab/explore/internal/engine"

// node is a point at which a thread was chosen or, if n is not 0, a number.
type node struct {
	events  int32      // executed before
	objects int32      // that were known
	n       int32      // Choose
	first   int32      // the number that was taken first
	taken   int32      // numbers, or branches, that have been taken
	sleep   []step     // and, after those, what has been taken here
	wakeup  wakeupTree // what is still to be explored from here
	ways    *way       // Choose: where to go on, by what is chosen
	shared  bool       // it belongs to the tree, under its lock
	active  []int32    // shared: for each of the last steps in sleep, the workers below it
	full    bool       // everything that is enabled will be taken: see splitter

	inherited int32       // how many of sleep have been taken before
	unsettled []unsettled // shared: steps that may be taken back; see 'Awaits'
}

// place is a node on the path of a worker, and which way that goes on.
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

// stepOf describes t's next step.
func stepOf(t *engine.Thread) (s step) {
	s.next(t)
	return s
}

// next makes s t's next step.
func (s *step) next(t *engine.Thread) {
	s.thread, s.seq, s.kind, s.waited, s.outer = t.ID, t.Seq+1, t.Op.Kind, len(t.Await) > 0, false
	s.Footprint = t.Op.Footprint()
	s.Marks = t.OpMarks
}

// isNext says whether t's next step is s.
func (s *step) isNext(t *engine.Thread) bool {
	return !t.Ended && t.Op.Kind == s.kind && (t.Op.Obj == nil || t.Op.Obj.ID == s.Obj)
}

// enter makes s what is explored next, and puts it to sleep for what is explored later.
func (n *place) enter(s *step) {
	n.cur, n.sleep = *s, n.node.sleep // s does not sleep for itself
	n.taken++
	n.node.sleep = append(n.node.sleep, *s)
	if n.shared {
		n.active = append(n.active, 1)
		n.node.unsettled = append(n.node.unsettled, unsettled{at: len(n.sleep)})
	}
}

// lost says whether s has been taken back: it sleeps no longer, but keeps its place.
func (s *step) lost() bool { return s.kind == engine.OpNone }

// free returns a thread that is enabled and does not sleep at n, the running one if
// possible: that costs no switch; nil if there is none.
func (n *node) free(e *engine.Engine) *engine.Thread {
	if t := e.Current; t.Enabled() && !n.sleeps(t) {
		return t
	}
	for _, t := range e.Alive {
		if t.Enabled() && !n.sleeps(t) {
			return t
		}
	}
	return nil
}

// open says whether there is more to explore from n, now.
func (n *node) open() bool {
	return !n.wakeup.empty() && n.mayTake(n.wakeup.first) || n.taken < n.n
}

// takeWays returns how n, a Choose, goes on after v. They leave n: what is explored uses up
// its tree, so a way that stayed would lead into branches that the pool has taken back.
func (n *node) takeWays(v int32) (taken *way) {
	to := &taken
	for at := &n.ways; *at != nil; {
		w := *at
		if len(w.choices) == 0 || w.choices[0] != v {
			at = &w.next
			continue
		}
		*at, w.next = w.next, nil
		w.choices = w.choices[1:]
		*to = w
		to = &w.next
	}
	return taken
}
