package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random programs that record operations. recProg.run executes one with the controlled types,
// and recBrute enumerates its interleavings on explicit states. Both collect the histories: for
// each operation its answer and, for each two, whether one returned before the other was
// called.

type recKind uint8

const (
	recLoad     recKind = iota // r = x
	recStore                   // x = a
	recAdd                     // r = x += a
	recCAS                     // r = CAS(x, a, b)
	recLock                    // m.Lock
	recUnlock                  // m.Unlock
	recChoose                  // r = Choose(2)
	recCall                    // an operation begins
	recReturn                  // it ends, and answers r
	recReturnIf                // if r == a: it ends there
	recLook                    // r = how many operations have been called, and have returned

	// Not enumerated by recBrute:
	recSpin // for r = x; r == a; r = x: Pause
	recWait // r = x.Wait(a), for a time
	recWake // r = x.Wake(1)
)

var recNames = [...]string{
	"load", "store", "add", "cas", "lock", "unlock", "choose", "call", "return", "return if",
	"look", "spin", "wait", "wake",
}

type recIns struct {
	kind      recKind
	obj, a, b int
}

func (in recIns) String() string {
	return fmt.Sprintf("%s %d %d %d", recNames[in.kind], in.obj, in.a, in.b)
}

// recProg is the code of each thread.
type recProg [][]recIns

func (p recProg) String() string {
	var b strings.Builder
	for i, code := range p {
		fmt.Fprintf(&b, "%d: %v\n", i, code)
	}
	return b.String()
}

const (
	recWords   = 2
	recThreads = 3
	recOps     = 3 // of a thread, at most
)

// recProfile says what random programs are made of.
type recProfile struct {
	name                    string
	lock, choose, not, wait int // of 16 operations: with a lock, Choose, no step, a wait
	look                    bool
}

var recProfiles = []recProfile{
	{name: "words"},
	{name: "locks", lock: 6},
	{name: "choices", choose: 6},
	{name: "empty", not: 6},
	{name: "looks", look: true},
	{name: "all", lock: 3, choose: 3, not: 3, look: true},
}

func (pf recProfile) random(r *rand.Rand) (p recProg) {
	for range 2 + r.IntN(recThreads-1) {
		var code []recIns
		for range 1 + r.IntN(recOps) {
			if r.IntN(4) == 0 {
				code = append(code, recStep(r))
			}
			code = append(code, pf.operation(r)...)
		}
		if pf.look && r.IntN(2) == 0 {
			at := r.IntN(len(code) + 1)
			code = slices.Insert(code, at, recIns{kind: recLook})
		}
		p = append(p, code)
	}
	return p
}

func recStep(r *rand.Rand) recIns {
	kinds := []recKind{recLoad, recLoad, recStore, recAdd, recCAS}
	return recIns{kinds[r.IntN(len(kinds))], r.IntN(recWords), r.IntN(2), 1 + r.IntN(2)}
}

func (pf recProfile) operation(r *rand.Rand) []recIns {
	op := []recIns{{kind: recCall}}
	switch k := r.IntN(16); {
	case k < pf.not:
	case k < pf.not+pf.lock:
		op = append(op, recIns{kind: recLock}, recStep(r), recIns{kind: recUnlock})
	case k < pf.not+pf.lock+pf.choose:
		op = append(op, recStep(r), recIns{kind: recChoose})
		op = append(op, recIns{kind: recReturnIf, a: r.IntN(2)})
		if r.IntN(2) == 0 {
			op = append(op, recStep(r))
		}
	case k < pf.not+pf.lock+pf.choose+pf.wait:
		kind := []recKind{recSpin, recWait, recWait, recWake}[r.IntN(4)]
		op = append(op, recIns{kind: kind, obj: r.IntN(recWords)})
		if r.IntN(2) == 0 {
			op = append(op, recIns{kind: recReturnIf, a: r.IntN(2)}, recStep(r))
		}
	default:
		op = append(op, recStep(r))
		if r.IntN(3) > 0 {
			if r.IntN(2) == 0 {
				op = append(op, recIns{kind: recReturnIf, a: r.IntN(2)})
			}
			op = append(op, recStep(r))
		}
	}
	return append(op, recIns{kind: recReturn})
}

