package dpor

import (
	"sync"
	"sync/atomic"
)

// Tree is what several workers share that explore one program. A worker is a Strategy with
// its engine. A nil Tree is that of a worker that is alone.
//
// # How workers divide the tree
//
// Each worker has a path of nodes, from the root down. When others have nothing to do, it
// gives away one branch that is still to be explored, that of its node closest to the root:
//
//  1. The branch goes with the nodes above it. Both workers have these from then on; they are
//     shared, and guarded by the lock of the tree.
//  2. Reversals that either worker finds are put into the wakeup trees of shared nodes.
//  3. On its way back, either worker takes branches from there.
//
// A worker that adds a branch passes it on its way back. So no branch is lost.
//
// # What may be explored at the same time
//
// A step that sleeps promises that everything which begins with it has been explored, and
// that all reversals found there are in the wakeup trees. Otherwise nothing would say how to
// wake it. So a branch is taken only when every step that would sleep below it has been
// explored to the end, or conflicts with the branch and so does not sleep (mayTake). Branches
// of one node that conflict are explored at the same time. Others wait, and the last worker
// that comes back takes them. A reversal that can begin with a branch which a worker has
// taken is left to that worker, which explores all that begins with it. So the executions
// are those of one worker, each done once.
type Tree struct {
	mu      sync.Mutex
	moved   *sync.Cond // tasks, idle or halted has changed
	tasks   []task
	workers int
	idle    int          // workers without a task
	begun   bool         // a worker has taken the root
	halted  bool         // there will be no tasks
	hungry  atomic.Int32 // idle; read without mu, as a hint; partners: next and SetIdle
}

// task is a branch to be explored: the path to it, and what is known of the way on.
type task struct {
	path  []place
	guide *way
	done  bool // the end of path has been explored: go on from there
}

// NewTree makes the tree of so many workers.
func NewTree(workers int) *Tree {
	t := &Tree{workers: workers}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// lock and unlock guard n if it is shared.
func (t *Tree) lock(n *node) {
	if n.shared {
		t.mu.Lock()
	}
}

// unlock is the end of lock.
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
	first := !t.begun
	t.begun = true
	return first
}

// more waits for a task, and prepares its first execution. It says false if there will be
// none.
func (d *Strategy) more() bool {
	if d.tree == nil {
		return false
	}
	for {
		job, ok := d.tree.next()
		if !ok {
			return false
		}
		if d.takeOver(job) {
			return true
		}
	}
}

// Adopt is more, but does not wait: it says false if there is no task now. It is for workers
// that take turns on one goroutine.
func (d *Strategy) Adopt() bool {
	for {
		job, ok := d.tree.first()
		if !ok || d.takeOver(job) {
			return ok
		}
	}
}

// Waiting returns how many tasks nobody has taken.
func (t *Tree) Waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.tasks)
}

// SetIdle says how many workers have nothing to do, for those that take turns.
func (t *Tree) SetIdle(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = n
	t.hungry.Store(int32(n))
}

// first removes the first task, if there is one.
func (t *Tree) first() (job task, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tasks) == 0 {
		return task{}, false
	}
	return t.removeFirst(), true
}

func (t *Tree) removeFirst() task {
	job := t.tasks[0]
	t.tasks = t.tasks[1:]
	return job
}

// next waits for a task and removes it.
func (t *Tree) next() (job task, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle++
	t.hungry.Add(1)
	defer t.hungry.Add(-1)
	for len(t.tasks) == 0 && !t.halted {
		if t.idle == t.workers {
			t.halted = true
			t.moved.Broadcast()
			break
		}
		t.moved.Wait()
	}
	if t.halted {
		return task{}, false
	}
	t.idle--
	return t.removeFirst(), true
}

// takeOver makes job what d does. It says false if there was nothing left of it.
func (d *Strategy) takeOver(job task) bool {
	d.nodes = append(d.nodes[:0], job.path...)
	d.past.kept = 0
	if job.done {
		return d.Continue()
	}
	d.guide = job.guide
	d.goOnFrom(&d.nodes[len(d.nodes)-1])
	d.prepare()
	return true
}

// giveAway gives a branch of d's to the others, if they have nothing to do.
func (t *Tree) giveAway(d *Strategy) {
	if t == nil || t.hungry.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.tasks) >= t.idle {
		return
	}
	for i := range d.nodes {
		if d.nodes[i].open() && d.publish(i) {
			t.tasks = append(t.tasks, d.branchOff(i))
			t.moved.Signal()
			return
		}
	}
}

// publish makes the nodes up to the i-th shared. It says whether a branch of that may be
// explored beside what d does itself.
func (d *Strategy) publish(i int) bool {
	for k := range d.nodes[:i+1] {
		d.nodes[k].publish()
	}
	return d.nodes[i].open()
}

// branchOff makes a task of the next branch of the i-th node.
func (d *Strategy) branchOff(i int) task {
	path := append([]place(nil), d.nodes[:i+1]...)
	for k := range path[:i] {
		path[k].join()
	}
	d.advance(&path[i])
	job := task{path: path, guide: d.guide}
	d.guide = nil
	return job
}

// publish makes n a shared node.
func (n *place) publish() {
	if !n.shared {
		n.shared = true
		if n.n == 0 {
			n.active = append(n.active[:0], 1)
		}
	}
}

// working returns how many workers are below the step that n takes.
func (n *place) working() *int32 {
	first := len(n.node.sleep) - len(n.active)
	return &n.active[len(n.sleep)-first]
}

// join says that there is one worker more below the step that n takes.
func (n *place) join() {
	if n.n == 0 {
		*n.working()++
	}
}

// leave says that there is one worker less.
func (n *place) leave() {
	if n.shared && n.n == 0 {
		*n.working()--
	}
}

// mayTake says whether b may be explored beside what is explored from n. See 'What may be
// explored at the same time'.
func (n *node) mayTake(b *branch) bool {
	first := len(n.sleep) - len(n.active)
	for i, working := range n.active {
		s := &n.sleep[first+i]
		if working > 0 && (s.waited || b.waited || !s.Sure().Conflicts(b.Sure())) {
			return false
		}
	}
	return true
}

// Leave hands in what d has not explored, and ends the work of all.
func (d *Strategy) Leave() {
	t := d.tree
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case len(d.nodes) > 0:
		path := append([]place(nil), d.nodes...)
		t.tasks = append(t.tasks, task{path: path, guide: d.guide, done: !d.ready})
		d.nodes, d.guide = d.nodes[:0], nil
	case d.ready:
		t.begun, d.begun = false, false // it has not even begun
	}
	d.ready = false
	t.halted = true
	t.moved.Broadcast()
}

// Finished says whether nothing is left to be explored.
func (t *Tree) Finished() bool { return t.begun && len(t.tasks) == 0 }

// Reopen lets the workers come back, all of which have left.
func (t *Tree) Reopen() { t.halted, t.idle = false, 0 }
