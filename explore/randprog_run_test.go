package explore

import "schedlab/explore/internal/engine"

// machine executes a prog with the controlled types, and returns its trace.
type machine struct {
	code    [][]ins
	e       *engine.Engine
	outside bool
	*shared

	heap    [objects]*Uint32
	started [maxProcs]*Thread
	who     map[int32]int       // thread id -> number in the program
	names   map[int32]int       // object id -> number in the program
	awaits  map[[2]int32]uint32 // thread id and seq of an event -> what it awaited, after Pause
	results [maxProcs]uint32    // a hash of what its operations returned
}

// shared holds the variables of a program.
type shared struct {
	words   [mutexAt]Uint32
	mutexes [rwAt - mutexAt]Mutex
	rw      RWMutex
	notes   [condAt - noteAt]Note
	cond    Cond
	pointer Pointer[Uint32]
}

func newMachine(p *prog) *machine {
	m := &machine{code: p.flat(), outside: p.outside}
	m.makeShared()
	return m
}

func (m *machine) makeShared() {
	m.shared = &shared{}
	m.cond.L = &m.mutexes[0]
}

// program is the function to explore.
func (m *machine) program() {
	if !m.outside {
		m.makeShared()
	}
	m.heap, m.started, m.results = [objects]*Uint32{}, [maxProcs]*Thread{}, [maxProcs]uint32{}
	m.e = engine.Self("program").Engine()
	m.who, m.names, m.awaits = map[int32]int{0: 0}, map[int32]int{}, map[[2]int32]uint32{}
	m.run(0)
}

// registers are what a thread of a program carries from one instruction to the next.
type registers struct {
	pc, made int
	q        int
	r        uint32
}

// run has nothing else on its stack where it pauses: what is left over there of instructions
// before a loop would make the first round another one.
func (m *machine) run(me int) {
	var g registers
	for g.pc < len(m.code[me]) {
		if m.execute(me, &g) {
			Pause()
			m.noteAwaits()
		}
	}
}

// execute executes the next instruction. It says whether that calls Pause.
//
//go:noinline
func (m *machine) execute(me int, g *registers) (pauses bool) {
	in := m.code[me][g.pc]
	g.pc++
	ret := g.r
	if code := m.code[me]; in.op == pLoad && g.pc < len(code) && code[g.pc].op == pAgain {
		in = ins{op: pAgain, obj: in.obj, a: code[g.pc].a} // the load is the look of that loop
		g.pc++
	}
	switch in.op {
	case pChoose:
		ret = uint32(Choose(in.a))
	case pUnless:
		if g.r != uint32(in.a) {
			g.pc = in.b
		}
	case pAgain:
		ret = m.spin(m.number(in.obj), uint32(in.a))
	case pRepeat:
		if g.r == uint32(in.a) {
			g.pc = in.b
		}
	case pPause:
		return true
	case pNew:
		g.q = heapAt + 2*me + g.made
		m.heap[g.q] = new(Uint32)
		g.made++
	case pPut, pGet, pPutNil:
		g.q, ret = m.point(in, g.q, g.r)
	case pQLoad, pQStore, pQAdd:
		if g.q != 0 {
			ret = m.word(ins{op: direct[in.op], obj: g.q, a: in.a}, g.r)
		}
	case pGo:
		m.start(in.a)
	case pJoin:
		if th := m.started[in.a]; th != nil {
			th.Join()
		}
	case pLoad, pStore, pStoreR, pAdd, pSwap, pCAS, pFWait, pFWake:
		ret = m.word(in, g.r)
	default:
		ret = m.sync(in, g.r)
	}
	if ret != g.r {
		m.results[me] = m.results[me]*31 + ret + 1
	}
	g.r = ret
	return false
}

func (m *machine) start(i int) {
	m.started[i] = Go(func() { m.run(i) })
	m.who[(*engine.Thread)(m.started[i]).ID] = i
}

// noteAwaits notes what the thread awaits after Pause.
//
//go:noinline
func (m *machine) noteAwaits() {
	t := m.e.Current
	set := uint32(0)
	for _, mk := range t.Await {
		set |= 1 << m.names[mk.Obj.ID]
	}
	m.awaits[[2]int32{t.ID, t.Seq + 1}] = set
}

// spin looks at x until it is not a. A look in vain leaves the thread as it was.
//
//go:noinline
func (m *machine) spin(x *Uint32, a uint32) uint32 {
	for {
		if r := x.Load(); r != a {
			return r
		}
		Pause()
		m.noteAwaits()
	}
}

