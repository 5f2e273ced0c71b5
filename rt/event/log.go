package event

import (
	"cmp"
	"slices"

	"schedlab/host"
	"schedlab/rt/rank"
)

// Log is a sink that keeps what it is given: for tests and tools. It may be read
// while the scheduler goes on.
type Log struct {
	// Limit is how many events are kept at least before the oldest are dropped; 0: ten
	// million. An event takes about ten bytes.
	Limit int

	mu      host.Mutex // guards all below
	batches []*Batch
	kept    int
	dropped int
}

// defaultLimit is the Limit of a Log that says nothing else.
const defaultLimit = 10e6

// Take implements [Sink].
func (l *Log) Take(b *Batch) {
	c := b.Clone()
	l.lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, c)
	l.kept += c.Len()
	limit := l.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	for l.kept-l.batches[0].Len() >= limit {
		l.kept -= l.batches[0].Len()
		l.dropped += l.batches[0].Len()
		l.batches[0] = nil
		l.batches = l.batches[1:]
	}
}

func (l *Log) lock() {
	l.mu.SetRank(rank.Sink) // the zero Log is good to use
	l.mu.Lock()
}

// Dropped returns how many events are no longer kept.
func (l *Log) Dropped() int {
	l.lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Events returns all that is kept, by time: see 'The time of an event'.
func (l *Log) Events() []Event {
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
	// Sorted by ticks, and converted last, so that one calibration holds for all.
	// Stable: events of an M that have one time stay in order.
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.When, b.When) })
	host.Ticks()
	var c clock
	for i := range events {
		e := &events[len(events)-1-i]
		e.When = c.at(uint64(e.When))
	}
	return events
}
