package dpor

import (
	"errors"
	"fmt"
	"slices"

	"schedlab/explore/internal/engine"
)

// # The saved forms
//
// A saved form has the fields of what it stands for, exported and without pointers, so that
// it can be written as JSON. A node that several tasks have is saved once. What is restored is
// checked: a file may be damaged. Each field of what is saved must be in its saved form; a
// test goes through them.

// Remainder is the saved form of what is left to be explored.
type Remainder struct {
	Threads []engine.Birth `json:",omitempty"` // by id, from 1
	Nodes   []savedNode    `json:",omitempty"`
	Tasks   []savedTask    `json:",omitempty"`
}

// savedStep is the saved form of a step.
type savedStep struct {
	Thread, Seq   int32
	Kind          engine.Kind
	Waited, Outer bool `json:",omitempty"`
	Obj, Obj2     int32
	Mode          engine.Mode
	Marks         engine.Marks `json:",omitempty"`
}

// savedNode is the saved form of a node.
type savedNode struct {
	Events, Objects, N, First, Taken int32
	Inherited                        int32            `json:",omitempty"`
	Sleep                            []savedStep      `json:",omitempty"`
	Pending                          []savedBranch    `json:",omitempty"`
	Ways                             []savedWay       `json:",omitempty"`
	Shared, Full                     bool             `json:",omitempty"`
	Active                           []int32          `json:",omitempty"`
	Unsettled                        []savedUnsettled `json:",omitempty"`
}

// savedUnsettled is the saved form of an unsettled.
type savedUnsettled struct {
	At   int
	Kids []savedBranch `json:",omitempty"`
}

// savedBranch is the saved form of branches that follow each other, with no others beside them,
// and of what follows the last. JSON can be nested only so deep, and branches are thousands of
// steps long.
type savedBranch struct {
	Chain []savedLink
	Kids  []savedBranch `json:",omitempty"`
	More  []savedWay    `json:",omitempty"`
}

// savedLink is the saved form of a chain without its rest.
type savedLink struct {
	Step    savedStep
	Known   int32
	Choices []int32 `json:",omitempty"`
	Doubt   bool    `json:",omitempty"`
}

// savedWay is the saved form of a way.
type savedWay struct {
	Choices []int32       `json:",omitempty"`
	Kids    []savedBranch `json:",omitempty"`
	Doubt   bool          `json:",omitempty"`
}

// savedPlace is the saved form of a place.
type savedPlace struct {
	Node  int
	Cur   savedStep
	V     int32
	Sleep int // how many of the node's
}

// savedTask is the saved form of a task.
type savedTask struct {
	Path  []savedPlace
	Guide []savedWay `json:",omitempty"`
	Done  bool
}

// saver numbers the nodes that tasks have in common.
type saver struct {
	s   *Remainder
	ids map[*node]int
}

// Save returns what is left to be done, in its saved form.
func (tr *Tree) Save(names *engine.ThreadIDs) (s Remainder) {
	sv := &saver{&s, map[*node]int{}}
	for _, t := range tr.tasks {
		st := savedTask{Guide: saveWays(t.guide), Done: t.done}
		for _, p := range t.path {
			sp := savedPlace{sv.node(p.node), saveStep(p.cur), p.v, len(p.sleep)}
			st.Path = append(st.Path, sp)
		}
		s.Tasks = append(s.Tasks, st)
	}
	s.Threads = names.Births()
	return s
}

// node returns the number of n, which it saves if that has not been done.
func (sv *saver) node(n *node) int {
	id, ok := sv.ids[n]
	if !ok {
		id = len(sv.s.Nodes)
		sv.ids[n] = id
		sn := savedNode{
			Events: n.events, Objects: n.objects, N: n.n, First: n.first, Taken: n.taken,
			Pending: saveBranches(n.wakeup), Ways: saveWays(n.ways),
			Shared: n.shared, Full: n.full, Active: n.active, Inherited: n.inherited,
		}
		for _, u := range n.unsettled {
			sn.Unsettled = append(sn.Unsettled, savedUnsettled{u.at, saveBranches(u.tree)})
		}
		for _, x := range n.sleep {
			sn.Sleep = append(sn.Sleep, saveStep(x))
		}
		sv.s.Nodes = append(sv.s.Nodes, sn)
	}
	return id
}

