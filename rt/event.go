package rt

import (
	"iter"

	"schedlab/host"
	"schedlab/rt/rank"
)

// # The event stream
//
// With Config.Events set, a scheduler tells what happens in it: who, what, where
// and when. Each M writes words into a buffer of its own; full ones go to the
// sink. What is in the buffers follows when the scheduler comes to rest, which it
// has when Run returns nil, and at the end of Close.
//
// A word holds a kind and either when or what: the CPU's ticks, or the ID of a G,
// or a few small numbers. The G on the M, its P and the time carry over from word
// to word, as a decoder reads them; so a word is eight bytes, and the life of a G
// that never blocks is three. Words that are no event (the time, a new P) are
// marks.
//
// # The time of an event
//
// An M reads the clock for what is slow anyway, or ends something: each event but
// spawn, run and ready. Those carry the M's last reading; a run or a ready of a G
// that another M dealt with last carries a new one. So:
//
//   - When is never later than the event, and earlier by no more than the time
//     since the M's last reading. An M runs a G straight after the last one left, so
//     the beginning of a run is off by what it took to find that G (for an M that
//     was asleep, since it woke). What a G spawns or readies on its own M is off
//     by as long as the G has been running: all up to the next reading looks like
//     one moment, in its order.
//   - The events of one M are in order, and so are those of one G, sorted by When:
//     what two Ms do with a G one after the other has a reading in between.
//   - That is as far as the counters of the CPUs agree: see 'Ticks' in package host.
//
// Native schedulers tell nothing: their events are Go's (package runtime/trace).

// EventKind says what happened.
type EventKind uint8

const (
	EventSpawn       EventKind = iota + 1 // G was made, by By; 0: from outside, or by no G
	EventRun                              // G runs, for the first time or again
	EventReady                            // G, which waited, was made runnable by By; 0: by a timer or the network
	EventPark                             // G waits for Reason; if that has happened already, it runs next
	EventEnd                              // G ended
	EventYield                            // G gave way of its own will
	EventPreempted                        // G gave way because it was asked to
	EventSyscall                          // G makes a system call
	EventSyscallEnd                       // G is back from it and runs
	EventSyscallSlow                      // G is back from it and waits for its turn to run
	EventTimer                            // a timer fired
	EventStopWorld                        // G asks all others to stand still
	EventStopped                          // they do
	EventStartWorld                       // G lets them go on
	EventPoll                             // the network has readied N Gs
	EventMStart                           // the M's thread was started

	// What designs report: see M.Event.
	EventMPark     // the M goes to sleep
	EventMWake     // the M was woken
	EventSteal     // the M took N Gs from P Of
	EventGlobalGet // the M took N Gs from the global queue
	EventHandoff   // P Of was given up because of a system call
	EventRetake    // P Of was taken from an M in a system call

	numEventKinds
)

// Event is something that happened.
type Event struct {
	When   int64  // by host.Nanotime; see 'The time of an event'
	G      uint64 // ID of the G that it happened to, or that runs on the M; 0: none
	By     uint64 // ID of the G that did it
	N      int    // how many
	M      int16  // ID of the M; -1: outside of all
	P      int16  // ID of its P; -1: it has none, or the design has no Ps
	Of     int16  // ID of another P or M
	What   EventKind
	Reason WaitReason // of EventPark
}

// EventSink takes events. Its Take is called
//
//   - with a batch of one M's events, in order; the batches of one M come in order,
//     too, those of different Ms as they get full;
//   - one call at a time, on any thread, with locks of the scheduler held and in
//     the middle of anything: it must not call the scheduler or a G, nor wait. The
//     time that it takes is the scheduler's;
//   - with a batch that is valid until it returns: Clone what is to be kept.
type EventSink interface {
	Take(*EventBatch)
}

// EventBatch is some events of one M.
type EventBatch struct {
	eventState // before the first word
	words      []uint64
	marks      int // of these, words that are no event
}

// eventState is what carries over from word to word.
type eventState struct {
	ticks uint64 // the last clock reading
	g     uint64 // ID of the G that runs
	m, p  int16
}

// A word is a kind and 59 bits, which hold, by kind: none of the G or P but the
// ticks, or the ID of a G, or a reason, or a P, or two numbers.
const (
	eventKindBits = 5
	eventOfBits   = 16

	// Marks.
	eventTime = EventKind(0)                    // a clock reading for what follows
	eventP    = EventKind(1<<eventKindBits - 1) // the M has another P: its ID + 1
)

func eventWord(what EventKind, arg uint64) uint64 { return arg<<eventKindBits | uint64(what) }

