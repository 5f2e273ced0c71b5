package explore

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
)

// The judge of the strategies. It enumerates all executions of a prog, step by step on
// explicit states, and shares nothing with engines, clocks and races. It knows what each
// operation does (do), when it can be done (enabled), and which two operations depend on
// each other (writes). The tests that use it are in soundness_test.go.

// step2 is one step of an execution.
type step2 struct {
	thread    int8
	kind      engine.Kind
	obj, obj2 int8 // -1: none; obj2 is always written
	ok        bool
	old       uint64 // of a number
	awaits    uint32 // the objects that it waited for after Pause; a bit each
}

// writes says whether s depends on all other steps that touch its object.
func (s *step2) writes() bool {
	switch s.kind {
	case engine.OpLoad, engine.OpRLock, engine.OpTryRLock, engine.OpRUnlock, engine.OpNoteSleep:
		return false
	case engine.OpCAS, engine.OpFutexWait:
		return s.ok
	}
	return true
}

// traced is an execution.
type traced struct {
	steps   []step2
	choices [][2]int8 // thread and number
	final   [objects]uint64
	results [maxProcs]uint32
	stuck   bool
}

// canonical returns the same for two executions if and only if they are the same trace:
// swapping independent neighbours makes one of the other. It lists the steps and choices of
// each thread. For each object it lists the steps that touch it, in the order that matters.
func (tr *traced) canonical() string {
	var b []byte
	var seq [maxProcs]byte
	var touched [objects]bool
	for i := range maxProcs {
		for _, s := range tr.steps {
			if int(s.thread) == i {
				b = append(b, byte(s.kind), byte(s.obj), byte(s.obj2), byte(bit(s.ok)), byte(s.old))
			}
		}
		for _, c := range tr.choices {
			if int(c[0]) == i {
				b = append(b, 'c', byte(c[1]))
			}
		}
		b = binary.BigEndian.AppendUint32(append(b, 't'), tr.results[i])
	}
	for _, s := range tr.steps {
		for o := range int8(objects) {
			touched[o] = touched[o] || s.touches(o)
		}
	}
	for o := range int8(objects) {
		if touched[o] {
			b = tr.order(b, o, seq)
			b = append(b, 'o', byte(tr.final[o]))
		}
	}
	return string(append(b, byte(bit(tr.stuck))))
}

func (s *step2) touches(o int8) bool { return s.obj == o || s.obj2 == o || s.awaits&(1<<o) != 0 }

// order appends the steps that touch o. The order of reads between two writes
// does not matter.
func (tr *traced) order(b []byte, o int8, seq [maxProcs]byte) []byte {
	reads := len(b)
	for i := range tr.steps {
		s := &tr.steps[i]
		seq[s.thread]++
		if !s.touches(o) {
			continue
		}
		id := byte(s.thread)<<5 | seq[s.thread]
		if s.obj == o && s.writes() || s.obj2 == o {
			slices.Sort(b[reads:])
			b = append(b, 'w', id)
			reads = len(b)
		} else {
			b = append(b, id)
		}
	}
	slices.Sort(b[reads:])
	return b
}

// String returns the steps one after the other.
func (tr *traced) String() string {
	var b strings.Builder
	for _, s := range tr.steps {
		fmt.Fprintf(&b, "\tt%d %v", s.thread, s.kind)
		for _, o := range []int8{s.obj, s.obj2} {
			if o >= 0 {
				fmt.Fprint(&b, " ", objName(int(o)))
			}
		}
		if isNumber(int(s.obj)) {
			fmt.Fprint(&b, " which is ", s.old)
		}
		if !s.ok {
			b.WriteString(", in vain")
		}
		if s.awaits != 0 {
			b.WriteString(", having waited")
		}
		b.WriteByte('\n')
	}
	if len(tr.choices) > 0 {
		fmt.Fprintln(&b, "\tchoices (thread, number):", tr.choices)
	}
	if tr.stuck {
		b.WriteString("\tstuck\n")
	}
	return b.String()
}

