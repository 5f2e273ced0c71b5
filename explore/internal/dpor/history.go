package dpor

import (
	"slices"

	"schedlab/explore/internal/engine"
)

// history knows what happened before what in the execution under way. That is the
// relation of the trace, in which a read also happens before the write that follows it:
// see 'Two kinds of happens-before' in explore/internal/engine/word.go.
//
// Each event has a vector clock: for each thread, the number of its events that happened
// before. So a happened before b exactly if b's clock has at least a's number at a's
// thread. Clocks lie side by side in one slice, stride numbers each: a step allocates
// nothing.
//
// An event is told in this order, since a race is a dependence that is not in the clock
// yet:
//
//  1. follow: the clock holds what the event follows in every execution.
//  2. followAll, followBarrier: and what it follows because time advanced.
//  3. The races that end in it are looked for: see races.go.
//  4. complete: the clock holds what the event depends on.
//  5. note: the objects that it touched know it.
//
// Events that the next execution repeats keep their clocks; for them only step 5 is done.
//
// # Time
//
// When no thread is enabled time advances, and makes a step possible. What had been executed
// by then could not have come after that step: time would have advanced at another point. So
// the step follows all of it (followAll). A thread that polls the clock, and is not the first
// to go on after that, follows what the first one followed (followBarrier). Its step is not
// ordered with the first one's itself.
type history struct {
	e    *engine.Engine
	seen int // events that have been told
	kept int // events that have their clocks

	clocks []int32
	stride int
	prev   []int32 // of each event, the one before it of its thread, or that made its thread
	last   []int32 // the last event of each thread; -1

	early   []int32 // events that timed out early
	barrier int32   // the first event after time last advanced since no thread was enabled; -1

	touched []accesses // by object; the first "objects" belong to this execution
	objects int32
	preds   []int32 // see predecessors

	// Of each thread, its last event that is the first step of a recorded operation, and its
	// last one that is the last step of one; -1. They are empty if nothing has been recorded.
	calls, returns []int32
}

// accesses are the events that an event on the object would depend on.
type accesses struct {
	write int32   // the last one; -1
	reads []int32 // since write, the last of each thread

	// The last Lock, or TryLock that succeeded, or Clear of a signaled Note; -1. See
	// 'Races with locks'.
	lock int32
}

// rewind goes back to the beginning of the execution.
func (h *history) rewind() {
	h.seen, h.barrier, h.objects = 0, -1, 0
	h.early = h.early[:0]
	for i := range h.last {
		h.last[i] = -1
	}
	for i := range h.calls {
		h.calls[i], h.returns[i] = -1, -1
	}
}

// next returns the next event to be told, for which there is room then.
func (h *history) next() (i int32, ev *engine.Event) {
	if len(h.last) < len(h.e.Threads) || h.seen >= len(h.prev) {
		h.makeRoom()
	}
	ev = &h.e.Events[h.seen]
	if ev.After {
		h.barrier = int32(h.seen)
	}
	return int32(h.seen), ev
}

// makeRoom makes room for all threads, and for some more events.
func (h *history) makeRoom() {
	if len(h.e.Threads) > h.stride {
		h.widen((len(h.e.Threads) + 3) &^ 3)
	}
	for len(h.last) < len(h.e.Threads) {
		h.last = append(h.last, -1)
	}
	if n := len(h.prev); h.seen >= n {
		n = max(16, 2*n)
		h.prev = append(make([]int32, 0, n), h.prev...)[:n]
		h.clocks = append(make([]int32, 0, n*h.stride), h.clocks...)[:n*h.stride]
	}
}

// widen makes clocks stride numbers long.
func (h *history) widen(stride int) {
	wide := make([]int32, len(h.prev)*stride)
	for i := range h.prev {
		copy(wide[i*stride:], h.clock(int32(i)))
	}
	h.clocks, h.stride = wide, stride
}

func (h *history) clock(i int32) []int32 {
	at := int(i) * h.stride
	return h.clocks[at : at+h.stride]
}

// before says whether event a happened before event b, or is b.
func (h *history) before(a, b int32) bool {
	ev := &h.e.Events[a]
	return h.clock(b)[ev.Thread] >= ev.Seq
}

// ordered says whether event p is in clock c.
func (h *history) ordered(p int32, c []int32) bool {
	ev := &h.e.Events[p]
	return c[ev.Thread] >= ev.Seq
}

func join(c, other []int32) {
	c = c[:len(other)]
	for i, n := range other {
		if c[i] < n {
			c[i] = n
		}
	}
}