// number returns the number obj, which gets its name.
func (m *machine) number(obj int) (x *Uint32) {
	if x = m.heap[obj]; obj < mutexAt {
		x = &m.words[obj]
	}
	m.names[x.w.Object(m.e, engine.ClassUint32).ID] = obj
	return x
}

// word executes an operation on a number.
func (m *machine) word(in ins, r uint32) uint32 {
	x := m.number(in.obj)
	switch in.op {
	case pLoad:
		return x.Load()
	case pStore:
		x.Store(uint32(in.a))
	case pStoreR:
		x.Store(r + uint32(in.a))
	case pAdd:
		return x.Add(uint32(in.a))
	case pSwap:
		return x.Swap(uint32(in.a))
	case pCAS:
		return uint32(bit(x.CompareAndSwap(uint32(in.a), uint32(in.b))))
	case pFWait:
		return uint32(bit(x.Wait(uint32(in.a), -1)))
	case pFWake:
		return uint32(x.Wake(in.a))
	}
	return r
}

// point executes an operation on the pointer. It returns the thread's pointer and number
// after it.
func (m *machine) point(in ins, q int, r uint32) (int, uint32) {
	m.names[m.pointer.p.Object(m.e).ID] = ptrAt
	switch in.op {
	case pPut:
		m.pointer.Store(m.heap[q])
	case pPutNil:
		return q, uint32(bit(m.pointer.CompareAndSwap(nil, m.heap[q])))
	case pGet:
		p := m.pointer.Load()
		for i, h := range m.heap {
			if h == p {
				return i, r
			}
		}
	}
	return q, r
}

// sync executes an operation on a lock, note or condition.
func (m *machine) sync(in ins, r uint32) uint32 {
	name := func(w *engine.Word, c engine.Class) { m.names[w.Object(m.e, c).ID] = in.obj }
	switch {
	case in.obj < rwAt:
		l := &m.mutexes[in.obj-mutexAt]
		name(&l.w, engine.ClassMutex)
		switch in.op {
		case pLock:
			l.Lock()
		case pTryLock:
			return uint32(bit(l.TryLock()))
		case pUnlock:
			l.Unlock()
		}
	case in.obj < noteAt:
		name(&m.rw.w, engine.ClassRWMutex)
		return m.readers(in, r)
	case in.obj < condAt:
		n := &m.notes[in.obj-noteAt]
		name(&n.w, engine.ClassNote)
		switch in.op {
		case pSleep:
			n.Sleep()
		case pWakeup:
			n.Wakeup()
		case pClear:
			n.Clear()
		}
	default:
		if in.op == pWait {
			m.names[m.cond.L.w.Object(m.e, engine.ClassMutex).ID] = mutexAt
		}
		name(&m.cond.w, engine.ClassCond)
		switch in.op {
		case pWait:
			m.cond.Wait()
		case pSignal:
			m.cond.Signal()
		case pBroad:
			m.cond.Broadcast()
		}
	}
	return r
}

func (m *machine) readers(in ins, r uint32) uint32 {
	switch in.op {
	case pRWLock:
		m.rw.Lock()
	case pRWTry:
		return uint32(bit(m.rw.TryLock()))
	case pRWUnlock:
		m.rw.Unlock()
	case pRLock:
		m.rw.RLock()
	case pTryRLock:
		return uint32(bit(m.rw.TryRLock()))
	case pRUnlock:
		m.rw.RUnlock()
	}
	return r
}

// trace returns the execution that m has just ended.
func (m *machine) trace() *traced {
	e := m.e
	tr := &traced{}
	name := func(id int32) int8 {
		if id == engine.NoObject {
			return -1
		}
		return int8(m.names[id])
	}
	for _, ev := range e.Events {
		s := step2{
			thread: int8(m.who[ev.Thread]), kind: ev.Kind, ok: ev.OK,
			obj: name(ev.Obj), obj2: name(ev.Obj2),
			awaits: m.awaits[[2]int32{ev.Thread, ev.Seq}],
		}
		if isNumber(int(s.obj)) {
			s.old, tr.final[s.obj] = ev.Old, ev.New
		}
		tr.steps = append(tr.steps, s)
	}
	for _, c := range e.Choices {
		tr.choices = append(tr.choices, [2]int8{int8(m.who[c.Thread]), int8(c.V)})
	}
	tr.results, tr.stuck = m.results, e.Outcome == engine.Stuck
	return tr
}
