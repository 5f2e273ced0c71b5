package rt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"schedlab/host"
	"schedlab/rt/rank"
)

// EventLog is a sink that keeps what it is given: for tests and tools. It may be
// read while the scheduler goes on.
type EventLog struct {
	// Limit is how many events are kept at least, before the oldest are dropped; 0:
	// DefaultEventLimit. An event takes some ten bytes.
	Limit int

	mu      host.Mutex // guards all below
	batches []*EventBatch
	kept    int
	dropped int
}

// DefaultEventLimit is the Limit of an EventLog that says nothing else.
const DefaultEventLimit = 10e6

// Take implements [EventSink].
func (l *EventLog) Take(b *EventBatch) {
	c := b.Clone()
	l.lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, c)
	l.kept += c.Len()
	limit := l.Limit
	if limit == 0 {
		limit = DefaultEventLimit
	}
	for l.kept-l.batches[0].Len() >= limit {
		l.kept -= l.batches[0].Len()
		l.dropped += l.batches[0].Len()
		l.batches[0] = nil
		l.batches = l.batches[1:]
	}
}

func (l *EventLog) lock() {
	l.mu.SetRank(rank.Sink) // the zero EventLog is good to use
	l.mu.Lock()
}

// Dropped returns how many events are no longer kept.
func (l *EventLog) Dropped() int {
	l.lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Events returns all that is kept, by time: see 'The time of an event'.
func (l *EventLog) Events() []Event {
	l.lock()
	batches, kept := slices.Clone(l.batches), l.kept
	l.mu.Unlock()
	events := make([]Event, 0, kept)
	for _, b := range batches {
		b.decode(func(ticks uint64, e Event) bool {
			e.When = int64(ticks)
			events = append(events, e)
			return true
		})
	}
	// By ticks and converted last, so that one calibration goes for all. Stable: the
	// events of an M that have one time stay in order.
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.When, b.When) })
	host.Ticks()
	var clock eventClock
	for i := range events {
		e := &events[len(events)-1-i]
		e.When = clock.at(uint64(e.When))
	}
	return events
}

// String returns the event as a line of text.
func (e Event) String() string {
	return fmt.Sprintf("%.6f ms %s: %s", float64(e.When)/1e6, e.where(), e.what())
}

func (e Event) where() string {
	switch {
	case e.M < 0:
		return "outside"
	case e.P < 0:
		return fmt.Sprintf("M%d", e.M)
	}
	return fmt.Sprintf("M%d P%d", e.M, e.P)
}

// eventTexts say what happened: %g is the G, %b the one that did it, %o the P, %n the
// number, %r the reason.
var eventTexts = [numEventKinds]string{
	EventSpawn:       "%g is spawned by %b",
	EventRun:         "%g runs",
	EventReady:       "%g is readied by %b",
	EventPark:        "%g waits: %r",
	EventEnd:         "%g ends",
	EventYield:       "%g yields",
	EventPreempted:   "%g is preempted",
	EventSyscall:     "%g makes a system call",
	EventSyscallEnd:  "%g is back from the system call",
	EventSyscallSlow: "%g is back from the system call and queues",
	EventTimer:       "a timer fires",
	EventStopWorld:   "%g stops the world",
	EventStopped:     "the world stands still",
	EventStartWorld:  "%g starts the world",
	EventPoll:        "the network readies %n",
	EventMStart:      "the M starts",
	EventMPark:       "the M parks",
	EventMWake:       "the M wakes",
	EventSteal:       "steals %n from %o",
	EventGlobalGet:   "takes %n from the global queue",
	EventHandoff:     "%o is handed off for a system call",
	EventRetake:      "%o is retaken from a system call",
}

func (e Event) what() string {
	if e.What == 0 || e.What >= numEventKinds {
		return fmt.Sprintf("EventKind(%d)", e.What)
	}
	return strings.NewReplacer(
		"%g", fmt.Sprintf("G %d", e.G), "%b", by(e.By), "%o", fmt.Sprintf("P %d", e.Of),
		"%n", fmt.Sprintf("%d Gs", e.N), "%r", e.Reason.String(),
	).Replace(eventTexts[e.What])
}

func by(id uint64) string {
	if id == 0 {
		return "no G"
	}
	return fmt.Sprintf("G %d", id)
}
