package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random programs as data. Two interpreters execute them: machine (randprog_run_test.go)
// with the controlled types, and brute (brute_test.go), which enumerates the executions.

// progOp is what an instruction does. r is the thread's number and q the thread's pointer.
// x, m, w, n, c and p are shared objects.
type progOp uint8

const (
	pLoad     progOp = iota // r = x
	pStore                  // x = a
	pStoreR                 // x = r+a
	pAdd                    // r = x += a
	pSwap                   // r, x = x, a
	pCAS                    // r = CAS(x, a, b)
	pChoose                 // r = Choose(a)
	pIf                     // if r == a: body
	pSpin                   // for r = x; r == a; r = x: Pause
	pLoop                   // for r = x; r == a; r = x: nothing
	pPause                  // Pause
	pLock                   // m.Lock
	pTryLock                // r = m.TryLock; if so: body, Unlock
	pUnlock                 // m.Unlock
	pRWLock                 // w.Lock
	pRWTry                  // r = w.TryLock; if so: body, Unlock
	pRWUnlock               // w.Unlock
	pRLock                  // w.RLock
	pTryRLock               // r = w.TryRLock; if so: body, RUnlock
	pRUnlock                // w.RUnlock
	pSleep                  // n.Sleep
	pWakeup                 // n.Wakeup
	pClear                  // n.Clear
	pWait                   // c.Wait, under m0
	pSignal                 // c.Signal
	pBroad                  // c.Broadcast
	pFWait                  // r = x.Wait(a)
	pFWake                  // r = x.Wake(a)
	pNew                    // q = new
	pPut                    // p.Store(q)
	pGet                    // q = p.Load
	pPutNil                 // r = CAS(p, nil, q)
	pQLoad                  // r = *q, unless q is nil
	pQStore                 // *q = a, unless q is nil
	pQAdd                   // r = *q += a, unless q is nil
	pGo                     // start thread a
	pJoin                   // join thread a, if it has been started

	// Made by flat.
	pUnless // if r != a: jump to b
	pAgain  // if r == a: Pause, jump to b
	pRepeat // if r == a: jump to b
)

// ins is an instruction.
type ins struct {
	op   progOp
	obj  int
	a, b int
	body []ins
}

// prog is a program: the code of each thread. The first thread starts.
type prog struct {
	threads [][]ins
	outside bool // its variables are made once, not in each execution
}

// The shared objects are numbered by kind.
const (
	wordAt   = 0
	mutexAt  = 3
	rwAt     = 5
	noteAt   = 6
	condAt   = 8
	ptrAt    = 9
	heapAt   = 10 // two of each thread
	maxProcs = 5
	objects  = heapAt + 2*maxProcs
)

func objName(o int) string {
	switch {
	case o < mutexAt:
		return string("xyz"[o])
	case o < rwAt:
		return fmt.Sprint("m", o-mutexAt)
	case o < noteAt:
		return "w"
	case o < condAt:
		return fmt.Sprint("n", o-noteAt)
	case o < ptrAt:
		return "c"
	case o < heapAt:
		return "p"
	}
	return fmt.Sprint("new", o-heapAt)
}

// isNumber says whether o holds a number, not a lock or a pointer.
func isNumber(o int) bool { return o >= 0 && o < mutexAt || o >= heapAt }

// direct maps an operation through the thread's pointer to one on the object it points to.
var direct = map[progOp]progOp{pQLoad: pLoad, pQStore: pStore, pQAdd: pAdd}

// flat appends body to code, with jumps in place of nested bodies.
func flat(code []ins, body []ins) []ins {
	for _, in := range body {
		switch in.op {
		case pIf:
			at := len(code)
			code = flat(append(code, ins{op: pUnless, a: in.a}), in.body)
			code[at].b = len(code)
		case pTryLock, pRWTry, pTryRLock:
			end := map[progOp]progOp{
				pTryLock: pUnlock, pRWTry: pRWUnlock, pTryRLock: pRUnlock,
			}[in.op]
			code = append(code, ins{op: in.op, obj: in.obj})
			at := len(code)
			code = flat(append(code, ins{op: pUnless, a: 1}), in.body)
			code = append(code, ins{op: end, obj: in.obj})
			code[at].b = len(code)
		case pSpin:
			code = append(code, ins{op: pLoad, obj: in.obj}, ins{op: pAgain, a: in.a, b: len(code)})
		case pLoop:
			code = append(code,
				ins{op: pLoad, obj: in.obj}, ins{op: pRepeat, a: in.a, b: len(code)})
		default:
			code = append(code, in)
		}
	}
	return code
}

