package explore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
	op    [recThreads]int // operations of each thread that have been called
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

// recBrute enumerates the interleavings of a program. A step is what is between two decisions:
// the operation on the object, and then all that is no step.
type recBrute struct {
	code      recProg
	limit     int
	count     int             // interleavings
	histories map[string]bool // of all of them
	traces    map[string]bool
	path      []recEvent
	choices   []int
}

// recEvent is a step on the path.
type recEvent struct {
	thread, obj          int // obj: -1: none
	writes               bool
	calls, returns, look bool
}

const recMutex = recWords // the number of the mutex among the objects

type recState struct {
	h       recHistory
	x       [recWords]int
	locked  bool
	threads [recThreads]recThread
}

type recThread struct {
	pc, r, n   int
	calling    bool // the next step is the first one of an operation
	chose      bool // since the last step
	returning  bool // the next step is that of a return
	begun      bool // it has taken a step
	standsHere bool // it stands before a step
}

func recEnumerate(p recProg, limit int) (*recBrute, bool) {
	b := &recBrute{
		code: p, limit: limit, histories: map[string]bool{}, traces: map[string]bool{},
	}
	var s recState
	for i := range s.threads {
		s.threads[i].n = -1
	}
	b.settle(s, 0, -1)
	return b, b.count <= limit
}

// settle lets the threads from i on do what is no step, and then explores. last is the thread
// that took the last step, -1: none.
func (b *recBrute) settle(s recState, i, last int) {
	if b.count > b.limit {
		return
	}
	if i == len(b.code) {
		b.explore(s)
		return
	}
	for !s.threads[i].standsHere && s.threads[i].pc < len(b.code[i]) {
		t := &s.threads[i]
		in := b.code[i][t.pc]
		switch in.kind {
		case recCall:
			t.n++
			t.calling = true
		case recReturnIf:
			if t.r != in.a {
				break
			}
			t.pc = endOf(b.code[i], t.pc)
			t.standsHere = !b.returns(&s, i)
			continue
		case recReturn:
			t.standsHere = !b.returns(&s, i)
			continue
		case recChoose:
			for v := range 2 {
				c := s
				c.threads[i].r, c.threads[i].chose = v, true
				c.threads[i].pc++
				c.h.answer(i, v)
				b.choices = append(b.choices, i, len(b.path), v)
				path := slices.Clone(b.path) // returns are noted in it
				b.settle(c, i, last)
				b.path = path
				b.choices = b.choices[:len(b.choices)-3]
			}
			return
		default:
			t.standsHere = true
			continue
		}
		t.pc++
	}
	b.settle(s, i+1, last)
}

// returns ends the operation of thread i, at its return, and says whether that needed no step.
func (b *recBrute) returns(s *recState, i int) bool {
	t := &s.threads[i]
	if t.calling || t.chose {
		t.returning = true
		return false
	}
	s.h.ret(i, t.n)
	b.path[len(b.path)-1].returns = true
	t.pc++
	return true
}

func (b *recBrute) explore(s recState) {
	any := false
	for i := range b.code {
		t := &s.threads[i]
		if t.pc == len(b.code[i]) || !t.returning && b.code[i][t.pc].kind == recLock && s.locked {
			continue
		}
		any = true
		n := len(b.path)
		c := s
		b.path = append(b.path, b.step(&c, i))
		if c.threads[i].returning {
			c.threads[i].returning = false
			b.returns(&c, i)
		}
		b.settle(c, i, i)
		b.path = b.path[:n]
	}
	if !any {
		b.count++
		b.histories[s.h.key()] = true
		b.traces[b.trace()] = true
	}
}

// step executes the next step of thread i.
func (b *recBrute) step(s *recState, i int) recEvent {
	t := &s.threads[i]
	in := b.code[i][t.pc]
	ev := recEvent{thread: i, obj: in.obj, writes: true, calls: t.calling}
	if t.calling {
		s.h.call(i, t.n)
	}
	t.calling, t.chose, t.standsHere = false, false, false
	if t.returning {
		ev.obj = -1
		return ev
	}
	switch in.kind {
	case recLoad:
		t.r, ev.writes = s.x[in.obj], false
	case recStore:
		s.x[in.obj] = in.a
	case recAdd:
		s.x[in.obj] += in.a
		t.r = s.x[in.obj]
	case recCAS:
		t.r, ev.writes = 0, s.x[in.obj] == in.a
		if ev.writes {
			t.r, s.x[in.obj] = 1, in.b
		}
	case recLock, recUnlock:
		s.locked, ev.obj = in.kind == recLock, recMutex
	case recLook:
		ev.obj, ev.look = -1, true
		t.r = s.h.look()
	}
	s.h.answer(i, t.r)
	t.pc++
	return ev
}

