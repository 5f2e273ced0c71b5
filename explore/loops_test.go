package explore

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Random programs with loops of every kind, and the truth about them. The truth knows nothing
// of Pause: it walks through all states of the program, among them those of its threads, and
// takes down in which states it can end. The explorer must meet the same ends, no more and no
// fewer.

// loopOp is an instruction of such a program. Each thread has the registers r, i and e, which
// lie on its stack.
type loopOp uint8

const (
	lLoad    loopOp = iota // r = x
	lStore                 // x = a
	lAdd                   // r = x += a
	lSwap                  // r, x = x, a
	lCASE                  // r = CAS(x, e, e+1)
	lLock                  // m.Lock
	lTry                   // r = m.TryLock
	lUnlock                // m.Unlock
	lRLock                 // w.RLock
	lRUnlock               // w.RUnlock
	lWLock                 // w.Lock
	lWUnlock               // w.Unlock

	// Those that are no step.
	lPause // Pause
	lE     // e = r
	lI     // i++; the truth counts modulo b
	lZero  // i = 0
	lIs    // if r == a: jump to b
	lBit   // if r&1 == a: jump to b
	lEq    // if r == e: jump to b
	lCount // if i == a: jump to b
	lOdd   // if i is odd: jump to b
	lJump  // jump to b
	lNote  // take down a
	lNoteR // take down r
)

type loopIns struct {
	op   loopOp
	x    int
	a, b int
}

// loopProg is the code of each thread.
type loopProg [][]loopIns