func splitEventWord(w uint64) (what EventKind, arg uint64) {
	return EventKind(w & (1<<eventKindBits - 1)), w >> eventKindBits
}

// eventForm says what the words of a kind hold.
type eventForm uint8

const (
	holdsTime eventForm = iota
	holdsG
	holdsReason
	holdsOf // and N
)

var eventForms = [1 << eventKindBits]eventForm{
	EventSpawn: holdsG, EventRun: holdsG, EventReady: holdsG, EventPark: holdsReason,
	EventPoll: holdsOf, EventMStart: holdsOf, EventMPark: holdsOf, EventMWake: holdsOf, EventSteal: holdsOf,
	EventGlobalGet: holdsOf, EventHandoff: holdsOf, EventRetake: holdsOf, eventP: holdsOf,
}

// leavesM: after such an event no G runs on the M.
const leavesM = 1<<EventPark | 1<<EventEnd | 1<<EventYield | 1<<EventPreempted | 1<<EventSyscallSlow

// Len returns the number of events.
func (b *EventBatch) Len() int { return len(b.words) - b.marks }

// M returns the ID of the M whose events these are; -1: they happened outside of all.
func (b *EventBatch) M() int { return int(b.m) }

// Clone returns a copy to keep.
func (b *EventBatch) Clone() *EventBatch {
	c := *b
	c.words = append([]uint64(nil), b.words...)
	return &c
}

// All returns the events.
func (b *EventBatch) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		var clock eventClock
		b.decode(func(ticks uint64, e Event) bool {
			e.When = clock.at(ticks)
			return yield(e)
		})
	}
}

// eventClock converts ticks, of which many in a row are the same.
type eventClock struct {
	ticks uint64
	when  int64
}

func (c *eventClock) at(ticks uint64) int64 {
	if ticks != c.ticks {
		c.ticks, c.when = ticks, host.TicksAt(ticks)
	}
	return c.when
}

// decode calls yield for each event, with its time in ticks in place of When.
func (b *EventBatch) decode(yield func(ticks uint64, e Event) bool) {
	s := b.eventState
	for _, w := range b.words {
		e, ok := s.next(w)
		if ok && !yield(s.ticks, e) {
			return
		}
	}
}

// next goes one word on. Not ok: the word is a mark.
func (s *eventState) next(w uint64) (e Event, ok bool) {
	what, arg := splitEventWord(w)
	e = Event{What: what, G: s.g, M: s.m}
	switch eventForms[what] {
	case holdsTime:
		s.ticks = ticksAfter(s.ticks, arg)
	case holdsG:
		e.G, e.By = arg, s.g
	case holdsReason:
		e.Reason = WaitReason(arg)
	case holdsOf:
		e.Of, e.N = int16(arg&(1<<eventOfBits-1))-1, int(arg>>eventOfBits)
	}
	switch {
	case what == EventRun:
		s.g, e.By = e.G, 0
	case leavesM>>what&1 != 0:
		s.g = 0
	case what == eventP:
		s.p = e.Of
	}
	e.P = s.p
	return e, what != eventTime && what != eventP
}

// ticksAfter completes a reading of which the last 59 bits are known; not one that
// is before prev, as another CPU's may be by a little.
func ticksAfter(prev, low uint64) uint64 {
	const shift = eventKindBits
	return prev + uint64(max(0, int64((low-prev)<<shift)>>shift))
}

// trace is an M's part of the event stream. It belongs to the M; at rest, to who
// flushes it.
type trace struct {
	all   *traces
	batch EventBatch // its state is that before the first word of buf
	p     int16      // the P now
	n     uint8      // words in buf; that it has wrapped to 0 means full
	buf   [1 << 8]uint64
}

// event notes that something happened to gp. All hooks are to be inlined: without a
// sink they are a load and a branch.
func (mp *M) event(what EventKind, gp *G) {
	if mp.trace != nil {
		mp.trace.of(what, gp)
	}
}

// eventAfter is event for what another M may have had its hands on last.
func (mp *M) eventAfter(what EventKind, gp *G) {
	if mp.trace != nil {
		mp.trace.after(what, gp)
	}
}

// timed notes that something happened on mp, and when.
func (mp *M) timed(what EventKind) {
	if mp.trace != nil {
		mp.trace.timed(what)
	}
}

// parked notes that the G on mp waits since ticks.
func (mp *M) parked(reason WaitReason, ticks uint64) {
	if mp.trace != nil {
		mp.trace.parked(reason, ticks)
	}
}

