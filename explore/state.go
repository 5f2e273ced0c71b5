package explore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stateVersion is that of the files that -explore.resume writes: one that was
// written by another version of this package is refused.
const stateVersion = 2

// stateFile is what is kept of unfinished explorations, and of finished ones for
// [Merge]: JSON.
type stateFile struct {
	Version      int               `json:"version"`
	Explorations map[string]*state `json:"explorations"` // by test and ordinal
}

// state is an exploration between two executions.
type state struct {
	Shard, Shards   int      // Shard from 1
	Steps, Timeouts int      // the bound
	Expect          Property `json:",omitempty"` // MustViolate
	Binary          string   // see binaryHash
	First           uint64   // what the first execution did: see recognise
	Finished        bool
	Result          savedResult
	Threads         []birth     `json:",omitempty"` // by id, from 1
	Nodes           []savedNode `json:",omitempty"`
	Tasks           []savedTask `json:",omitempty"`
}

type savedResult struct {
	Complete, Stuck, Cut, TooLong, Steps, Violations uint64
	Timeouts                                         int
	Sharing                                          sharing `json:",omitempty"`
	Elapsed                                          time.Duration
	Violation                                        *savedViolation `json:",omitempty"`
}

type savedViolation struct {
	Property Property
	Message  string
	Thread   int
	Step     int
	Schedule Schedule
	Table    string
	Stack    string `json:",omitempty"`
}

type savedStep struct {
	Thread, Seq   int32
	Kind          kind
	Waited, Outer bool `json:",omitempty"`
	Obj, Obj2     int32
	Mode          mode
}

type savedNode struct {
	Events, Objects, N, First, Taken int32
	Sleep                            []savedStep   `json:",omitempty"`
	Pending                          []savedBranch `json:",omitempty"`
	Ways                             []savedWay    `json:",omitempty"`
	Shared, Full                     bool          `json:",omitempty"`
	Active                           []int32       `json:",omitempty"`
}

type savedBranch struct {
	Step  savedStep
	Known int32
	Ways  []savedWay
}

type savedWay struct {
	Choices []int32       `json:",omitempty"`
	Kids    []savedBranch `json:",omitempty"`
	Doubt   bool          `json:",omitempty"`
}

type savedPlace struct {
	Node  int
	Cur   savedStep
	V     int32
	Sleep int // how many of the node's
}

type savedTask struct {
	Path  []savedPlace
	Guide []savedWay `json:",omitempty"`
	Done  bool
}

// files guards the files of this process: the explorations of a test binary
// share one.
var files sync.Mutex

// readState returns what file holds; nothing if there is no such file.
func readState(file string) (*stateFile, error) {
	f := &stateFile{Version: stateVersion, Explorations: map[string]*state{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("explore: %w", err)
	}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("explore: %s is no file that -explore.resume has written (%w); name another, or remove it", file, err)
	}
	if f.Version != stateVersion {
		return nil, fmt.Errorf("explore: %s is of version %d of such files, and this package reads version %d; remove it and begin again",
			file, f.Version, stateVersion)
	}
	for name, s := range f.Explorations {
		if s == nil || s.Shard < 1 || s.Shard > s.Shards {
			return nil, fmt.Errorf("explore: %s is damaged: no shard or a wrong one at %s; remove it and begin again", file, name)
		}
	}
	if f.Explorations == nil {
		f.Explorations = map[string]*state{}
	}
	return f, nil
}

// openState is readState for one who will write file later, so that he is not
// told only then that he cannot.
func openState(file string) (*stateFile, error) {
	files.Lock()
	defer files.Unlock()
	w, err := os.Create(file + ".new")
	if err != nil {
		return nil, fmt.Errorf("explore: -explore.resume: the file cannot be written: %w", err)
	}
	w.Close()
	os.Remove(w.Name())
	return readState(file)
}

// writeState makes s what file holds of the exploration with that name. The file
// is replaced at once, so that one who is interrupted loses nothing.
func writeState(file, name string, s *state) error {
	files.Lock()
	defer files.Unlock()
	f, err := readState(file)
	if err != nil {
		return err
	}
	f.Explorations[name] = s
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	if err := os.WriteFile(file+".new", text, 0o666); err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	return nil
}

// binaryHash tells one binary from another. A program that has changed, be it in
// one assertion, is in another one; the same source, built the same way in the
// same place, is in the same.
var binaryHash = sync.OnceValue(func() string {
	file, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
})

// recognise compares e's execution, which is the first, with that of the run which
// has written the file of -explore.resume. Values are left out: addresses among them
// may differ between two processes.
func (e *engine) recognise() *Violation {
	h := fnv.New64a()
	for _, ev := range e.events {
		fmt.Fprintln(h, e.threads[ev.thread].nth, ev.kind, ev.obj, ev.obj2)
	}
	for _, c := range e.choices {
		fmt.Fprintln(h, c.after, e.threads[c.thread].nth, c.n)
	}
	was, is := e.ctl.first, max(h.Sum64(), 1)
	if was != 0 && was != is {
		return &Violation{Property: Nondeterminism, Message: "the first execution is not what it was when the run before began"}
	}
	e.ctl.first = is
	return nil
}