func (tr *traced) clone() *traced {
	c := *tr
	c.steps, c.choices = slices.Clone(tr.steps), slices.Clone(tr.choices)
	return &c
}

// bruteState is a state of a program. An assignment copies all of it.
type bruteState struct {
	threads [maxProcs]bruteThread
	objs    [objects]bruteObject
}

type bruteObject struct {
	// val is the number, the object in the heap, or whether the object is locked or
	// signaled. Of the RWMutex it is 4 for each reader, 2 if a writer waits for them, and
	// 1 if it is held for writing.
	val     uint32
	changes int8
	queue   [maxProcs]int8
	queued  int
}

type bruteThread struct {
	started, woken bool
	phase          uint8 // of pWait, pFWait: 1 queued, 2 takes the mutex; of pRWLock: 1 waits
	pc             int
	r              uint32
	q, made        int
	results        uint32
	chose          bool   // since the last Pause
	marks, awaits  uint32 // objects read since the last Pause, and waited for: a bit each
	marked, seen   [objects]bruteMark
}

// bruteMark is an object as a thread has read it.
type bruteMark struct {
	version     int8 // the object's changes when first read, and the thread's own ones since
	first, last uint32
}

// mark notes that t has found old in o and left new there.
func (t *bruteThread) mark(o int8, k engine.Kind, old, new uint32, changes int8) {
	m := &t.marked[o]
	switch {
	case t.marks&(1<<o) != 0:
		if old != new && m.version == changes-1 {
			m.version++
		}
		m.last = new
	case k != engine.OpStore:
		t.marks |= 1 << o
		*m = bruteMark{changes, old, new}
	}
}

// brute enumerates the executions of a program.
type brute struct {
	code   [][]ins
	limit  int                // of count
	count  int                // executions
	failed int                // executions that break a property
	traces map[string]*traced // of the others, one of each trace
	path   traced
}

// enumerate returns all executions of p; false if there are more than limit.
func enumerate(p *prog, limit int) (*brute, bool) {
	b := &brute{code: p.flat(), limit: limit, traces: map[string]*traced{}}
	var s bruteState
	s.threads[0].started = true
	b.explore(s)
	return b, b.count <= limit
}

func (b *brute) explore(s bruteState) {
	if b.count > b.limit || b.settle(&s) {
		return
	}
	any, ended := false, true
	for i := range b.code {
		ended = ended && (!s.threads[i].started || b.over(&s, i))
		if b.enabled(&s, i) {
			any = true
			b.step(s, i)
		}
	}
	if any {
		return
	}
	b.count++
	for o := range s.objs {
		b.path.final[o] = 0
		if isNumber(o) {
			b.path.final[o] = uint64(s.objs[o].val)
		}
	}
	for i := range s.threads {
		b.path.results[i] = s.threads[i].results
	}
	b.path.stuck = !ended
	key := b.path.canonical()
	if b.traces[key] == nil {
		b.traces[key] = b.path.clone()
	}
}

func (b *brute) over(s *bruteState, i int) bool { return s.threads[i].pc == len(b.code[i]) }

// settle executes what is no step, up to the next step of each thread. It returns true if
// it met a Choose and has explored each of its numbers.
func (b *brute) settle(s *bruteState) bool {
	for i := range b.code {
		for t := &s.threads[i]; t.started && !b.over(s, i); {
			in := b.code[i][t.pc]
			if in.op == pChoose {
				b.choose(i, in.a, func(v int) {
					c := *s
					c.threads[i].pc++
					c.threads[i].answer(uint32(v))
					c.threads[i].chose = c.threads[i].chose || in.a > 1
					b.explore(c)
				})
				return true
			}
			if !b.local(s, i, t, in) {
				break
			}
		}
	}
	return false
}

// choose calls f with each number below n.
func (b *brute) choose(i, n int, f func(int)) {
	for v := range n {
		b.path.choices = append(b.path.choices, [2]int8{int8(i), int8(v)})
		f(v)
		b.path.choices = b.path.choices[:len(b.path.choices)-1]
	}
}

