package dpor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

func TestWhatHappenedBeforeWhat(t *testing.T) {
	for _, c := range []struct {
		name, events string
		before       [][2]int32 // all pairs of different events
	}{
		{"one thread", "0 w0; 0 w1", [][2]int32{{0, 1}}},
		{"two variables", "0 w0; 1 w1", nil},
		{"two reads", "0 r0; 1 r0", nil},
		{"a write and a read", "0 w0; 1 r0", [][2]int32{{0, 1}}},
		{"a read and a write", "0 r0; 1 w0", [][2]int32{{0, 1}}},
		{"reads between writes", "0 w0; 1 r0; 2 r0; 0 w0",
			[][2]int32{{0, 1}, {0, 2}, {0, 3}, {1, 3}, {2, 3}}},
		{"over a third thread", "0 w0; 1 r0; 1 w1; 2 r1",
			[][2]int32{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}},
		{"more threads than a clock had room for", "0 w0; 5 r0; 9 w0",
			[][2]int32{{0, 1}, {0, 2}, {1, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := made(t, c.events)
			var before [][2]int32
			for a := range int32(len(h.e.Events)) {
				require.True(t, h.before(a, a))
				for b := range int32(len(h.e.Events)) {
					if a != b && h.before(a, b) {
						before = append(before, [2]int32{a, b})
					}
				}
			}
			require.Equal(t, c.before, before)
		})
	}
}

func TestPredecessorsAreTheLastThatTouched(t *testing.T) {
	h := made(t, "0 w0; 1 r0; 2 r0; 1 r0; 0 w1")
	for _, c := range []struct {
		obj  int32
		mode engine.Mode
		want []int32
	}{
		{0, engine.Reads, []int32{0}},
		{0, engine.Writes, []int32{0, 3, 2}}, // of each thread its last read
		{1, engine.Writes, []int32{4}},
		{7, engine.Writes, nil}, // nobody has touched it
	} {
		ev := engine.Event{Obj: c.obj, Obj2: engine.NoObject, Mode: c.mode}
		got := append([]int32(nil), h.predecessors(5, &ev)...)
		require.Equal(t, c.want, got, "object %d", c.obj)
	}
}

func TestWhatDoesNotDependOnAnEvent(t *testing.T) {
	h := made(t, "0 w0; 1 w1; 0 w1; 2 r0; 1 w2")
	require.Equal(t, []int32{1, 4}, h.independentOf(0, nil))
	require.Equal(t, []int32{3}, h.independentOf(1, nil))
	require.Empty(t, h.independentOf(4, nil))
}

// What is executed again keeps its clocks; only objects and threads are told again.
func TestEventsThatAreRepeatedKeepTheirClocks(t *testing.T) {
	h := made(t, "0 w0; 1 r0; 0 w0")
	h.kept = 2
	h.rewind()
	h.e.Events = h.e.Events[:2]
	for h.seen < 2 {
		i, ev := h.next()
		h.note(i, ev)
	}
	require.True(t, h.before(0, 1))
	ev := engine.Event{Thread: 2, Obj: 0, Obj2: engine.NoObject, Mode: engine.Writes}
	require.Equal(t, []int32{0, 1}, h.predecessors(2, &ev))
	require.Equal(t, []int32{0, 1}, h.last)
}