// changedSince is what Nondeterminism may come from when an exploration goes on.
func changedSince(file string) string {
	return fmt.Sprintf("; or the program has changed since %s was written: then remove that file and begin again", file)
}

// expect makes room for the threads that other runs have seen: whether they begin
// in this one, too, is not known.
func (e *engine) expect(threads int) {
	for id := int32(0); threads > 0 && int(id) <= threads; id++ {
		e.threads = append(e.threads, e.unborn(id))
	}
}

// runName names a call of Run in a file of -explore.resume: by who calls Run, and
// how often he did before.
func runName() string {
	name := "Run"
	if pc, _, _, ok := runtime.Caller(2); ok {
		name = runtime.FuncForPC(pc).Name()
	}
	runs.mu.Lock()
	defer runs.mu.Unlock()
	runs.n[name]++
	return fmt.Sprintf("%s#%d", name, runs.n[name])
}

var runs = struct {
	mu sync.Mutex
	n  map[string]int
}{n: map[string]int{}}

// askedToEnd is the signal by which the process was asked to end; nil: it was not.
// Those explorations end at once that begin later.
var askedToEnd atomic.Pointer[os.Signal]

// endBySignal ends an exploration when the process is asked to end, so that it has
// its verdict. The function that it returns ends that.
func (x *exploration) endBySignal() (done func()) {
	if s := askedToEnd.Load(); s != nil {
		x.ctl.stop(x.ended(*s))
		return func() {}
	}
	asked, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-asked:
			signal.Stop(asked) // a second one ends the process
			askedToEnd.Store(&s)
			x.ctl.stop(x.ended(s))
		case <-over:
		}
	}()
	return func() { signal.Stop(asked); close(over) }
}

// ended says that s has ended x, and how what was done could be of use.
func (x *exploration) ended(s os.Signal) string {
	text := fmt.Sprintf("the process was asked to end (%v)", s)
	switch {
	case x.kept():
		text += "; run it again to go on"
	case x.shared != nil:
		text += "; -explore.resume=$PWD/part.json would have kept what was done"
	}
	return text
}

// fits says why s, from file, is not of an exploration as cfg wants it.
func (s *state) fits(cfg *config, file string) error {
	for _, c := range []struct {
		what      string
		then, now int
	}{
		{"shard", s.Shard, cfg.shard + 1}, {"number of shards", s.Shards, cfg.shards},
		{"Steps", s.Steps, cfg.steps}, {"Timeouts", s.Timeouts, cfg.timeouts},
	} {
		if c.then != c.now {
			return fmt.Errorf("explore: %s was written with %s %d, and now it is %d; use the same, or another file", file, c.what, c.then, c.now)
		}
	}
	return nil
}

func saveResult(r *Result) savedResult {
	s := savedResult{
		Complete: r.Complete, Stuck: r.Stuck, Cut: r.Cut, TooLong: r.TooLong, Steps: r.Steps, Violations: r.Violations,
		Timeouts: r.timeouts, Sharing: r.sharing, Elapsed: r.Elapsed,
	}
	if v := r.Violation; v != nil {
		s.Violation = &savedViolation{v.Property, v.Message, v.Thread, v.Step, v.Schedule, v.Table, v.Stack}
	}
	return s
}

func (s *savedResult) restore() *Result {
	r := &Result{
		Complete: s.Complete, Stuck: s.Stuck, Cut: s.Cut, TooLong: s.TooLong, Steps: s.Steps, Violations: s.Violations,
		timeouts: s.Timeouts, sharing: s.Sharing, Elapsed: s.Elapsed,
	}
	if v := s.Violation; v != nil {
		r.Violation = &Violation{
			Property: v.Property, Message: v.Message, Thread: v.Thread, Step: v.Step, Schedule: v.Schedule, Table: v.Table, Stack: v.Stack,
		}
	}
	return r
}

// saver numbers the nodes that tasks have in common.
type saver struct {
	s   *state
	ids map[*node]int
}

// save writes down what is left to be done.
func (s *state) save(tasks []task, names *threadNames) {
	sv := &saver{s, map[*node]int{}}
	for _, t := range tasks {
		st := savedTask{Guide: saveWays(t.guide), Done: t.done}
		for _, p := range t.path {
			st.Path = append(st.Path, savedPlace{sv.node(p.node), saveStep(p.cur), p.v, len(p.sleep)})
		}
		s.Tasks = append(s.Tasks, st)
	}
	s.Threads = make([]birth, len(names.ids))
	for b, id := range names.ids {
		s.Threads[id-1] = b
	}
}

func (sv *saver) node(n *node) int {
	id, ok := sv.ids[n]
	if !ok {
		id = len(sv.s.Nodes)
		sv.ids[n] = id
		sn := savedNode{
			Events: n.events, Objects: n.objects, N: n.n, First: n.first, Taken: n.taken,
			Pending: saveBranches(n.pending), Ways: saveWays(n.ways), Shared: n.shared, Full: n.full, Active: n.active,
		}
		for _, x := range n.sleep {
			sn.Sleep = append(sn.Sleep, saveStep(x))
		}
		sv.s.Nodes = append(sv.s.Nodes, sn)
	}
	return id
}