func (a recEvent) depends(b recEvent) bool {
	calls := (a.calls || a.look) && (b.returns || b.look)
	returns := (a.returns || a.look) && (b.calls || b.look)
	return calls || returns || a.obj >= 0 && a.obj == b.obj && (a.writes || b.writes)
}

// trace names the trace of the path: the order of all that depends on each other.
func (b *recBrute) trace() string {
	var pairs []string
	var seq [recThreads]int
	names := make([]string, len(b.path))
	for j, y := range b.path {
		names[j] = fmt.Sprintf("%d.%d", y.thread, seq[y.thread])
		seq[y.thread]++
		for k, x := range b.path[:j] {
			if x.thread != y.thread && x.depends(y) {
				pairs = append(pairs, names[k]+"<"+names[j])
			}
		}
	}
	for k := 0; k < len(b.choices); k += 3 {
		i := b.choices[k]
		n := 0
		for _, y := range b.path[:b.choices[k+1]] {
			if y.thread == i {
				n++
			}
		}
		pairs = append(pairs, fmt.Sprintf("%d.%d=%d", i, n, b.choices[k+2]))
	}
	slices.Sort(pairs)
	return fmt.Sprint(seq, strings.Join(pairs, " "))
}

// recWays are ways to explore a program. Each returns how many executions there were.
var recWays = []struct {
	name    string
	share   int // it is compared on one in so many programs
	explore func(t *testing.T, program func(), seed uint64) int
	want    func(b *recBrute) int // executions; nil: any number
}{
	{"exhaustive", 1, recRun(Strategy("exhaustive")), (*recBrute).traced},
	{"bounded", 5, recRun(Preemptions(1000)), nil},
	{"naive", 10, recRun(Strategy("naive")), func(b *recBrute) int { return b.count }},
	{"workers", 5, func(_ *testing.T, program func(), seed uint64) int {
		n, _, _, _ := byTurns(func() func() { return program }, 2, seed)
		return n
	}, (*recBrute).traced},
	{"shards", 10, func(_ *testing.T, program func(), seed uint64) int {
		return int(allShards(program, 2, int(seed%7)).Complete)
	}, (*recBrute).traced},
	{"resumed", 40, func(t *testing.T, program func(), seed uint64) int {
		file := filepath.Join(t.TempDir(), "f")
		return int(resumed(t, program, file, 1+int(seed%5), 1, 0, 1).Complete)
	}, (*recBrute).traced},
}

func recRun(s Option) func(t *testing.T, program func(), _ uint64) int {
	return func(t *testing.T, program func(), _ uint64) int {
		r, err := Run(program, s, Disjoint())
		require.NoError(t, err)
		require.Equal(t, Verified, r.Verdict, r.Why)
		return int(r.Complete)
	}
}

// traced returns the number of traces.
func (b *recBrute) traced() int { return len(b.traces) }

// TestRecordedHistoriesAreThoseOfAllInterleavings compares the histories that are met with those
// of all interleavings, and the number of executions with that of traces.
func TestRecordedHistoriesAreThoseOfAllInterleavings(t *testing.T) {
	for _, pf := range recProfiles {
		t.Run(pf.name, func(t *testing.T) {
			programs, large, interleavings, traces := 0, 0, 0, 0
			end := *bruteSeed + uint64(randomPrograms()/2)
			for seed := *bruteSeed; seed < end; seed++ {
				p := pf.random(rand.New(rand.NewPCG(seed, 9)))
				b, ok := recEnumerate(p, *bruteLimit)
				if !ok {
					large++
					continue
				}
				programs++
				interleavings += b.count
				traces += len(b.traces)
				for _, way := range recWays {
					chooses := pf.choose > 0 && way.name == "resumed" // see explore/saved_test.go
					if seed%uint64(way.share) == 0 && !chooses {
						got := map[string]bool{}
						program := p.run(func(h *recHistory) { got[h.key()] = true })
						n := way.explore(t, program, seed)
						require.Equal(t, b.histories, got, "%s: seed %d\n%s", way.name, seed, p)
						if way.want != nil {
							require.Equal(t, way.want(b), n, "%s: seed %d\n%s", way.name, seed, p)
						}
					}
				}
			}
			t.Logf("%d programs (%d more are too large) with %d interleavings of %d traces",
				programs, large, interleavings, traces)
		})
	}
}

