package explore

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"schedlab/explore/internal/engine"
)

// step2 is one step of an execution.
type step2 struct {
	thread    int8
	kind      engine.Kind
	obj, obj2 int8 // -1: none; obj2 is always written
	ok        bool
	old       uint64 // of a number
	awaits    uint32 // the objects that it waited for after Pause; a bit each
	vain      bool   // the look of a loop, in vain
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

// withoutLooks returns a copy of tr without the looks in vain that are no steps.
func (tr *traced) withoutLooks() *traced {
	c := tr.clone()
	c.steps = slices.DeleteFunc(c.steps, func(s step2) bool { return s.vain })
	return c
}

func (tr *traced) clone() *traced {
	c := *tr
	c.steps, c.choices = slices.Clone(tr.steps), slices.Clone(tr.choices)
	return &c
}