func saveStep(s step) savedStep {
	return savedStep{s.thread, s.seq, s.kind, s.waited, s.outer, s.obj, s.obj2, s.mode}
}

func (s savedStep) restore() step {
	return step{thread: s.Thread, seq: s.Seq, kind: s.Kind, waited: s.Waited, outer: s.Outer, footprint: footprint{s.Obj, s.Obj2, s.Mode}}
}

func saveBranches(b *branch) (list []savedBranch) {
	for ; b != nil; b = b.next {
		list = append(list, savedBranch{saveStep(b.step), b.known, saveWays(b.ways)})
	}
	return list
}

func restoreBranches(list []savedBranch) (first *branch) {
	at := &first
	for _, s := range list {
		*at = &branch{step: s.Step.restore(), known: s.Known, ways: restoreWays(s.Ways)}
		at = &(*at).next
	}
	return first
}

func saveWays(w *way) (list []savedWay) {
	for ; w != nil; w = w.next {
		list = append(list, savedWay{w.choices, saveBranches(w.kids), w.doubt})
	}
	return list
}

func restoreWays(list []savedWay) (first *way) {
	at := &first
	for _, s := range list {
		*at = &way{choices: s.Choices, kids: restoreBranches(s.Kids), doubt: s.Doubt}
		at = &(*at).next
	}
	return first
}

// restore returns what is left to be done, and the names of threads. The error
// says where s contradicts itself.
func (s *state) restore() ([]task, *threadNames, error) {
	names := &threadNames{ids: map[birth]int32{}}
	for i, b := range s.Threads {
		names.ids[b] = int32(i + 1)
	}
	if len(names.ids) < len(s.Threads) {
		return nil, nil, errors.New("two threads have one name")
	}
	nodes := make([]*node, len(s.Nodes))
	for i := range s.Nodes {
		if err := s.Nodes[i].check(len(s.Threads)); err != nil {
			return nil, nil, fmt.Errorf("node %d: %w", i, err)
		}
		nodes[i] = s.Nodes[i].restore()
	}
	var tasks []task
	for i := range s.Tasks {
		t, err := s.Tasks[i].restore(nodes, len(s.Threads))
		if err != nil {
			return nil, nil, fmt.Errorf("task %d: %w", i, err)
		}
		tasks = append(tasks, t)
	}
	return tasks, names, nil
}

func (sn *savedNode) restore() *node {
	n := &node{
		events: sn.Events, objects: sn.Objects, n: sn.N, first: sn.First, taken: sn.Taken,
		pending: restoreBranches(sn.Pending), ways: restoreWays(sn.Ways), shared: sn.Shared, full: sn.Full, active: sn.Active,
	}
	for _, x := range sn.Sleep {
		n.sleep = append(n.sleep, x.restore())
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
	if sn.N < 0 || sn.N > 0 && (sn.First < 0 || sn.First >= sn.N) || len(sn.Active) > len(sn.Sleep) {
		return errors.New("its numbers do not fit together")
	}
	return errors.Join(checkBranches(sn.Pending, threads), checkWays(sn.Ways, threads))
}

func (s savedStep) check(threads int) error {
	if s.Thread < 0 || int(s.Thread) > threads || int(s.Kind) >= len(kindNames) {
		return fmt.Errorf("there is no step of kind %d by thread %d", s.Kind, s.Thread)
	}
	return nil
}

func checkBranches(list []savedBranch, threads int) error {
	for _, b := range list {
		if err := errors.Join(b.Step.check(threads), checkWays(b.Ways, threads)); err != nil {
			return err
		}
		if len(b.Ways) == 0 {
			return errors.New("a branch leads nowhere")
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

func (st *savedTask) restore(nodes []*node, threads int) (task, error) {
	t := task{guide: restoreWays(st.Guide), done: st.Done}
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
		t.path = append(t.path, place{node: n, cur: p.Cur.restore(), v: p.V, sleep: n.sleep[:p.Sleep]})
	}
	if len(t.path) == 0 {
		return t, errors.New("it has no path")
	}
	return t, checkWays(st.Guide, threads)
}

// check says what is wrong with p, a place at n after that many events.
func (p savedPlace) check(n *node, threads int, events int32) error {
	asleep := len(n.sleep) - 1 // and what was taken
	switch {
	case n.events != events:
		return fmt.Errorf("the node is of event %d, not %d", n.events, events)
	case n.n != 0 && (p.V < 0 || p.V >= n.n):
		return fmt.Errorf("it chooses %d of %d", p.V, n.n)
	case n.n == 0 && (p.Sleep < 0 || p.Sleep > asleep || n.shared && p.Sleep < len(n.sleep)-len(n.active)):
		return fmt.Errorf("%d steps sleep, of %d", p.Sleep, len(n.sleep))
	case n.n != 0 && p.Sleep != 0:
		return errors.New("a choice has steps that sleep")
	}
	return p.Cur.check(threads)
}
