package rt

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt/event"
)

// counts is a sink that only counts.
type counts struct{ n int }

func (s *counts) Take(b *event.Batch) { s.n += b.Len() }

// newTellingM is an M whose events go to sink.
func newTellingM(sink event.Sink) *M {
	c := &Core{}
	c.events.Init(sink)
	return &M{core: c, events: c.events.Add(0)}
}

func TestDesignsTellOfMsAndPs(t *testing.T) {
	log := &event.Log{}
	mp := newTellingM(log)
	mp.SetP(4)
	mp.TellWake()
	mp.TellSteal(2, 9)
	mp.TellGlobalGet(5)
	mp.TellRetake(3)
	mp.TellHandoff(4)
	mp.DropP()
	mp.TellPark()
	mp.core.events.Flush()
	var told []event.Event
	for _, e := range log.Events() {
		e.When = 0
		told = append(told, e)
	}
	require.Equal(t, []event.Event{
		{What: event.MWake, P: 4, Of: event.None},
		{What: event.Steal, P: 4, Of: 2, N: 9},
		{What: event.GlobalGet, P: 4, Of: event.None, N: 5},
		{What: event.Retake, P: 4, Of: 3},
		{What: event.Handoff, P: 4, Of: 4},
		{What: event.MPark, P: event.None, Of: event.None},
	}, told)
}

// Without a sink nothing is recorded, with one nothing is allocated.
func TestTellingDoesNotAllocate(t *testing.T) {
	for _, sink := range []event.Sink{nil, &counts{}} {
		mp := newTellingM(sink)
		gp := &G{id: 1}
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			mp.event(event.Spawn, gp)
			mp.eventAfter(event.Run, gp)
			mp.parked(WaitMutex, 1)
			mp.timed(event.End)
			mp.TellSteal(1, 2)
			mp.SetP(1)
		}))
	}
}

// BenchmarkEvents: one op is the life of a G that never blocks.
func BenchmarkEvents(b *testing.B) {
	for _, sink := range []event.Sink{nil, &counts{}, &event.Log{Limit: 1e5}} {
		name := "off"
		if sink != nil {
			name = strings.ToLower(reflect.TypeOf(sink).Elem().Name())
		}
		b.Run("sink="+name, func(b *testing.B) {
			mp := newTellingM(sink)
			gp := &G{id: 1}
			b.ReportAllocs()
			for b.Loop() {
				mp.event(event.Spawn, gp)
				mp.eventAfter(event.Run, gp)
				mp.timed(event.End)
			}
		})
	}
}