func (p *prog) flat() [][]ins {
	all := make([][]ins, len(p.threads))
	for i, body := range p.threads {
		all[i] = flat(nil, body)
	}
	return all
}

// progText holds each instruction as Go. $o is the object, $a and $b are numbers. An
// instruction with a body ends in {.
var progText = [...]string{
	pLoad: "r = $o.Load()", pStore: "$o.Store($a)", pStoreR: "$o.Store(r + $a)",
	pAdd: "r = $o.Add($a)", pSwap: "r = $o.Swap($a)",
	pCAS: "r = $o.CompareAndSwap($a, $b)", pChoose: "r = Choose($a)", pIf: "if r == $a {",
	pSpin: "for r = $o.Load(); r == $a; r = $o.Load() { Pause() }", pPause: "Pause()",
	pLoop: "for r = $o.Load(); r == $a; r = $o.Load() {}",
	pLock: "$o.Lock()", pTryLock: "if $o.TryLock() { // and Unlock", pUnlock: "$o.Unlock()",
	pRWLock: "$o.Lock()", pRWTry: "if $o.TryLock() { // and Unlock", pRWUnlock: "$o.Unlock()",
	pRLock: "$o.RLock()", pTryRLock: "if $o.TryRLock() { // and RUnlock", pRUnlock: "$o.RUnlock()",
	pSleep: "$o.Sleep()", pWakeup: "$o.Wakeup()", pClear: "$o.Clear()",
	pWait: "$o.Wait() // with m0", pSignal: "$o.Signal()", pBroad: "$o.Broadcast()",
	pFWait: "r = $o.Wait($a, -1)", pFWake: "r = $o.Wake($a)",
	pNew: "q = new(Uint32)", pPut: "$o.Store(q)", pGet: "q = $o.Load()",
	pPutNil: "r = $o.CompareAndSwap(nil, q)",
	pQLoad:  "r = q.Load()", pQStore: "q.Store($a)", pQAdd: "r = q.Add($a)",
	pGo: "Go(t$a)", pJoin: "t$a.Join()",
}

// String returns p in something like Go.
func (p *prog) String() string {
	var b strings.Builder
	if p.outside {
		b.WriteString("variables outside the program\n")
	}
	for i, body := range p.threads {
		if i == 0 || len(body) > 0 {
			fmt.Fprintf(&b, "t%d:\n", i)
			write(&b, body, "\t")
		}
	}
	return b.String()
}

func write(b *strings.Builder, body []ins, indent string) {
	for _, in := range body {
		values := strings.NewReplacer(
			"$o", objName(in.obj), "$a", fmt.Sprint(in.a), "$b", fmt.Sprint(in.b))
		text := values.Replace(progText[in.op])
		fmt.Fprintf(b, "%s%s\n", indent, text)
		if strings.Contains(text, "{ //") || strings.HasSuffix(text, "{") {
			write(b, in.body, indent+"\t")
			fmt.Fprintf(b, "%s}\n", indent)
		}
	}
}

// A profile says what random programs are made of.
type profile struct {
	name    string
	ops     []progOp // one that is there twice is twice as likely
	threads int      // at most, besides the first
	length  int      // of a thread, at most
	words   int      // number of shared words

	// uncut: no execution is cut, because nothing blocks and there is no Choose.
	uncut bool
}

var atomics = []progOp{pLoad, pLoad, pLoad, pStore, pStore, pStoreR, pAdd, pSwap, pCAS, pCAS, pIf}