// answer notes that t's last operation returned ret.
func (t *bruteThread) answer(ret uint32) {
	if ret != t.r {
		t.results = t.results*31 + ret + 1
	}
	t.r = ret
}

// local executes in if it is no step, and says whether it did.
func (b *brute) local(s *bruteState, i int, t *bruteThread, in ins) bool {
	next := t.pc + 1
	switch in.op {
	case pUnless:
		if t.r != uint32(in.a) {
			next = in.b
		}
	case pAgain:
		if t.r == uint32(in.a) {
			t.pause()
			next = in.b
		}
	case pPause:
		t.pause()
	case pNew:
		t.q = heapAt + 2*i + t.made
		t.made++
	case pQLoad, pQStore, pQAdd:
		if t.q != 0 {
			return false
		}
	case pGo:
		s.threads[in.a].started = true
	case pJoin:
		if s.threads[in.a].started {
			return false
		}
	default:
		return false
	}
	t.pc = next
	return true
}

// pause makes t's next step wait until others change what t has read since its last Pause.
// There are three exceptions: t itself has seen it change, it is the RWMutex, or t has
// chosen.
func (t *bruteThread) pause() {
	if t.chose {
		t.marks, t.chose = 0, false
	}
	for o, m := range t.marked {
		if t.marks&(1<<o) != 0 && (m.first != m.last || o == rwAt) {
			t.marks = 0
		}
	}
	if t.marks != 0 {
		t.awaits, t.seen = t.marks, t.marked
		t.marks = 0
	}
}

func (b *brute) enabled(s *bruteState, i int) bool {
	t := &s.threads[i]
	if !t.started || b.over(s, i) || t.awaits != 0 && !t.changed(s) {
		return false
	}
	in := b.code[i][t.pc]
	o := &s.objs[in.obj]
	switch in.op {
	case pLock:
		return o.val == 0
	case pRWLock:
		return t.phase == 0 && o.val&3 == 0 || t.phase == 1 && o.val == 2
	case pRLock:
		return o.val&3 == 0
	case pSleep:
		return o.val == 1
	case pJoin:
		return b.over(s, in.a)
	case pWait, pFWait:
		return t.phase == 0 || t.phase == 1 && t.woken || t.phase == 2 && s.objs[mutexAt].val == 0
	}
	return true
}

func (t *bruteThread) changed(s *bruteState) bool {
	for o := range s.objs {
		if t.awaits&(1<<o) != 0 && s.objs[o].changes != t.seen[o].version {
			return true
		}
	}
	return false
}

// step executes the next step of thread i and explores what follows.
func (b *brute) step(s bruteState, i int) {
	t := &s.threads[i]
	in := b.code[i][t.pc]
	r := step2{thread: int8(i), obj: int8(in.obj), obj2: -1, ok: true, awaits: t.awaits}
	if t.phase > 0 {
		b.wait(s, i, in, r)
		return
	}
	switch in.op {
	case pFWake:
		r.kind = engine.OpFutexWake
		b.wake(s, i, in, r, 0, 0)
		return
	case pQLoad, pQStore, pQAdd:
		in.op, in.obj, r.obj = direct[in.op], t.q, int8(t.q)
	case pJoin:
		r.kind, r.obj = engine.OpJoin, -1
		t.pc++
		b.done(s, i, r, 0, 0)
		return
	}
	o := &s.objs[in.obj]
	if isNumber(in.obj) {
		r.old = uint64(o.val)
	}
	ret := t.r
	touched := o
	if in.op == pWait {
		touched = &s.objs[mutexAt]
	}
	old := touched.val
	ok := b.do(&s, i, in, &r, &ret)
	if !ok {
		b.count++
		b.failed++
		return
	}
	new := touched.val
	if in.op == pSignal || in.op == pBroad {
		old, new, ret = ret, ret, t.r // ret is the number of threads woken
	}
	if t.phase == 0 {
		t.pc++
		t.answer(ret)
	}
	b.done(s, i, r, old, new)
}