// Event notes that something happened on mp, for the design: of is the ID of a P or
// M, or -1, and n a number, as the kind says. On the M's own thread, before the
// design lists it as idle or resting, or after it is listed no more: at rest others
// read what is in the buffers.
func (mp *M) Event(what EventKind, of, n int) {
	if mp.trace != nil {
		mp.trace.addOf(what, of, n)
	}
}

// SetP notes which P (or slot) the M holds, for events; -1: none. As Event.
func (mp *M) SetP(id int) {
	if mp.trace != nil {
		mp.trace.setP(int16(id))
	}
}

// Event is M.Event for threads that are none, or of which the design does not know
// whether they rest, such as the monitor. The design may hold its lock.
func (c *Core) Event(what EventKind, of, n int) {
	if c.traces.sink == nil {
		return
	}
	c.mu.Lock()
	c.traces.outside.addOf(what, of, n)
	c.mu.Unlock()
}

func (t *trace) add(w uint64) {
	t.buf[t.n] = w
	if t.n++; t.n == 0 {
		t.hand(len(t.buf))
	}
}

func (t *trace) mark(what EventKind, arg uint64) {
	t.batch.marks++
	t.add(eventWord(what, arg))
}

// What the hooks call is not inlined into them, or they would not be into theirs.

//go:noinline
func (t *trace) of(what EventKind, gp *G) { t.add(eventWord(what, gp.id)) }

//go:noinline
func (t *trace) after(what EventKind, gp *G) {
	if gp.lastM != t.batch.m {
		t.mark(eventTime, host.Ticks())
	}
	t.add(eventWord(what, gp.id))
}

//go:noinline
func (t *trace) timed(what EventKind) { t.add(eventWord(what, host.Ticks())) }

//go:noinline
func (t *trace) parked(reason WaitReason, ticks uint64) {
	t.mark(eventTime, ticks)
	t.add(eventWord(EventPark, uint64(reason)))
}

//go:noinline
func (t *trace) addOf(what EventKind, of, n int) {
	t.mark(eventTime, host.Ticks())
	t.add(eventWord(what, eventOf(of, n)))
}

func eventOf(of, n int) uint64 { return uint64(n)<<eventOfBits | uint64(uint16(of+1)) }

func (t *trace) setP(id int16) {
	if id != t.p {
		t.p = id
		t.mark(eventP, eventOf(int(id), 0))
	}
}

// hand gives the first n words to the sink.
func (t *trace) hand(n int) {
	b := &t.batch
	b.words = t.buf[:n]
	t.all.mu.Lock()
	t.all.sink.Take(b)
	t.all.mu.Unlock()
	b.carryOver()
	b.p, b.marks, t.n = t.p, 0, 0
}

// carryOver makes the state that after the last word, but for p. The words that say
// so are most often among the last.
func (b *EventBatch) carryOver() {
	knowsG, knowsTicks, before := false, false, b.ticks
	for i := len(b.words) - 1; i >= 0 && !(knowsG && knowsTicks); i-- {
		what, arg := splitEventWord(b.words[i])
		if !knowsTicks && eventForms[what] == holdsTime {
			b.ticks, knowsTicks = ticksAfter(before, arg), true
		}
		if runs := what == EventRun; !knowsG && (runs || leavesM>>what&1 != 0) {
			b.g, knowsG = 0, true
			if runs {
				b.g = arg
			}
		}
	}
}

// traces is the event stream of a scheduler.
type traces struct {
	sink EventSink
	mu   host.Mutex // around calls of sink

	// Under Core.mu.
	ms      []*trace
	outside *trace // for threads that are no M
}

func (ts *traces) init(sink EventSink) {
	if sink == nil {
		return
	}
	ts.sink = sink
	ts.mu.SetRank(rank.Events)
	ts.outside = ts.add(noM)
}

// add returns the trace of a new M; nil if there is no sink. Under Core.mu.
func (ts *traces) add(m int16) *trace {
	if ts.sink == nil {
		return nil
	}
	t := &trace{all: ts, p: noP}
	t.batch.eventState = eventState{ticks: host.Ticks(), m: m, p: noP}
	ts.ms = append(ts.ms, t)
	return t
}

// noP is the P of who has none.
const noP = -1

// flush hands over what is in the buffers. Under Core.mu, at rest or when all
// threads have ended.
func (ts *traces) flush() {
	for _, t := range ts.ms {
		if t.n != 0 {
			t.hand(int(t.n))
		}
	}
}

// spawned notes a G from outside. Under Core.mu.
func (ts *traces) spawned(gp *G) {
	if ts.sink != nil {
		ts.outside.after(EventSpawn, gp)
	}
}
