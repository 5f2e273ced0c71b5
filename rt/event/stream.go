package event

import (
	"schedlab/host"
	"schedlab/rt/rank"
)

// Stream is where the events of a scheduler come together. One lock of the
// scheduler's guards all calls of its methods.
type Stream struct {
	sink      Sink
	mu        host.CountedMutex // around calls of sink
	recorders []*Recorder
	outside   *Recorder // for threads that are no M
}

// Init makes sink the one that all events go to. If it is nil nothing is recorded.
func (s *Stream) Init(sink Sink) {
	s.mu.SetRank(rank.Events) // it is counted even if nothing is recorded
	if sink == nil {
		return
	}
	s.sink = sink
	s.outside = s.Add(None)
}

// Add returns the recorder of a new M; nil if there is no sink.
func (s *Stream) Add(m int16) *Recorder {
	if s.sink == nil {
		return nil
	}
	r := &Recorder{stream: s, p: None}
	r.batch.state = state{ticks: host.Ticks(), m: m, p: None}
	s.recorders = append(s.recorders, r)
	return r
}

// Injected records that G g was made from outside. m is the M that dealt with it last.
func (s *Stream) Injected(g uint64, m int16) {
	if s.sink != nil {
		s.outside.GFrom(Spawn, g, m)
	}
}

// Flush hands over what is in the buffers. It is to be called at rest, or when all
// threads have ended.
func (s *Stream) Flush() {
	for _, r := range s.recorders {
		if r.n != 0 {
			r.hand(int(r.n))
		}
	}
}

// Count returns what the lock has cost.
func (s *Stream) Count() host.Count { return s.mu.Count() }

// take is called by Ms as well, without the scheduler's lock.
func (s *Stream) take(b *Batch) {
	s.mu.Lock()
	s.sink.Take(b)
	s.mu.Unlock()
}