// done notes that r has happened, which found old and left new, and explores what follows.
func (b *brute) done(s bruteState, i int, r step2, old, new uint32) {
	t := &s.threads[i]
	if r.obj >= 0 {
		o := &s.objs[r.obj]
		if old != new {
			o.changes++
		}
		t.mark(r.obj, r.kind, old, new, o.changes)
	}
	if r.obj2 >= 0 {
		s.objs[r.obj2].changes++
	}
	t.awaits = 0
	b.path.steps = append(b.path.steps, r)
	b.explore(s)
	b.path.steps = b.path.steps[:len(b.path.steps)-1]
}

// do executes in on its object. It returns false if that is a violation.
func (b *brute) do(s *bruteState, i int, in ins, r *step2, ret *uint32) bool {
	o := &s.objs[in.obj]
	t := &s.threads[i]
	val := o.val
	set := func(k engine.Kind, v uint32) { r.kind, o.val = k, v }
	try := func(k engine.Kind, can bool, v uint32) {
		r.kind, r.ok, *ret = k, can, 0
		if can {
			o.val, *ret = v, 1
		}
	}
	switch in.op {
	case pLoad:
		r.kind, *ret = engine.OpLoad, val
	case pStore:
		set(engine.OpStore, uint32(in.a))
	case pStoreR:
		set(engine.OpStore, t.r+uint32(in.a))
	case pAdd:
		set(engine.OpAdd, val+uint32(in.a))
		*ret = o.val
	case pSwap:
		set(engine.OpSwap, uint32(in.a))
		*ret = val
	case pCAS:
		try(engine.OpCAS, val == uint32(in.a), uint32(in.b))
	case pPut:
		set(engine.OpStore, uint32(t.q))
	case pPutNil:
		try(engine.OpCAS, val == 0, uint32(t.q))
	case pGet:
		r.kind, t.q = engine.OpLoad, int(val)
	case pLock:
		set(engine.OpLock, 1)
	case pRWLock:
		set(engine.OpLock, 1)
		if val != 0 {
			r.ok, t.phase, o.val = false, 1, val+2
		}
	case pTryLock, pRWTry:
		try(engine.OpTryLock, val == 0, 1)
	case pUnlock, pRWUnlock:
		set(engine.OpUnlock, 0)
		return val == 1
	case pRLock:
		set(engine.OpRLock, val+4)
	case pTryRLock:
		try(engine.OpTryRLock, val&3 == 0, val+4)
	case pRUnlock:
		set(engine.OpRUnlock, val-4)
		return val >= 4
	case pSleep:
		r.kind = engine.OpNoteSleep
	case pWakeup:
		set(engine.OpNoteWakeup, 1)
		return val == 0
	case pClear:
		set(engine.OpNoteClear, 0)
	case pWait:
		m := &s.objs[mutexAt]
		r.obj, r.obj2, r.kind = mutexAt, condAt, engine.OpCondWait
		held := m.val != 0
		m.val = 0
		b.enqueue(s, i, in.obj)
		return held
	case pFWait:
		r.kind, r.ok = engine.OpFutexWait, val == uint32(in.a)
		if r.ok {
			b.enqueue(s, i, in.obj)
		}
		*ret = 0
	case pSignal, pBroad:
		n := o.queued
		r.kind, r.ok = engine.OpBroadcast, n > 0
		if in.op == pSignal {
			n, r.kind = min(n, 1), engine.OpSignal
		}
		for range n {
			s.wakeOne(in.obj, 0)
		}
		*ret = uint32(n)
	default:
		panic(fmt.Sprint("brute: no step: ", in.op))
	}
	return true
}

func (b *brute) enqueue(s *bruteState, i, obj int) {
	o := &s.objs[obj]
	o.queue[o.queued] = int8(i)
	o.queued++
	s.threads[i].phase, s.threads[i].woken = 1, false
}

func (s *bruteState) wakeOne(obj, k int) {
	o := &s.objs[obj]
	s.threads[o.queue[k]].woken = true
	copy(o.queue[k:], o.queue[k+1:o.queued])
	o.queued--
}

