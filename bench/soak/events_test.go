package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// ev is an event of a G on an M.
func ev(what rt.EventKind, g uint64, m int16) rt.Event {
	return rt.Event{What: what, G: g, M: m}
}

func TestEventsTellAPossibleLife(t *testing.T) {
	const (
		spawn, runs, ready, park, end = rt.EventSpawn, rt.EventRun, rt.EventReady, rt.EventPark, rt.EventEnd
		call, back, slow              = rt.EventSyscall, rt.EventSyscallEnd, rt.EventSyscallSlow
	)
	for name, c := range map[string]struct {
		events []rt.Event
		left   int64
		want   string
	}{
		"a short life":       {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"readied by another": {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(ready, 1, 1), ev(runs, 1, 1), ev(end, 1, 1)}},
		"parked in vain":     {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0), ev(runs, 1, 0), ev(end, 1, 0)}},
		"system calls": {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(call, 1, 0), ev(back, 1, 0), ev(call, 1, 0), ev(slow, 1, 0),
			ev(runs, 1, 3), ev(end, 1, 3)}},
		"blocked for ever":    {left: 1, events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(park, 1, 0)}},
		"what is no G's":      {events: []rt.Event{ev(rt.EventMPark, 0, 0), ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}},
		"made twice":          {events: []rt.Event{ev(spawn, 1, -1), ev(spawn, 1, -1)}, want: "the G is runnable, which must be one of [not made]"},
		"never made":          {events: []rt.Event{ev(runs, 1, 0)}, want: "the G is not made, which must be one of [runnable waiting]"},
		"ended without a run": {events: []rt.Event{ev(spawn, 1, 0), ev(end, 1, 0)}, want: "the G is runnable, which must be one of [running]"},
		"ended twice": {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0), ev(end, 1, 0)},
			want: "event 3 of 4"},
		"on two Ms": {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(runs, 1, 1)}, want: "the G is running, which must be"},
		"two on an M": {events: []rt.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(runs, 1, 0), ev(runs, 2, 0)},
			want: "G 1 is on the M"},
		"ended on another M":  {events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 1)}, want: "the G was on M 0, and on this M is G 0"},
		"readied while ready": {events: []rt.Event{ev(spawn, 1, -1), ev(ready, 1, 0)}, want: "must be one of [waiting]"},
		"never ended": {events: []rt.Event{ev(spawn, 1, -1), ev(spawn, 2, -1), ev(spawn, 3, -1)},
			want: "3 Gs have not ended; 0 to 1 are to be left"},
		"one too few left": {left: 1, events: []rt.Event{ev(spawn, 1, -1), ev(runs, 1, 0), ev(end, 1, 0)}, want: "0 Gs have not ended; 1 to 2 are to be left"},
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