// loopKinds make a loop, of code that begins at instruction at. x and y are variables, and a
// is a value.
var loopKinds = []struct {
	name string
	make func(at, x, y, a int) []loopIns
}{
	{"spin", func(at, x, y, a int) []loopIns { // for x == a
		return []loopIns{{lLoad, x, 0, 0}, {lIs, 0, a, at + 3}, {lJump, 0, 0, at + 5},
			{lPause, 0, 0, 0}, {lJump, 0, 0, at}}
	}},
	{"alternate", func(at, x, y, a int) []loopIns { // for i := 0; {x, y}[i%2] == a; i++
		return []loopIns{{lZero, 0, 0, 0}, {lOdd, 0, 0, at + 4}, {lLoad, x, 0, 0},
			{lJump, 0, 0, at + 5}, {lLoad, y, 0, 0}, {lIs, 0, a, at + 7}, {lJump, 0, 0, at + 10},
			{lI, 0, 0, 2}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 1}}
	}},
	{"give up", func(at, x, y, a int) []loopIns { // for i := 0; i < 3 && x == a; i++
		return []loopIns{{lZero, 0, 0, 0}, {lCount, 0, 3, at + 7}, {lLoad, x, 0, 0},
			{lIs, 0, a, at + 5}, {lJump, 0, 0, at + 9}, {lI, 0, 0, 9}, {lJump, 0, 0, at + 8},
			{lNote, 0, 7, 0}, {lCount, 0, 3, at + 11}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 1}}
	}},
	{"carry", func(at, x, y, a int) []loopIns { // for e = 0; !CAS(x, e, e+1); e = x
		return []loopIns{{lNote, 0, 0, 0}, {lZeroE, 0, 0, 0}, {lCASE, x, 0, 0}, {lIs, 0, 1, at + 8},
			{lLoad, x, 0, 0}, {lE, 0, 0, 0}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 2}}
	}},
	{"locked", func(at, x, y, a int) []loopIns { // for lock; x == a; unlock
		return []loopIns{{lLock, 0, 0, 0}, {lLoad, x, 0, 0}, {lUnlock, 0, 0, 0},
			{lIs, 0, a, at + 5}, {lJump, 0, 0, at + 7}, {lPause, 0, 0, 0}, {lJump, 0, 0, at}}
	}},
	{"left locked", func(at, x, y, a int) []loopIns { // the same, and unlocked after the loop
		return []loopIns{{lLock, 0, 0, 0}, {lLoad, x, 0, 0}, {lIs, 0, a, at + 5},
			{lUnlock, 0, 0, 0}, {lJump, 0, 0, at + 8}, {lUnlock, 0, 0, 0}, {lPause, 0, 0, 0},
			{lJump, 0, 0, at}}
	}},
	{"read locked", func(at, x, y, a int) []loopIns {
		return []loopIns{{lRLock, 0, 0, 0}, {lLoad, x, 0, 0}, {lRUnlock, 0, 0, 0},
			{lIs, 0, a, at + 5}, {lJump, 0, 0, at + 7}, {lPause, 0, 0, 0}, {lJump, 0, 0, at}}
	}},
	{"tried", func(at, x, y, a int) []loopIns { // if TryLock { look; unlock }
		return []loopIns{{lTry, 0, 0, 0}, {lIs, 0, 0, at + 6}, {lLoad, x, 0, 0},
			{lUnlock, 0, 0, 0}, {lIs, 0, a, at + 6}, {lJump, 0, 0, at + 8}, {lPause, 0, 0, 0},
			{lJump, 0, 0, at}}
	}},
	{"entered", func(at, x, y, a int) []loopIns { // for x.Add(2)&1 != 0 { x.Add(-2) }
		return []loopIns{{lAdd, x, 2, 0}, {lBit, 0, 0, at + 5}, {lAdd, x, -2, 0},
			{lPause, 0, 0, 0}, {lJump, 0, 0, at}}
	}},
	{"change", func(at, x, y, a int) []loopIns { // e = x; for x == e
		return []loopIns{{lLoad, x, 0, 0}, {lE, 0, 0, 0}, {lLoad, x, 0, 0}, {lEq, 0, 0, at + 5},
			{lJump, 0, 0, at + 7}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 2}}
	}},
	{"stable", func(at, x, y, a int) []loopIns { // e = x; for x != e { e = x }
		return []loopIns{{lLoad, x, 0, 0}, {lE, 0, 0, 0}, {lLoad, x, 0, 0}, {lEq, 0, 0, at + 7},
			{lE, 0, 0, 0}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 2}}
	}},
	{"two", func(at, x, y, a int) []loopIns { // for x == a || y == a
		return []loopIns{{lLoad, x, 0, 0}, {lIs, 0, a, at + 5}, {lLoad, y, 0, 0},
			{lIs, 0, a, at + 5}, {lJump, 0, 0, at + 7}, {lPause, 0, 0, 0}, {lJump, 0, 0, at}}
	}},
	{"swap", func(at, x, y, a int) []loopIns { // for x.Swap(1) == 1; x = 0
		return []loopIns{{lSwap, x, 1, 0}, {lIs, 0, 1, at + 3}, {lJump, 0, 0, at + 5},
			{lPause, 0, 0, 0}, {lJump, 0, 0, at}, {lStore, x, 0, 0}}
	}},
	{"first differs", func(at, x, y, a int) []loopIns { // a pair is of use in later rounds only
		return []loopIns{{lZero, 0, 0, 0}, {lLoad, x, 0, 0}, {lE, 0, 0, 0}, {lLoad, y, 0, 0},
			{lEq, 0, 0, at + 7}, {lCount, 0, 0, at + 7}, {lJump, 0, 0, at + 11},
			{lCount, 0, 1, at + 9}, {lI, 0, 0, 9}, {lPause, 0, 0, 0}, {lJump, 0, 0, at + 1}}
	}},
}

const lZeroE = lNoteR + 1 // e = 0

// randomLoops makes a program of the loops that kinds names.
func randomLoops(rng *rand.Rand, kinds []int) (p loopProg) {
	for n := 2 + rng.IntN(2); len(p) < n; {
		var code []loopIns
		for k := 1 + rng.IntN(3); k > 0; k-- {
			x, a := rng.IntN(2), rng.IntN(3)
			switch rng.IntN(5) {
			case 0, 1:
				kind := loopKinds[kinds[rng.IntN(len(kinds))]]
				code = append(code, kind.make(len(code), x, 1-x, rng.IntN(2))...)
			case 2, 3:
				code = append(code, loopIns{lStore, x, a, 0})
			case 4:
				code = append(code, loopIns{lLoad, x, 0, 0}, loopIns{lNoteR, 0, 0, 0})
			}
		}
		p = append(p, code)
	}
	return p
}

// loopEnd is how an execution has ended: the variables, and what each thread has taken down.
type loopEnd struct {
	vars  [2]int32
	notes [3]uint32
}

