package explore

import (
	"fmt"

	"schedlab/explore/internal/engine"
)

// The judge of the strategies. It enumerates all executions of a prog, step by step on
// explicit states, and shares nothing with engines, clocks and races. It knows what each
// operation does (do), when it can be done (enabled), and which two operations depend on
// each other (writes). The tests that use it are in soundness_test.go.

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
	awaits         uint32 // the objects that it waits for, a bit each
	seen           int8   // the changes of the object that it has looked at in vain
	was            uint32 // r before that load
	had            uint32 // results before it
}

// brute enumerates the executions of a program.
type brute struct {
	code   [][]ins
	limit  int                // of count
	count  int                // executions
	failed int                // executions that break a property
	traces map[string]*traced // of the others, one of each trace
	path   traced

	withLooks map[string]*traced // likewise, if each look in vain is a step
}

// enumerate returns all executions of p; false if there are more than limit.
func enumerate(p *prog, limit int) (*brute, bool) {
	b := &brute{code: p.flat(), limit: limit}
	b.traces, b.withLooks = map[string]*traced{}, map[string]*traced{}
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
	note(b.withLooks, b.path.clone())
	note(b.traces, b.path.withoutLooks())
}

func note(traces map[string]*traced, tr *traced) {
	if key := tr.canonical(); traces[key] == nil {
		traces[key] = tr
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
			// It goes round for ever, unless others change what it has just read.
			o := b.code[i][in.b].obj
			t.awaits, t.seen = 1<<o, s.objs[o].changes
			next = in.b
			t.r, t.results = t.was, t.had // the look has left the thread as it was
			b.path.steps[len(b.path.steps)-1].vain = true
		}
	case pPause:
		// It is in no loop.
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
		if t.awaits&(1<<o) != 0 && s.objs[o].changes != t.seen {
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
	t.was, t.had = t.r, t.results
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