// prior returns the event of t's before the one with number seq, or its parent's that
// made it; -1 if there is none.
func (h *history) prior(t *engine.Thread, seq int32) int32 {
	if seq == 1 {
		return t.Birth
	}
	return h.last[t.ID]
}

// follow makes the clock of event i what i follows in every execution. That is what came
// before in its thread. Unless it could have timed out instead, it is also what woke it, or
// the end of the thread that it joins.
func (h *history) follow(i int32, ev *engine.Event) []int32 {
	c := h.clock(i)
	clear(c)
	p := h.prior(h.e.Threads[ev.Thread], ev.Seq)
	if h.prev[i] = p; p >= 0 {
		copy(c, h.clock(p))
	}
	if ev.From >= 0 && !ev.Timed {
		join(c, h.clock(ev.From))
	}
	return c
}

// followAll adds all that has been executed to c, the clock of an event that was made
// possible by time advancing: nothing of that could have come after it.
func (h *history) followAll(c []int32) {
	for _, l := range h.last {
		if l >= 0 {
			join(c, h.clock(l))
		}
	}
}

// afterBarrier says whether event i polled the clock, and was not the first to see it
// advance.
func (h *history) afterBarrier(i int32, ev *engine.Event) bool {
	return ev.Waited && h.prev[i] < h.barrier &&
		slices.Contains(h.e.Effect(i).Awaited, h.e.TimeID)
}

// followBarrier does for such an event what followAll does for the first one.
func (h *history) followBarrier(c []int32) {
	b := &h.e.Events[h.barrier]
	own := c[b.Thread] // b itself is not followed
	join(c, h.clock(h.barrier))
	c[b.Thread] = max(own, b.Seq-1)
}

// predecessors returns the events that event i depends on: the last ones that touched its
// objects. They are valid until the next call.
func (h *history) predecessors(i int32, ev *engine.Event) []int32 {
	h.preds = h.preds[:0]
	if ev.Obj != engine.NoObject {
		h.addPreds(ev.Obj, ev.Mode)
	}
	if ev.Obj2 != engine.NoObject {
		h.addPreds(ev.Obj2, engine.Writes)
	}
	if ev.Waited {
		for _, x := range h.e.Effect(i).Awaited {
			h.addPreds(engine.AwaitedObject(x))
		}
	}
	if ev.Marks != 0 {
		h.addRecorded(ev)
	}
	return h.preds
}

// addRecorded adds the last steps of operations of other threads, if ev is the first one of an
// operation, and the other way round.
func (h *history) addRecorded(ev *engine.Event) {
	if ev.Marks&engine.Calls != 0 {
		h.addMarked(h.returns, ev.Thread)
	}
	if ev.Marks&engine.Returns != 0 {
		h.addMarked(h.calls, ev.Thread)
	}
}

// addMarked adds the events of other threads than thread.
func (h *history) addMarked(marked []int32, thread int32) {
	for t, p := range marked {
		if p >= 0 && int32(t) != thread {
			h.preds = append(h.preds, p)
		}
	}
}

func (h *history) addPreds(obj int32, m engine.Mode) {
	a := h.of(obj)
	if a.write >= 0 {
		h.preds = append(h.preds, a.write)
	}
	if m == engine.Writes && len(a.reads) > 0 { // a read depends on no other read
		h.preds = append(h.preds, a.reads...)
	}
}

// complete adds preds, and what ev follows, to c, its clock.
func (h *history) complete(ev *engine.Event, c, preds []int32) {
	for _, p := range preds {
		join(c, h.clock(p))
	}
	if ev.From >= 0 {
		join(c, h.clock(ev.From))
	}
	c[ev.Thread] = ev.Seq
}

// of returns the accesses of the object.
func (h *history) of(obj int32) *accesses {
	for ; h.objects <= obj; h.objects++ {
		if int(h.objects) == len(h.touched) {
			h.touched = append(h.touched, accesses{})
		}
		a := &h.touched[h.objects]
		a.write, a.reads, a.lock = -1, a.reads[:0], -1
	}
	return &h.touched[obj]
}

// note tells event i, the next one, to the objects that it touched.
func (h *history) note(i int32, ev *engine.Event) {
	if ev.Obj != engine.NoObject {
		h.of(ev.Obj).note(i, ev, ev.Mode, h.e.Events)
	}
	if ev.Obj2 != engine.NoObject {
		h.of(ev.Obj2).note(i, ev, engine.Writes, h.e.Events)
	}
	if ev.Waited {
		for _, x := range h.e.Effect(i).Awaited {
			switch o, m := engine.AwaitedObject(x); {
			case m == engine.Writes:
				a := h.of(o)
				a.write, a.reads = i, a.reads[:0]
			case o != ev.Obj:
				h.of(o).noteRead(i, ev, h.e.Events)
			}
		}
	}
	if ev.Early {
		h.early = append(h.early, i)
	}
	if ev.Marks != 0 {
		h.noteMarks(i, ev)
	}
	h.last[ev.Thread] = i
	h.seen++
}

