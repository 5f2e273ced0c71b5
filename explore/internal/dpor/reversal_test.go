package dpor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// What a CAS does before the write that it raced with depends on what the write has found.
func TestWhatComparesIsForeseen(t *testing.T) {
	for _, c := range []struct {
		found, want uint64
		mode        engine.Mode
	}{{0, 0, engine.Writes}, {0, 1, engine.Reads}} {
		h := made(t, "0 w0; 1 r0")
		h.e.Events[0].Old = c.found
		h.e.Events[1].Kind, h.e.Events[1].Want = engine.OpCAS, c.want
		var m reverser
		m.begin(h, 0)
		v, ok := m.reverse(race{0, 1})
		require.True(t, ok)
		require.Equal(t, c.mode, v.last.Mode)
		require.Equal(t, c.mode, v.last.effect.Mode)
		require.Equal(t, engine.OpCAS, v.last.kind)
	}
}

// Before a step that times out there may be only so many early timeouts: those that need not
// be there are left out.
func TestEarlyTimeoutsAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		name, events string
		early        int32 // the event that timed out early
		f            int32
		limit        int
		ok           bool
		before       []int32
	}{
		{"one is left", "0 w0; 2 w1; 1 w0", 1, 2, 2, true, []int32{1}},
		{"none is left", "0 w0; 2 w1; 1 w0", 1, 2, 1, true, []int32{}},
		{"with what follows it", "0 w0; 2 w1; 3 r1; 3 w2; 4 w3; 1 w0", 1, 5, 1, true, []int32{4}},
		{"what follows it cannot do without", "0 w0; 2 w1; 2 w0", 1, 2, 1, false, nil},
		{"it was before e", "2 w1; 0 w0; 1 w0", 0, 2, 1, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := made(t, c.events)
			h.e.Limits.Timeouts = c.limit
			h.e.Events[c.early].Timed, h.e.Events[c.early].Early = true, true
			h.early = []int32{c.early}
			f := &h.e.Events[c.f]
			f.Timed, f.Due = true, 100 // OK is false: it timed out
			e := c.f
			for e--; h.e.Events[e].Obj != f.Obj; {
				e--
			}
			var m reverser
			m.begin(h, e)
			v, ok := m.reverse(race{e, c.f})
			require.Equal(t, c.ok, ok)
			if c.ok {
				require.Equal(t, c.before, v.before)
				require.Equal(t, h.e.TimeID, v.last.Obj2, "to time out touches the clock")
			}
			require.Equal(t, h.independentOf(e, nil), append([]int32(nil), m.after...),
				"other reversals of e have it all")
		})
	}
}

// A step that sleeps and could begin the reversal has been explored there.
func TestWhatWakesSleepers(t *testing.T) {
	for _, c := range []struct {
		name, events string
		f            int32
		sleeps       step
		woken        bool
	}{
		{"it is the step", "0 w0; 1 w0", 1, sleeper(1, 0), false},
		{"it conflicts with the last step", "0 w0; 1 w0", 1, sleeper(2, 0), true},
		{"it conflicts with nothing", "0 w0; 1 w0", 1, sleeper(2, 5), false},
		{"it conflicts with a step before", "0 w0; 3 w5; 1 w0", 2, sleeper(2, 5), true},
		{"it is a step before", "0 w0; 3 w5; 1 w0", 2, sleeper(3, 5), false},
		{"it comes after what it depends on", "0 w0; 3 w5; 4 w5; 1 w0", 3, sleeper(4, 5), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := made(t, c.events)
			taken := h.step(0)
			n := &node{sleep: []step{c.sleeps, taken}}
			p := &place{node: n, cur: taken, sleep: n.sleep[:1]}
			var m reverser
			var s sleepers
			m.begin(h, 0)
			woken := s.begin(h, p, m.after)
			if woken {
				v, ok := m.reverse(race{0, c.f})
				require.True(t, ok)
				woken = s.wokenBy(v)
			}
			require.Equal(t, c.woken, woken)
		})
	}
}

// sleeper is the first step of a thread, which writes obj.
func sleeper(thread, obj int32) step {
	return step{
		thread: thread, seq: 1, kind: engine.OpStore,
		Footprint: engine.Footprint{Obj: obj, Obj2: engine.NoObject, Mode: engine.Writes},
	}
}