// wait continues a wait that has begun. A woken thread goes on, or takes the mutex of its
// Cond. A writer goes on when the readers of the RWMutex are gone.
func (b *brute) wait(s bruteState, i int, in ins, r step2) {
	t := &s.threads[i]
	switch {
	case t.phase == 2:
		r.kind, r.obj = engine.OpLock, mutexAt
		s.objs[mutexAt].val = 1
		t.phase = 0
		t.pc++
		b.done(s, i, r, 0, 1)
	case in.op == pRWLock:
		r.kind = engine.OpDrain
		s.objs[rwAt].val = 1
		t.phase = 0
		t.pc++
		b.done(s, i, r, 2, 1)
	case in.op == pWait:
		r.kind, r.obj = engine.OpWoken, -1
		t.phase = 2
		b.done(s, i, r, uint32(r.old), uint32(r.old))
	default:
		r.kind, r.obj = engine.OpWoken, -1
		t.phase = 0
		t.pc++
		t.answer(1)
		b.done(s, i, r, uint32(r.old), uint32(r.old))
	}
}

// wake is the Wake of a futex, which may wake any of the threads that wait. So far it has
// woken n of them, which stood in the queue before at.
func (b *brute) wake(s bruteState, i int, in ins, r step2, n, at int) {
	o := &s.objs[in.obj]
	left := min(in.a-n, o.queued-at)
	if left == 0 {
		t := &s.threads[i]
		r.ok = n > 0
		r.old = uint64(o.val)
		t.pc++
		t.answer(uint32(n))
		b.done(s, i, r, uint32(r.old), uint32(r.old))
		return
	}
	one := func(k int) {
		c := s
		c.wakeOne(in.obj, at+k)
		b.wake(c, i, in, r, n+1, at+k)
	}
	if places := o.queued - at - left + 1; places == 1 {
		one(0)
	} else {
		b.choose(i, places, one)
	}
}

// followed is a strategy with a function that is called after each execution.
type followed struct {
	engine.Strategy
	after func(e *engine.Engine)
}

func (w followed) End(e *engine.Engine) {
	w.Strategy.End(e)
	w.after(e)
}

// found is what a strategy has found.
type found struct {
	Result
	traces   map[string]*traced // of the executions that came to an end
	times    map[string]int     // the number of executions of each trace
	diverged *Violation
}

// explored explores p with s.
func (p *prog) explored(s engine.Strategy) *found {
	m := newMachine(p)
	f := &found{traces: map[string]*traced{}, times: map[string]int{}}
	cfg := defaults()
	cfg.KeepGoing = true
	e := newEngine(cfg, m.program, followed{s, func(e *engine.Engine) {
		switch e.Outcome {
		case engine.Complete, engine.Stuck:
			tr := m.trace()
			key := tr.canonical()
			f.traces[key] = tr
			f.times[key]++
		case engine.Diverged:
			f.diverged = (*Violation)(e.Failure)
		}
	}})
	defer e.Close()
	f.Result = explore(e, nil)
	return f
}

// compare says what is wrong with f, given all executions; "": nothing. once says that no
// trace may have been executed twice.
func (b *brute) compare(f *found, once bool) string {
	if f.diverged != nil {
		return fmt.Sprint("divergence: ", f.diverged)
	}
	if b.failed > 0 {
		if f.Violations == 0 {
			return "a violation is missed"
		}
		return ""
	}
	for key, tr := range f.traces {
		if b.traces[key] == nil {
			return fmt.Sprintf("invented: this is no execution of the program:\n%s", tr)
		}
		if n := f.times[key]; n != 1 && once {
			return fmt.Sprintf("repeated %d times:\n%s", n, tr)
		}
	}
	for key, tr := range b.traces {
		if f.traces[key] == nil {
			return fmt.Sprintf("missing (one of %d; there are %d traces):\n%s",
				len(b.traces)-len(f.traces), len(b.traces), tr)
		}
	}
	if f.Violations != f.Stuck {
		return fmt.Sprintf("%d executions are failures, but %d are stuck: %v",
			f.Violations, f.Stuck, f.Violation)
	}
	return ""
}