// loopRun executes p with the types of the explorer.
func loopRun(p loopProg, end func(loopEnd)) func() {
	return func() {
		var vars [2]Int32
		var m Mutex
		var w RWMutex
		var left Int32
		left.Store(int32(len(p)))
		notes := make([]uint32, 3)
		for k := range p {
			Go(func() {
				loopThread(p[k], &vars, &m, &w, &notes[k])
				if left.Add(-1) == 0 {
					end(loopEnd{[2]int32{vars[0].Load(), vars[1].Load()}, [3]uint32(notes)})
				}
			})
		}
	}
}

func loopThread(code []loopIns, vars *[2]Int32, m *Mutex, w *RWMutex, notes *uint32) {
	var r, i, e int32
	for pc := 0; pc < len(code); pc++ {
		in := code[pc]
		x := &vars[in.x]
		jump := false
		switch in.op {
		case lLoad:
			r = x.Load()
		case lStore:
			x.Store(int32(in.a))
		case lAdd:
			r = x.Add(int32(in.a))
		case lSwap:
			r = x.Swap(int32(in.a))
		case lCASE:
			r = int32(bit(x.CompareAndSwap(e, e+1)))
		case lLock:
			m.Lock()
		case lTry:
			r = int32(bit(m.TryLock()))
		case lUnlock:
			m.Unlock()
		case lRLock:
			w.RLock()
		case lRUnlock:
			w.RUnlock()
		case lWLock:
			w.Lock()
		case lWUnlock:
			w.Unlock()
		case lPause:
			Pause()
		case lE:
			e = r
		case lZeroE:
			e = 0
		case lI:
			i++
		case lZero:
			i = 0
		case lIs:
			jump = r == int32(in.a)
		case lBit:
			jump = r&1 == int32(in.a)
		case lEq:
			jump = r == e
		case lCount:
			jump = i == int32(in.a)
		case lOdd:
			jump = i%2 == 1
		case lJump:
			jump = true
		case lNote:
			*notes = *notes*11 + uint32(in.a) + 1
		case lNoteR:
			*notes = *notes*11 + uint32(r) + 1
		}
		if jump {
			pc = in.b - 1
		}
	}
}

// loopState is a state of the program, as the truth sees it.
type loopState struct {
	vars    [2]int32
	lock    int8 // of the Mutex
	readers int8
	writer  bool
	threads [3]struct {
		pc      int8
		r, i, e int32
		notes   uint32
	}
}

// loopTruth says in which states p can end, and whether it can come to one from which it
// cannot end.
func loopTruth(p loopProg, limit int) (ends map[loopEnd]bool, lost, ok bool) {
	next := map[loopState][]loopState{}
	before := map[loopState][]loopState{}
	ends = map[loopEnd]bool{}
	var open, final []loopState
	see := func(s loopState) {
		if _, seen := next[s]; !seen {
			next[s] = nil
			open = append(open, s)
		}
	}
	var s loopState
	for k := range p {
		s.local(p, k)
	}
	see(s)
	for len(open) > 0 {
		if len(next) > limit {
			return nil, false, false
		}
		s := open[len(open)-1]
		open = open[:len(open)-1]
		over := true
		for k := range p {
			if int(s.threads[k].pc) < len(p[k]) {
				over = false
				if n := s; n.step(p, k) {
					before[n] = append(before[n], s)
					see(n)
				}
			}
		}
		if over {
			e := loopEnd{vars: s.vars}
			for k := range p {
				e.notes[k] = s.threads[k].notes
			}
			ends[e] = true
			final = append(final, s)
		}
	}
	good := map[loopState]bool{}
	for len(final) > 0 {
		s := final[len(final)-1]
		final = final[:len(final)-1]
		if !good[s] {
			good[s] = true
			final = append(final, before[s]...)
		}
	}
	return ends, len(good) < len(next), true
}