var profiles = []profile{
	{"loads and stores", []progOp{pLoad, pLoad, pStore, pStore, pStoreR, pIf}, 4, 3, 3, true},
	{"one word", atomics, 3, 3, 1, true},
	{"atomics", atomics, 3, 4, 2, true},
	{"CAS", []progOp{pCAS, pCAS, pCAS, pIf, pLoad}, 4, 3, 1, true},
	{"pointers", []progOp{
		pNew, pPut, pPut, pGet, pGet, pPutNil, pQLoad, pQStore, pQAdd, pLoad, pStore, pIf,
	}, 3, 4, 1, true},
	{"choices", append([]progOp{pChoose, pChoose, pIf, pStoreR}, atomics...), 3, 3, 2, false},
	{"locks", []progOp{pLock, pLock, pLock, pTryLock, pLoad, pStore, pIf}, 3, 3, 1, false},
	{"readers", []progOp{
		pRLock, pRLock, pRWLock, pRWTry, pTryRLock, pLoad, pStore, pIf,
	}, 3, 3, 1, false},
	{"notes", []progOp{
		pSleep, pSleep, pWakeup, pWakeup, pClear, pLoad, pStore, pIf,
	}, 3, 3, 1, false},
	{"spins", append([]progOp{pSpin, pSpin, pSpin, pPause}, atomics...), 3, 3, 2, false},
	{"pauses and locks", []progOp{
		pPause, pPause, pLock, pLock, pTryLock, pSleep, pWakeup, pStore, pLoad,
	}, 3, 3, 1, false},
	{"conds", []progOp{pLock, pLock, pLock, pSignal, pBroad, pLoad, pStore, pIf}, 3, 3, 1, false},
	{"futex", []progOp{pFWait, pFWait, pFWake, pFWake, pStore, pLoad, pIf}, 3, 3, 1, false},
	{"all", append([]progOp{
		pLock, pTryLock, pRLock, pRWLock, pSleep, pWakeup, pSpin, pFWait, pFWake, pSignal,
		pNew, pPut, pGet, pQLoad, pQStore, pChoose,
	}, atomics...), 3, 4, 2, false},
}

// loops is the profile of programs with loops that have no Pause. They have no end, so brute
// does not enumerate their executions.
var loops = profile{"loops", []progOp{
	pLoop, pLoop, pLoop, pLoad, pStore, pStore, pAdd, pIf, pChoose,
}, 3, 2, 2, false}

// generator makes random programs.
type generator struct {
	*rand.Rand
	profile
	made int  // number of pNew in this thread
	awry bool // locks may be used wrongly
}

// random returns a random program.
func (pf profile) random(r *rand.Rand) *prog {
	g := &generator{Rand: r, profile: pf, awry: r.IntN(30) == 0}
	n := 2 + r.IntN(pf.threads-1)
	p := &prog{threads: make([][]ins, n+1), outside: r.IntN(4) == 0}
	for i := 1; i <= n; i++ {
		g.made = 0
		p.threads[i] = g.body(1+r.IntN(pf.length), 0)
	}
	g.made = 0
	var first []ins
	if r.IntN(3) == 0 {
		first = g.body(1+r.IntN(2), 1)
	}
	for i := 1; i <= n; i++ {
		if i > 1 && r.IntN(5) == 0 {
			g.startIn(p, 1+r.IntN(i-1), i)
			continue
		}
		if i > 1 && r.IntN(6) == 0 {
			g.joinBefore(p, first, i)
		}
		first = append(first, ins{op: pGo, a: i})
	}
	if r.IntN(3) == 0 {
		first = append(first, g.body(1+r.IntN(2), 1)...)
	}
	for _, in := range slices.Clone(first) {
		if in.op == pGo && r.IntN(6) == 0 {
			first = append(first, ins{op: pJoin, a: in.a})
			first = append(first, g.body(r.IntN(2), 1)...)
		}
	}
	p.threads[0] = first
	return p
}

// startIn lets thread i start thread j. It may also join j, and do so under a condition.
func (g *generator) startIn(p *prog, i, j int) {
	in := []ins{{op: pGo, a: j}}
	if g.IntN(3) == 0 {
		in = append(append(in, g.body(1, 1)...), ins{op: pJoin, a: j})
	}
	if g.IntN(3) == 0 {
		in = []ins{{op: pIf, a: g.IntN(2), body: in}}
	}
	at := g.IntN(len(p.threads[i]) + 1)
	p.threads[i] = slices.Insert(p.threads[i], at, in...)
}

// joinBefore lets thread i join a thread that the first thread has started earlier.
func (g *generator) joinBefore(p *prog, first []ins, i int) {
	for _, in := range first {
		if in.op == pGo && g.IntN(2) == 0 {
			at := g.IntN(len(p.threads[i]) + 1)
			p.threads[i] = slices.Insert(p.threads[i], at, ins{op: pJoin, a: in.a})
			return
		}
	}
}

// body returns n random instructions, with their bodies and unlocks.
func (g *generator) body(n, depth int) (b []ins) {
	for range n {
		b = append(b, g.ins(depth)...)
	}
	return b
}