// recHistory is what has been recorded in one execution, and what threads have found.
type recHistory struct {
	clock int
	calls [recThreads][recOps]int // 0: not called
	rets  [recThreads][recOps]int
	r     [recThreads]int
}

func (h *recHistory) call(i, op int) { h.calls[i][op] = 2*h.clock + 1 }

func (h *recHistory) ret(i, op int) {
	h.clock++
	h.rets[i][op] = 2 * h.clock
}

// answer notes that thread i has found v.
func (h *recHistory) answer(i, v int) { h.r[i] = (h.r[i]*31 + v + 1) % 1_000_003 }

// look returns how many operations have been called and have returned.
func (h *recHistory) look() (n int) {
	for i := range h.calls {
		for k := range h.calls[i] {
			if h.calls[i][k] > 0 {
				n += 10
			}
			if h.rets[i][k] > 0 {
				n++
			}
		}
	}
	return n
}

// key is the same for two histories if and only if they have the same answers, and the same
// operations returned before others were called.
func (h *recHistory) key() string {
	var b strings.Builder
	fmt.Fprint(&b, h.r)
	for i := range h.rets {
		for k, ret := range h.rets[i] {
			for j := range h.calls {
				for l, call := range h.calls[j] {
					if i != j && ret > 0 && call > 0 && ret < call {
						fmt.Fprintf(&b, " %d.%d<%d.%d", i, k, j, l)
					}
				}
			}
		}
	}
	return b.String()
}

// run executes p as a program that is explored, and gives the history to done.
func (p recProg) run(done func(*recHistory)) func() {
	return func() {
		h := &recHistory{}
		var m Mutex
		var x [recWords]Uint32
		for i := range x {
			Name(&x[i], fmt.Sprint("x", i))
			x[i].Store(0)
		}
		m.Lock()
		m.Unlock()
		left := len(p)
		for i, code := range p {
			Go(func() {
				recExecute(i, code, h, &m, &x)
				if left--; left == 0 {
					done(h)
				}
			})
		}
	}
}

// recExecute executes the code of thread i.
func recExecute(i int, code []recIns, h *recHistory, m *Mutex, x *[recWords]Uint32) {
	var op Operation
	r, n := 0, -1
	end := func() { op.Return(func() { h.ret(i, n) }) }
	for pc := 0; pc < len(code); pc++ {
		in := code[pc]
		switch in.kind {
		case recLoad:
			r = int(x[in.obj].Load())
		case recStore:
			x[in.obj].Store(uint32(in.a))
		case recAdd:
			r = int(x[in.obj].Add(uint32(in.a)))
		case recCAS:
			r = int(bit(x[in.obj].CompareAndSwap(uint32(in.a), uint32(in.b))))
		case recLock:
			m.Lock()
		case recUnlock:
			m.Unlock()
		case recChoose:
			r = Choose(2)
		case recLook:
			Recorded(func() { r = h.look() })
		case recSpin:
			for r = int(x[in.obj].Load()); r == in.a; r = int(x[in.obj].Load()) {
				Pause()
			}
		case recWait:
			r = int(bit(x[in.obj].Wait(uint32(in.a), 5)))
		case recWake:
			r = x[in.obj].Wake(1)
		case recCall:
			n++
			op.Call(func() { h.call(i, n) })
		case recReturn:
			end()
		case recReturnIf:
			if r == in.a {
				end()
				pc = endOf(code, pc)
			}
		}
		if in.kind < recCall || in.kind >= recLook {
			h.answer(i, r)
		}
	}
}

// endOf returns where the operation ends in which pc is.
func endOf(code []recIns, pc int) int {
	for code[pc].kind != recReturn {
		pc++
	}
	return pc
}
