package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
)

// stream returns events that are written as "run 1 0, end 1 0": event, G, M. The M may be left
// out.
func stream(t *testing.T, text string) (list []event.Event) {
	kinds := map[string]event.Kind{
		"spawn": event.Spawn, "run": event.Run, "ready": event.Ready, "park": event.Park,
		"end": event.End, "call": event.Syscall, "back": event.SyscallEnd,
		"slow": event.SyscallSlow, "mpark": event.MPark,
	}
	for word := range strings.SplitSeq(text, ", ") {
		e, name := event.Event{M: -1}, ""
		n, _ := fmt.Sscan(word, &name, &e.G, &e.M) // without an M, n is 2
		require.GreaterOrEqual(t, n, 2, word)
		require.Contains(t, kinds, name)
		e.What = kinds[name]
		list = append(list, e)
	}
	return list
}

func TestEventsTellAPossibleLife(t *testing.T) {
	for name, c := range map[string]struct {
		events string
		left   int64
		want   string
	}{
		"a short life":       {events: "spawn 1, run 1 0, end 1 0"},
		"readied by another": {events: "spawn 1, run 1 0, park 1 0, ready 1 1, run 1 1, end 1 1"},
		"parked in vain":     {events: "spawn 1, run 1 0, park 1 0, run 1 0, end 1 0"},
		"system calls": {
			events: "spawn 1, run 1 0, call 1 0, back 1 0, call 1 0, slow 1 0, run 1 3, end 1 3"},
		"blocked for ever": {events: "spawn 1, run 1 0, park 1 0", left: 1},
		"one of no G":      {events: "mpark 0 0, spawn 1, run 1 0, end 1 0"},
		"made twice": {events: "spawn 1, spawn 1",
			want: "the G is runnable, which must be one of [not made]"},
		"never made": {events: "run 1 0",
			want: "the G is not made, which must be one of [runnable waiting]"},
		"ended without a run": {events: "spawn 1 0, end 1 0",
			want: "the G is runnable, which must be one of [running]"},
		"ended twice": {events: "spawn 1, run 1 0, end 1 0, end 1 0",
			want: "event 3 of 4"},
		"on two Ms": {events: "spawn 1, run 1 0, run 1 1",
			want: "the G is running, which must be"},
		"two on an M": {events: "spawn 1, spawn 2, run 1 0, run 2 0",
			want: "the M still has G 1"},
		"ended on another M": {events: "spawn 1, run 1 0, end 1 1",
			want: "the G was on M 0, and on this M is G 0"},
		"readied while runnable": {events: "spawn 1, ready 1 0",
			want: "must be one of [waiting]"},
		"never ended": {events: "spawn 1, spawn 2, spawn 3",
			want: "3 Gs have not ended; 0 to 1 are to be left"},
		"one too few left": {events: "spawn 1, run 1 0, end 1 0", left: 1,
			want: "0 Gs have not ended; 1 to 2 are to be left"},
	} {
		events, made := stream(t, c.events), uint64(0)
		for _, e := range events {
			if e.What == event.Spawn {
				made++
			}
		}
		err := checkEvents(events, rt.Stats{Injected: made}, c.left, c.left+1)
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.want, name)
	}
	err := checkEvents(nil, rt.Stats{Spawned: 1}, 0, 0)
	require.ErrorContains(t, err, "0 Gs were made; Stats tells of 1")
}
