package explore

import (
	"fmt"
	"slices"
	"strings"
)

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