func saveStep(s step) savedStep {
	return savedStep{s.thread, s.seq, s.kind, s.waited, s.outer, s.Obj, s.Obj2, s.Mode, s.Marks}
}

func (s savedStep) restore() step {
	return step{
		thread: s.Thread, seq: s.Seq, kind: s.Kind, waited: s.Waited, outer: s.Outer,
		Footprint: engine.Footprint{Obj: s.Obj, Obj2: s.Obj2, Mode: s.Mode, Marks: s.Marks},
	}
}

func saveBranches(t wakeupTree) (list []savedBranch) {
	for b := t.first; b != nil; b = b.next {
		list = append(list, b.save())
	}
	return list
}

func (b *branch) save() (s savedBranch) {
	s.Chain = append(s.Chain, b.chain.link())
	for b.more == nil && !b.then.empty() && b.then.first.next == nil {
		b = b.then.first
		s.Chain = append(s.Chain, b.chain.link())
	}
	switch rest := b.rest.links(); {
	case !b.then.empty():
		s.Kids = saveBranches(b.then)
	case b.more == nil:
		s.Chain = append(s.Chain, rest...)
	case rest != nil:
		s.Kids = []savedBranch{{Chain: rest}}
	}
	s.More = saveWays(b.more)
	return s
}

func (c *chain) link() savedLink {
	return savedLink{saveStep(c.step), c.objects, c.choices, c.doubt}
}

// links returns those of c, which may be nil.
func (c *chain) links() (list []savedLink) {
	for ; c != nil; c = c.rest {
		list = append(list, c.link())
	}
	return list
}

func saveWays(w *way) (list []savedWay) {
	for ; w != nil; w = w.next {
		list = append(list, savedWay{w.choices, saveBranches(w.then), w.doubt})
	}
	return list
}

// restorer makes one of what was one before it was saved.
type restorer struct{ chains }

func (r *restorer) tree(list []savedBranch) (t wakeupTree) {
	at := &t.first
	for i := range list {
		*at = r.branch(&list[i])
		at = &(*at).next
	}
	return t
}

func (r *restorer) branch(s *savedBranch) *branch {
	b := &branch{then: r.tree(s.Kids), more: r.ways(s.More)}
	b.chain = r.link(&s.Chain[len(s.Chain)-1], b.shorten())
	for _, l := range slices.Backward(s.Chain[:len(s.Chain)-1]) {
		b = &branch{then: wakeupTree{b}}
		b.chain = r.link(&l, b.shorten())
	}
	return b
}

// link returns the chain that begins with l.
func (r *restorer) link(l *savedLink, rest *chain) *chain {
	return r.one(&chain{
		step: l.Step.restore(), objects: l.Known, choices: l.Choices, doubt: l.Doubt, rest: rest,
	})
}

// shorten takes what follows b out of it and returns it, if it is nothing but a chain.
func (b *branch) shorten() (rest *chain) {
	t := b.then.first
	if t != nil && t.next == nil && t.then.empty() && t.more == nil {
		rest, b.then = t.chain, wakeupTree{}
	}
	return rest
}

func (r *restorer) ways(list []savedWay) (first *way) {
	at := &first
	for _, s := range list {
		*at = &way{choices: s.Choices, then: r.tree(s.Kids), doubt: s.Doubt}
		at = &(*at).next
	}
	return first
}

// Restore makes s what is left to be done by the workers of tr, which have not begun, and
// returns the names of threads. finished says that nothing is left. The error says where s
// contradicts itself.
func (tr *Tree) Restore(s *Remainder, finished bool) (*engine.ThreadIDs, error) {
	names := engine.ThreadIDsOf(s.Threads)
	if names.Count() < len(s.Threads) {
		return nil, errors.New("two threads have one name")
	}
	var r restorer
	nodes := make([]*node, len(s.Nodes))
	for i := range s.Nodes {
		if err := s.Nodes[i].check(len(s.Threads)); err != nil {
			return nil, fmt.Errorf("node %d: %w", i, err)
		}
		nodes[i] = s.Nodes[i].restore(&r)
	}
	var tasks []task
	for i := range s.Tasks {
		t, err := s.Tasks[i].restore(&r, nodes, len(s.Threads))
		if err != nil {
			return nil, fmt.Errorf("task %d: %w", i, err)
		}
		tasks = append(tasks, t)
	}
	tr.tasks, tr.begun = tasks, finished || len(tasks) > 0
	return names, nil
}

