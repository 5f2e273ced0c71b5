package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

// ev is an event of a G on an M.
func ev(what designs.EventKind, g uint64, m int16) designs.Event {
	return designs.Event{What: what, G: g, M: m}
}

func TestEventsTellAPossibleLife(t *testing.T) {
	const (
		spawn, runs, ready, park, end = designs.EventSpawn, designs.EventRun, designs.EventReady, designs.EventPark, designs.EventEnd
		call, back, slow              = designs.EventSyscall, designs.EventSyscallEnd, designs.EventSyscallSlow
	)
	for name, c := range map[string]struct {
		events []designs.Event
		left   int64
		want   string
	}{
		"a short life":       {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"readied by another": {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(ready, 1, 1), ev(runs, 1, 1), ev(end, 1, 1)}},
		"parked in vain":     {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(runs, 1, 0), ev(end, 1, 0)}},
		"system calls": {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(call, 1, 0), ev(back, 1, 0), ev(call, 1, 0), ev(slow, 1, 0),
			ev(runs, 1, 3), ev(end, 1, 3)}},
		"blocked for ever":    {left: 1, events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0)}},
		"what is no G's":      {events: []designs.Event{ev(designs.EventMPark, 0, 0), ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"made twice":          {events: []designs.Event{ev(spawn, 1, -1), ev(spawn, 1, -1)}, want: "the G is runnable, which must be one of [not made]"},
		"never made":          {events: []designs.Event{ev(runs, 1, 0)}, want: "the G is not made, which must be one of [runnable waiting]"},
		"ended without a run": {events: []designs.Event{ev(spawn, 1, 0), ev(end, 1, 0)}, want: "the G is runnable, which must be one of [running]"},
		"ended twice": {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0), ev(end, 1, 0)},
			want: "event 3 of 4"},
		"on two Ms": {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(runs, 1, 1)}, want: "the G is running, which must be"},
		"two on an M": {events: []designs.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(runs, 1, 0), ev(runs, 2, 0)},
			want: "G 1 is on the M"},
		"ended on another M":  {events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 1)}, want: "the G was on M 0, and on this M is G 0"},
		"readied while ready": {events: []designs.Event{ev(spawn, 1, -1), ev(ready, 1, 0)}, want: "must be one of [waiting]"},
		"never ended": {events: []designs.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(spawn, 3, -1)},
			want: "3 Gs have not ended; 0 to 1 are to be left"},
		"one too few left": {left: 1, events: []designs.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}, want: "0 Gs have not ended; 1 to 2 are to be left"},
	} {
		made := uint64(0)
		for _, e := range c.events {
			if e.What == spawn {
				made++
			}
		}
		err := checkEvents(c.events, designs.Stats{Injected: made}, c.left, c.left+1)
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
	}
	require.ErrorContains(t, checkEvents(nil, designs.Stats{Spawned: 1}, 0, 0), "0 Gs were made; Stats tells of 1")
}
