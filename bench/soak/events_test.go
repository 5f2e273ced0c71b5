package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
)

// ev is an event of a G on an M.
func ev(what event.Kind, g uint64, m int16) event.Event {
	return event.Event{What: what, G: g, M: m}
}

func TestEventsTellAPossibleLife(t *testing.T) {
	const (
		spawn, runs, ready, park, end = event.Spawn, event.Run, event.Ready, event.Park, event.End
		call, back, slow              = event.Syscall, event.SyscallEnd, event.SyscallSlow
	)
	for name, c := range map[string]struct {
		events []event.Event
		left   int64
		want   string
	}{
		"a short life":       {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"readied by another": {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(ready, 1, 1), ev(runs, 1, 1), ev(end, 1, 1)}},
		"parked in vain":     {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(runs, 1, 0), ev(end, 1, 0)}},
		"system calls": {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(call, 1, 0), ev(back, 1, 0), ev(call, 1, 0), ev(slow, 1, 0),
			ev(runs, 1, 3), ev(end, 1, 3)}},
		"blocked for ever":    {left: 1, events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0)}},
		"what is no G's":      {events: []event.Event{ev(event.MPark, 0, 0), ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"made twice":          {events: []event.Event{ev(spawn, 1, -1), ev(spawn, 1, -1)}, want: "the G is runnable, which must be one of [not made]"},
		"never made":          {events: []event.Event{ev(runs, 1, 0)}, want: "the G is not made, which must be one of [runnable waiting]"},
		"ended without a run": {events: []event.Event{ev(spawn, 1, 0), ev(end, 1, 0)}, want: "the G is runnable, which must be one of [running]"},
		"ended twice": {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0), ev(end, 1, 0)},
			want: "event 3 of 4"},
		"on two Ms": {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(runs, 1, 1)}, want: "the G is running, which must be"},
		"two on an M": {events: []event.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(runs, 1, 0), ev(runs, 2, 0)},
			want: "G 1 is on the M"},
		"ended on another M":  {events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 1)}, want: "the G was on M 0, and on this M is G 0"},
		"readied while ready": {events: []event.Event{ev(spawn, 1, -1), ev(ready, 1, 0)}, want: "must be one of [waiting]"},
		"never ended": {events: []event.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(spawn, 3, -1)},
			want: "3 Gs have not ended; 0 to 1 are to be left"},
		"one too few left": {left: 1, events: []event.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}, want: "0 Gs have not ended; 1 to 2 are to be left"},
	} {
		made := uint64(0)
		for _, e := range c.events {
			if e.What == spawn {
				made++
			}
		}
		err := checkEvents(c.events, rt.Stats{Injected: made}, c.left, c.left+1)
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
	}
	require.ErrorContains(t, checkEvents(nil, rt.Stats{Spawned: 1}, 0, 0), "0 Gs were made; Stats tells of 1")
}