// noteMarks is the part of note for a step of a recorded operation.
func (h *history) noteMarks(i int32, ev *engine.Event) {
	for len(h.calls) < len(h.last) {
		h.calls, h.returns = append(h.calls, -1), append(h.returns, -1)
	}
	if ev.Marks&engine.Calls != 0 {
		h.calls[ev.Thread] = i
	}
	if ev.Marks&engine.Returns != 0 {
		h.returns[ev.Thread] = i
	}
}

func (a *accesses) note(i int32, ev *engine.Event, m engine.Mode, events []engine.Event) {
	if m == engine.Writes {
		a.write, a.reads = i, a.reads[:0]
	} else {
		a.noteRead(i, ev, events)
	}
	if ev.Locks() {
		a.lock = i
	}
}

func (a *accesses) noteRead(i int32, ev *engine.Event, events []engine.Event) {
	// Of a thread the last read is enough: it happened after the others.
	for k, r := range a.reads {
		if events[r].Thread == ev.Thread {
			a.reads[k] = i
			return
		}
	}
	a.reads = append(a.reads, i)
}

// stillWoken says whether event i, the next one, if it had waited after a Pause, could
// have gone on without event p: whether something else has woken it, not because of p.
func (h *history) stillWoken(p, i int32, ev *engine.Event) bool {
	return !ev.Waited || h.anyWakes(h.e.Threads[ev.Thread].Waited, p, i, ev.Thread)
}

// anyWakes says whether a thread that waits for marks is woken, before event i, without event p.
func (h *history) anyWakes(marks []engine.Mark, p, i, thread int32) bool {
	for k := range marks {
		m := &marks[k]
		for _, w := range m.Obj.Changes {
			switch {
			case w < 0: // time advanced, before event -1-w
				if -1-w > m.At && -1-w <= i {
					return true
				}
			case w > m.At && h.e.Events[w].Thread != thread && h.without(p, w, i):
				return true
			}
		}
		for w := m.WroteAt + 1; m.Wrote && w < i; w++ {
			if ev := &h.e.Events[w]; ev.Thread != thread && !ev.Repeats &&
				(ev.Obj == m.Obj.ID || ev.Obj2 == m.Obj.ID) && h.without(p, w, i) {
				return true
			}
		}
	}
	return false
}

// without says whether event w comes before event i, and comes without event p.
func (h *history) without(p, w, i int32) bool {
	return w < p || w > p && w < i && !h.before(p, w)
}

// effectOf finds s, or what it is about to be, in this execution. Its mode and marks are those
// of s.
func (h *history) effectOf(s *step) (x engine.Effect, ok bool) {
	x.Footprint = s.Footprint
	if int(s.thread) >= len(h.e.Threads) {
		return x, false // made by another worker's executions only
	}
	t := h.e.Threads[s.thread]
	switch {
	case !t.Ended && t.Seq == s.seq-1:
		x = t.Effect()
	case t.Seq >= s.seq:
		x = h.e.Effect(h.find(t, s.seq))
	default:
		return x, false
	}
	x.Mode, x.Marks = s.Mode, s.Marks
	return x, true
}

// find returns the event of t's with number seq.
func (h *history) find(t *engine.Thread, seq int32) int32 {
	i := t.Last
	for h.e.Events[i].Thread != t.ID || h.e.Events[i].Seq != seq {
		i--
	}
	return i
}

// lastWriteBefore returns the event that wrote last what event i reads.
func (h *history) lastWriteBefore(i int32) int32 {
	obj := h.e.Events[i].Obj
	for i--; h.e.Events[i].Obj != obj || h.e.Events[i].Mode != engine.Writes; {
		i--
	}
	return i
}

// independentOf appends to to the events that come after event i and do not depend on it.
func (h *history) independentOf(i int32, to []int32) []int32 {
	thread, seq := h.e.Events[i].Thread, h.e.Events[i].Seq
	n, clocks, stride := int32(len(h.e.Events)), h.clocks, h.stride
	at := int(i)*stride + int(thread)
	for i++; i < n; i++ {
		if at += stride; clocks[at] < seq {
			to = append(to, i)
		}
	}
	return to
}