// TestRecordedHistoriesWithWaits compares them with those that the strategy naive meets: brute
// knows neither Pause nor time.
func TestRecordedHistoriesWithWaits(t *testing.T) {
	pf := recProfile{name: "waits", wait: 9, not: 1}
	programs := 0
	end := *bruteSeed + uint64(randomPrograms()/4)
	for seed := *bruteSeed; seed < end; seed++ {
		p := pf.random(rand.New(rand.NewPCG(seed, 11)))
		histories := func(opts ...Option) (map[string]bool, Result) {
			all := map[string]bool{}
			r, err := Run(p.run(func(h *recHistory) { all[h.key()] = true }),
				append(opts, Disjoint(), KeepGoing())...)
			require.NoError(t, err)
			return all, r
		}
		naive, r := histories(Strategy("naive"), Executions(5**bruteLimit))
		if int(r.Complete+r.Stuck) >= 5**bruteLimit {
			continue
		}
		programs++
		got, _ := histories(Strategy("exhaustive"))
		require.Equal(t, naive, got, "exhaustive: seed %d\n%s", seed, p)
		if seed%5 == 0 {
			got, _ := histories(Preemptions(1000))
			require.Equal(t, naive, got, "bounded: seed %d\n%s", seed, p)
		}
	}
	t.Logf("%d programs", programs)
}

// TestStampsAreTakenWithSteps: neither when Call is called nor after Return.
func TestStampsAreTakenWithSteps(t *testing.T) {
	var seen [][2]int32
	r, err := Run(func() {
		var x Int32
		var op Operation
		now := 0 // steps of thread 1 so far
		call, ret := -1, -1
		th := Go(func() {
			x.Load()
			now = 1
			op.Call(func() { call = now })
			x.Load()
			now = 2
			x.Load()
			now = 3
			op.Return(func() { ret = now })
			x.Load()
		})
		x.Store(1)
		seen = append(seen, [2]int32{int32(call), int32(ret)})
		th.Join()
		Assert(call == 1 && ret == 3, "call after %d steps, return after %d", call, ret)
	})
	require.NoError(t, err)
	require.Equal(t, Verified, r.Verdict)
	require.Contains(t, seen, [2]int32{-1, -1}, "before the first step")
	require.Contains(t, seen, [2]int32{1, -1}, "between the steps")
	require.Contains(t, seen, [2]int32{1, 3}, "after the last step")
}

func TestOperationsThatCannotBeRecorded(t *testing.T) {
	none := func() {}
	for _, c := range []struct {
		want   string
		misuse func(op *Operation)
	}{
		{"Operation.Return: it has not been called", func(op *Operation) { op.Return(none) }},
		{"Operation.Call: the operation before has not returned", func(op *Operation) {
			op.Call(none)
			op.Call(none)
		}},
		{"thread 1 returns from what thread 0 has called", func(op *Operation) {
			op.Call(none)
			Go(func() { op.Return(none) })
		}},
	} {
		r, err := Run(func() { c.misuse(new(Operation)) })
		require.NoError(t, err)
		require.Equal(t, Panic, r.Violation.Property)
		require.Contains(t, r.Violation.Message, c.want)
	}
}

// Threads that are not controlled stamp at once.
func TestOperationsOfRealThreads(t *testing.T) {
	var op Operation
	var stamps []string
	op.Call(func() { stamps = append(stamps, "call") })
	op.Return(func() { stamps = append(stamps, "return") })
	Recorded(func() { stamps = append(stamps, "read") })
	require.Equal(t, []string{"call", "return", "read"}, stamps)
	require.PanicsWithValue(t, "explore: Operation.Return: it has not been called; call Call when "+
		"it begins", func() { op.Return(nil) })
	allocs := testing.AllocsPerRun(100, func() {
		op.Call(func() {})
		op.Return(func() {})
	})
	require.Zero(t, allocs)
}

// TestOperationsInOperations: an object that is made of another one, each with its own history.
func TestOperationsInOperations(t *testing.T) {
	met := func(opts ...Option) map[string]bool {
		all := map[string]bool{}
		r, err := Run(func() {
			h := &recHistory{}
			var x, y Int32
			var threads []*Thread
			for i := range 2 {
				threads = append(threads, Go(func() {
					var outer, inner Operation
					outer.Call(func() { h.call(i, 0) })
					inner.Call(func() { h.call(i, 1) })
					h.answer(i, int(x.Add(1)))
					h.answer(i, Choose(2))
					inner.Return(func() { h.ret(i, 1) })
					h.answer(i, int(y.Add(1)))
					inner.Call(func() { h.call(i, 2) })
					inner.Return(func() { h.ret(i, 2) })
					outer.Return(func() { h.ret(i, 0) })
					x.Load()
				}))
			}
			for _, th := range threads {
				th.Join()
			}
			all[h.key()] = true
		}, opts...)
		require.NoError(t, err)
		require.Equal(t, Verified, r.Verdict)
		return all
	}
	naive := met(Strategy("naive"))
	require.Equal(t, naive, met())
	require.Equal(t, naive, met(Preemptions(1000)))
	require.Greater(t, len(naive), 10)
}