func (g *generator) ins(depth int) []ins {
	in := ins{op: g.ops[g.IntN(len(g.ops))], obj: g.IntN(g.words), a: g.IntN(3), b: 1 + g.IntN(2)}
	switch in.op {
	case pAdd, pQAdd:
		in.a = 1
	case pChoose:
		in.a = 2 + g.IntN(2)
	case pIf:
		if depth > 1 {
			return g.ins(depth)
		}
		return []ins{
			{op: pLoad, obj: in.obj},
			{op: pIf, a: in.a % 2, body: g.body(1+g.IntN(2), depth+1)},
		}[g.IntN(2):]
	case pSpin, pLoop:
		in.a = 0
	case pFWake:
		in.a = 1 + g.IntN(2)
	case pFWait:
		in.a = g.IntN(2)
	case pSleep, pWakeup, pClear:
		in.obj = noteAt + g.IntN(2)
	case pSignal, pBroad:
		in.obj = condAt
	case pPut, pGet, pPutNil:
		in.obj = ptrAt
	case pNew:
		if g.made == 2 {
			return g.ins(depth)
		}
		g.made++
	case pLock, pTryLock:
		return g.section(in, mutexAt+g.IntN(2), pUnlock, depth)
	case pRWLock, pRWTry:
		return g.section(in, rwAt, pRWUnlock, depth)
	case pRLock, pTryRLock:
		return g.section(in, rwAt, pRUnlock, depth)
	}
	return []ins{in}
}

// section returns a critical section: in, its body, and end.
func (g *generator) section(in ins, obj int, end progOp, depth int) []ins {
	in.obj = obj
	if depth < 2 {
		in.body = g.body(g.IntN(2), depth+1)
		if g.name == "conds" && obj == mutexAt && g.IntN(2) == 0 {
			in.body = append(in.body, ins{op: pWait, obj: condAt})
		}
	}
	switch in.op {
	case pTryLock, pRWTry, pTryRLock:
		return []ins{in}
	}
	b := append([]ins{{op: in.op, obj: obj}}, in.body...)
	if g.awry && g.IntN(3) == 0 {
		return b[g.IntN(2):]
	}
	return append(b, ins{op: end, obj: obj})
}

// shrink returns the smallest program that it finds below p and that fails, too.
func (p *prog) shrink(fails func(*prog) bool) *prog {
	for again := true; again; {
		again = false
		for i := range p.threads {
			for at := 0; ; at++ {
				smaller := p.without(i, at)
				if smaller == nil {
					break
				}
				for _, q := range smaller {
					if fails(q) {
						p, again, at = q, true, at-1
						break
					}
				}
			}
		}
	}
	return p
}

// without returns p without the at-th instruction of thread i, counting those of bodies. If
// the instruction has a body, it also returns p with the body in its place. It returns nil
// if there is no such instruction.
func (p *prog) without(i, at int) (smaller []*prog) {
	for _, keep := range []bool{false, true} {
		k := at
		body, ok, had := cutOut(p.threads[i], &k, keep)
		if !ok {
			return nil
		}
		if keep && !had {
			continue
		}
		q := &prog{threads: slices.Clone(p.threads), outside: p.outside}
		q.threads[i] = body
		smaller = append(smaller, q)
	}
	return smaller
}

// cutOut returns body without the instruction of number *at. found says whether there is
// one, and had whether it had a body.
func cutOut(body []ins, at *int, keep bool) (_ []ins, found, had bool) {
	for i, in := range body {
		if *at == 0 {
			out := slices.Clone(body[:i])
			if keep {
				out = append(out, in.body...)
			}
			return append(out, body[i+1:]...), true, len(in.body) > 0
		}
		*at--
		if b, ok, had := cutOut(in.body, at, keep); ok {
			out := slices.Clone(body)
			out[i].body = b
			return out, true, had
		}
	}
	return nil, false, false
}

// permuted returns p with another order of the threads that the first one starts in a row.
func (p *prog) permuted(r *rand.Rand) *prog {
	q := &prog{threads: slices.Clone(p.threads), outside: p.outside}
	first := slices.Clone(p.threads[0])
	var at []int
	for i, in := range first {
		if in.op == pGo && !p.joined(in.a) {
			at = append(at, i)
		}
	}
	if len(at) > 1 && at[len(at)-1]-at[0] == len(at)-1 {
		block := first[at[0] : at[0]+len(at)]
		r.Shuffle(len(block), func(i, j int) { block[i], block[j] = block[j], block[i] })
	}
	q.threads[0] = first
	return q
}

// joined says whether a thread that is not the first joins thread i.
func (p *prog) joined(i int) bool {
	for _, body := range p.threads[1:] {
		for _, in := range body {
			if in.op == pJoin && in.a == i {
				return true
			}
		}
	}
	return false
}