// step takes thread k's next step; false if it cannot.
func (s *loopState) step(p loopProg, k int) bool {
	t := &s.threads[k]
	in := p[k][t.pc]
	x := &s.vars[in.x]
	switch in.op {
	case lLoad:
		t.r = *x
	case lStore:
		*x = int32(in.a)
	case lAdd:
		*x += int32(in.a)
		t.r = *x
	case lSwap:
		t.r, *x = *x, int32(in.a)
	case lCASE:
		t.r = 0
		if *x == t.e {
			*x, t.r = t.e+1, 1
		}
	case lLock:
		if s.lock != 0 {
			return false
		}
		s.lock = 1
	case lTry:
		t.r = int32(1 - s.lock)
		s.lock = 1
	case lUnlock:
		s.lock = 0
	case lRLock:
		if s.writer {
			return false
		}
		s.readers++
	case lRUnlock:
		s.readers--
	case lWLock:
		if s.writer || s.readers > 0 {
			return false
		}
		s.writer = true
	case lWUnlock:
		s.writer = false
	}
	t.pc++
	s.local(p, k)
	return true
}

// local executes what is no step.
func (s *loopState) local(p loopProg, k int) {
	t := &s.threads[k]
	for ; int(t.pc) < len(p[k]) && p[k][t.pc].op >= lPause; t.pc++ {
		in := p[k][t.pc]
		jump := false
		switch in.op {
		case lE:
			t.e = t.r
		case lZeroE:
			t.e = 0
		case lI:
			t.i = (t.i + 1) % int32(in.b)
		case lZero:
			t.i = 0
		case lIs:
			jump = t.r == int32(in.a)
		case lBit:
			jump = t.r&1 == int32(in.a)
		case lEq:
			jump = t.r == t.e
		case lCount:
			jump = t.i == int32(in.a)
		case lOdd:
			jump = t.i%2 == 1
		case lJump:
			jump = true
		case lNote:
			t.notes = t.notes*11 + uint32(in.a) + 1
		case lNoteR:
			t.notes = t.notes*11 + uint32(t.r) + 1
		}
		if jump {
			t.pc = int8(in.b) - 1
		}
	}
}

// String returns p, one thread after the other.
func (p loopProg) String() string {
	var b strings.Builder
	for k, code := range p {
		fmt.Fprintf(&b, "thread %d: %v\n", k, code)
	}
	return b.String()
}

// judgeLoops explores p and compares its ends with the truth. It returns what is wrong; "" if
// nothing is, or if the program is too large.
func judgeLoops(p loopProg, strategy string) string {
	ends, lost, ok := loopTruth(p, 20_000)
	if !ok {
		return ""
	}
	met := map[loopEnd]bool{}
	r, err := Run(loopRun(p, func(e loopEnd) { met[e] = true }),
		Strategy(strategy), KeepGoing(), Executions(3_000), Steps(300))
	if err != nil {
		return err.Error()
	}
	for e := range met {
		if !ends[e] {
			return fmt.Sprintf("invented: %v", e)
		}
	}
	if r.TooLong > 0 || r.Complete+r.Violations+r.Cut >= 3_000 {
		return ""
	}
	for e := range ends {
		if !met[e] {
			return fmt.Sprintf("missing: %v; %v", e, r)
		}
	}
	if lost && r.Stuck == 0 {
		return "it can come to where it cannot end: not noticed"
	}
	if !lost && r.Stuck > 0 {
		return fmt.Sprintf("it can always end, but: %v", r.Violation)
	}
	return ""
}

func TestLoopsEndAsTheyCan(t *testing.T) {
	n := 120
	if testing.Short() || raceDetector {
		n = 15
	}
	for kind := range loopKinds {
		t.Run(loopKinds[kind].name, func(t *testing.T) {
			for seed := *loopSeed; seed < *loopSeed+n; seed++ {
				rng := rand.New(rand.NewPCG(uint64(seed), uint64(kind)))
				kinds := []int{kind}
				if seed%2 == 1 {
					kinds = append(kinds, rng.IntN(len(loopKinds)))
				}
				p := randomLoops(rng, kinds)
				require.Empty(t, judgeLoops(p, "exhaustive"), "seed %d:\n%v", seed, p)
				if seed%5 == 0 {
					require.Empty(t, judgeLoops(p, "naive"), "seed %d, naive:\n%v", seed, p)
				}
			}
		})
	}
}

// loopSeed goes on where other runs have ended.
var loopSeed = flag.Int("loopseed", 0, "the first program of TestLoopsEndAsTheyCan")
