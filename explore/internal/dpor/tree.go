package dpor

import (
	"sync"
	"sync/atomic"
)

// Tree is what several workers share who explore one program with dpor. A nil
// tree is that of one who works alone.
//
// # Sharing
//
// Whoever works has a path of nodes, from the root down. When others have
// nothing to do, he gives away one branch that is still to be explored, that of
// his node closest to the root: it goes with the nodes above, which both have
// from then on. Races that either finds are put into the wakeup trees of those
// nodes, and either, on the way back, takes branches from there; so whoever adds
// a branch passes it, and no branch is lost.
//
// A step that sleeps promises that everything which begins with it has been
// explored, and that all races found there are in the wakeup trees: only so
// does one who lets it sleep know how to wake it. So a branch is taken only when
// every step that would sleep below it has been explored to the end, or
// conflicts with the branch and so does not sleep (mayTake). Branches of one node
// that conflict are explored at the same time; others wait, and whoever is the
// last to come back takes them. A race that can begin with a branch which somebody
// has taken is left to him: what he explores is complete in itself. So the
// executions are those of one worker, each done once.
type Tree struct {
	mu      sync.Mutex
	moved   *sync.Cond // tasks, idle or halted has changed
	Tasks   []task
	workers int
	Idle    int
	Begun   bool // somebody has taken the root
	halted  bool
	Hungry  atomic.Int32 // workers without a task; read without mu, as a hint
}

// task is a branch to be explored: the path to it, and what is known of the way
// on.
type task struct {
	path  []place
	guide *way
	done  bool // the end of path has been explored: go on from there
}

// NewTree makes what so many workers share.
func NewTree(workers int) *Tree {
	t := &Tree{workers: workers}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// lock and unlock guard n if others have it, too.
func (t *Tree) lock(n *node) {
	if n.shared {
		t.mu.Lock()
	}
}

func (t *Tree) unlock(n *node) {
	if n.shared {
		t.mu.Unlock()
	}
}

// root says whether the caller is to begin with the root.
func (t *Tree) root() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	first := !t.Begun
	t.Begun = true
	return first
}

// more waits for a task for d and makes it d's. It says false if there will be
// none.
func (t *Tree) more(d *Strategy) bool {
	if t == nil {
		return false
	}
	for {
		job, ok := t.next()
		if !ok {
			return false
		}
		if d.Adopt(job) {
			return true
		}
	}
}

func (t *Tree) next() (job task, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Idle++
	t.Hungry.Add(1)
	defer t.Hungry.Add(-1)
	for len(t.Tasks) == 0 && !t.halted {
		if t.Idle == t.workers {
			t.halted = true
			t.moved.Broadcast()
			break
		}
		t.moved.Wait()
	}
	if t.halted {
		return task{}, false
	}
	t.Idle--
	job = t.Tasks[0]
	t.Tasks = t.Tasks[1:]
	return job, true
}

// Adopt makes job what d does. It says false if there was nothing left of it.
func (d *Strategy) Adopt(job task) bool {
	d.nodes = append(d.nodes[:0], job.path...)
	d.known = 0
	if job.done {
		return d.Backtrack()
	}
	d.guide = job.guide
	d.from(&d.nodes[len(d.nodes)-1])
	return true
}

// share gives a branch of d's to the others, if they have nothing to do.
func (t *Tree) share(d *Strategy) {
	if t == nil || t.Hungry.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.Tasks) >= t.Idle {
		return
	}
	for i := range d.nodes {
		if !d.nodes[i].open() {
			continue
		}
		for k := range d.nodes[:i+1] {
			d.nodes[k].publish()
		}
		if !d.nodes[i].open() {
			continue // not beside what d does itself
		}
		path := append([]place(nil), d.nodes[:i+1]...)
		for k := range path[:i] {
			path[k].join()
		}
		d.advance(&path[i])
		t.Tasks = append(t.Tasks, task{path: path, guide: d.guide})
		d.guide = nil
		t.moved.Signal()
		return
	}
}

// publish makes n a node that others may have, too.
func (n *place) publish() {
	if !n.shared {
		n.shared = true
		if n.n == 0 {
			n.active = append(n.active[:0], 1)
		}
	}
}

// working returns how many work below the step that n takes.
func (n *place) working() *int32 {
	first := len(n.node.sleep) - len(n.active)
	return &n.active[len(n.sleep)-first]
}

// join says that one more works below the step that n takes.
func (n *place) join() {
	if n.n == 0 {
		*n.working()++
	}
}

// leave says that one less does.
func (n *place) leave() {
	if n.shared && n.n == 0 {
		*n.working()--
	}
}

// mayTake says whether b may be explored beside what others explore from n.
func (n *node) mayTake(b *branch) bool {
	first := len(n.sleep) - len(n.active)
	for i, working := range n.active {
		s := &n.sleep[first+i]
		if working > 0 && (s.waited || b.waited || !s.Conflicts(b.Footprint)) {
			return false
		}
	}
	return true
}

// Leave hands in what d has not explored, and ends the work of all.
func (d *Strategy) Leave() {
	t := d.Tree
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case len(d.nodes) > 0:
		t.Tasks = append(t.Tasks, task{path: append([]place(nil), d.nodes...), guide: d.guide, done: !d.ready})
		d.nodes, d.guide = d.nodes[:0], nil
	case d.ready:
		t.Begun, d.Begun = false, false // it had not even begun
	}
	d.ready = false
	t.halted = true
	t.moved.Broadcast()
}

// Finished says whether nothing is left to be explored.
func (t *Tree) Finished() bool { return t.Begun && len(t.Tasks) == 0 }

// Reopen lets the workers, who have all left, come back.
func (t *Tree) Reopen() { t.halted, t.Idle = false, 0 }