func (sn *savedNode) restore(r *restorer) *node {
	n := &node{
		events: sn.Events, objects: sn.Objects, n: sn.N, first: sn.First, taken: sn.Taken,
		wakeup: r.tree(sn.Pending), ways: r.ways(sn.Ways),
		shared: sn.Shared, full: sn.Full, active: sn.Active, inherited: sn.Inherited,
	}
	for _, x := range sn.Sleep {
		n.sleep = append(n.sleep, x.restore())
	}
	for _, u := range sn.Unsettled {
		n.unsettled = append(n.unsettled, unsettled{u.At, r.tree(u.Kids)})
	}
	return n
}

// check says what is wrong with sn, there being threads besides the first.
func (sn *savedNode) check(threads int) error {
	for _, x := range sn.Sleep {
		if err := x.check(threads); err != nil {
			return err
		}
	}
	outside := sn.N > 0 && (sn.First < 0 || sn.First >= sn.N)
	outside = outside || sn.Inherited < 0 || int(sn.Inherited) > len(sn.Sleep)
	if sn.N < 0 || outside || len(sn.Active) > len(sn.Sleep) {
		return errors.New("its numbers do not fit together")
	}
	for _, u := range sn.Unsettled {
		if u.At < 0 || u.At >= len(sn.Sleep) {
			return fmt.Errorf("step %d is not settled, of %d", u.At, len(sn.Sleep))
		}
		if err := checkBranches(u.Kids, threads); err != nil {
			return err
		}
	}
	return errors.Join(checkBranches(sn.Pending, threads), checkWays(sn.Ways, threads))
}

// check says what is wrong with s.
func (s savedStep) check(threads int) error {
	if s.Thread < 0 || int(s.Thread) > threads || !s.Kind.Valid() {
		return fmt.Errorf("there is no step of kind %d by thread %d", s.Kind, s.Thread)
	}
	return nil
}

func checkBranches(list []savedBranch, threads int) error {
	for _, b := range list {
		if len(b.Chain) == 0 {
			return errors.New("a branch leads nowhere")
		}
		for _, l := range b.Chain {
			if err := l.Step.check(threads); err != nil {
				return err
			}
		}
		err := errors.Join(checkBranches(b.Kids, threads), checkWays(b.More, threads))
		if err != nil {
			return err
		}
	}
	return nil
}

func checkWays(list []savedWay, threads int) error {
	for _, w := range list {
		if err := checkBranches(w.Kids, threads); err != nil {
			return err
		}
	}
	return nil
}

// restore returns the task, on nodes that have been restored.
func (st *savedTask) restore(r *restorer, nodes []*node, threads int) (task, error) {
	if err := checkWays(st.Guide, threads); err != nil {
		return task{}, err
	}
	t := task{guide: r.ways(st.Guide), done: st.Done}
	events := int32(0)
	for i, p := range st.Path {
		if p.Node < 0 || p.Node >= len(nodes) {
			return t, fmt.Errorf("step %d is from node %d, which is not there", i, p.Node)
		}
		n := nodes[p.Node]
		if err := p.check(n, threads, events); err != nil {
			return t, fmt.Errorf("step %d: %w", i, err)
		}
		if n.n == 0 {
			events++
		}
		at := place{node: n, cur: p.Cur.restore(), v: p.V, sleep: n.sleep[:p.Sleep]}
		t.path = append(t.path, at)
	}
	if len(t.path) == 0 {
		return t, errors.New("it has no path")
	}
	return t, nil
}

// check says what is wrong with p, a place at n after that many events.
func (p savedPlace) check(n *node, threads int, events int32) error {
	most, least := len(n.sleep)-1, int(n.inherited) // the last one is the step that was taken
	if n.shared {
		least = max(least, len(n.sleep)-len(n.active))
	}
	switch {
	case n.events != events && (n.n == 0 || n.events != events-1): // Choose may be part of a step
		return fmt.Errorf("the node is of event %d, not %d", n.events, events)
	case n.n != 0 && (p.V < 0 || p.V >= n.n):
		return fmt.Errorf("it chooses %d of %d", p.V, n.n)
	case n.n == 0 && (p.Sleep < least || p.Sleep > most):
		return fmt.Errorf("%d steps sleep, of %d", p.Sleep, len(n.sleep))
	case n.n != 0 && p.Sleep != 0:
		return errors.New("a choice has steps that sleep")
	}
	return p.Cur.check(threads)
}
