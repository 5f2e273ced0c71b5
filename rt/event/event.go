// Package event is the stream of what happens in a scheduler: which G, on which
// M and P, what, and when.
//
//	event.go    an event, and the interface of a sink
//	kind.go     what can happen, and its text
//	reason.go   what a G waits for
//	word.go     an event as a word of eight bytes
//	batch.go    words of one M, and how they are decoded
//	recorder.go the part of an M: it makes the words
//	stream.go   all recorders of a scheduler, and their sink
//	log.go      a sink that keeps the events
//
// Each M writes words into the buffer of a [Recorder] of its own. A full buffer
// goes to the [Sink]. The rest follows when the scheduler comes to rest, which it
// has when Run returns nil, and at the end of Close.
//
// # The time of an event
//
// An M reads the clock for what is slow anyway, or ends something: for each event
// but Spawn, Run and Ready. Those carry the M's last reading. A Run or a Ready of
// a G that another M dealt with last carries a new one. It follows:
//
//   - When is never later than the event. It is earlier by at most the time since the M's last
//     reading. An M runs a G straight after the last one left. So the beginning of a run is
//     early by what it took to find that G; for an M that was asleep, by the time since it
//     woke. A Spawn or a Ready by a G on its own M is early by as long as that G has been
//     running. All of them up to the next reading seem to be at one moment, in order.
//   - The events of one M are in order. So are those of one G, sorted by When: what
//     two Ms do with a G one after the other has a reading in between.
//   - This holds as far as the counters of the CPUs agree: see 'Ticks' in package
//     host.
//
// Native schedulers record nothing: their events are Go's (package runtime/trace).
package event

import (
	"fmt"
	"strings"
)

// Event is something that happened.
type Event struct {
	When   int64  // by host.Nanotime; see 'The time of an event'
	G      uint64 // ID of the G that it happened to, or that runs on the M; 0: none
	By     uint64 // ID of the G that did it
	N      int    // how many
	M      int16  // ID of the M; None: outside of all
	P      int16  // ID of its P; None: it has none, or the design has no Ps
	Of     int16  // ID of another P
	What   Kind
	Reason WaitReason // of Park
}

// None stands where an Event or a Batch would hold the ID of an M or a P.
const None = -1

// Sink takes events. Take is called
//
//   - with a batch of one M's events, in order. The batches of one M come in order,
//     too, those of different Ms as they get full;
//   - by one thread at a time, any thread, with locks of the scheduler held and in
//     the middle of anything. It must not call the scheduler or a G, nor wait. The
//     time that it takes is the scheduler's;
//   - with a batch that is valid until Take returns: Clone what is to be kept.
type Sink interface {
	Take(*Batch)
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

func (e Event) what() string {
	if e.What == 0 || e.What >= numKinds {
		return fmt.Sprintf("Kind(%d)", e.What)
	}
	return strings.NewReplacer(
		"%g", fmt.Sprintf("G %d", e.G), "%b", by(e.By), "%o", fmt.Sprintf("P %d", e.Of),
		"%n", fmt.Sprintf("%d Gs", e.N), "%r", e.Reason.String(),
	).Replace(kindTexts[e.What])
}

func by(id uint64) string {
	if id == 0 {
		return "no G"
	}
	return fmt.Sprintf("G %d", id)
}
