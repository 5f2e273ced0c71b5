package dpor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

func all(h *history) (list []int32) {
	for i := range h.e.Events {
		list = append(list, int32(i))
	}
	return list
}

func TestWhichStepsCanComeFirst(t *testing.T) {
	for _, c := range []struct {
		events string
		first  []int32 // threads of which the first step can come first
	}{
		{"0 w0; 1 w0", []int32{0}},
		{"0 w0; 1 w1; 2 r0", []int32{0, 1}},
		{"0 r0; 1 r0; 2 w0", []int32{0, 1}},
		{"0 w0; 0 w1; 1 r1; 2 w2", []int32{0, 2}},
	} {
		var s sequence
		h := made(t, c.events)
		s.set(h, all(h), nil)
		var first []int32
		for thread := range h.e.Threads {
			if k := s.find(int32(thread)); s.initial(k) {
				first = append(first, int32(thread))
			}
		}
		require.Equal(t, c.first, first, c.events)
		require.Equal(t, -1, s.find(77))
	}
}

func TestWhatIsLeftOfASequence(t *testing.T) {
	var s sequence
	h := made(t, "0 w0; 1 w1; 2 r0; 1 w2")
	s.set(h, all(h), nil)
	s.remove(s.find(1))
	require.Equal(t, []int32{0, 2, 3}, s.list)
	require.Equal(t, 2, s.find(1), "its second step is left")
	s.remove(s.find(0))
	require.Equal(t, []int32{2, 3}, s.list)
	require.True(t, s.initial(s.find(2)), "what it depended on has been taken out")
	s.remove(0)
	s.remove(0)
	require.True(t, s.empty())
}

func TestWhatCanComeBeforeAllOfASequence(t *testing.T) {
	h := made(t, "0 w0; 1 r1; 1 w70")
	var s sequence
	s.set(h, all(h), nil)
	// So many that the summary does not tell them all apart.
	h.e.Objects = make([]*engine.Object, 100)
	effect := func(obj int32, m engine.Mode) engine.Effect {
		return engine.Effect{Footprint: engine.Footprint{Obj: obj, Obj2: engine.NoObject, Mode: m}}
	}
	for _, c := range []struct {
		obj       int32
		mode      engine.Mode
		known     int32
		ok, doubt bool
	}{
		{0, engine.Reads, allKnown, false, false},
		{1, engine.Reads, allKnown, true, false},
		{1, engine.Writes, allKnown, false, false},
		{6, engine.Writes, allKnown, true, false}, // the bit of 70, and another object
		{9, engine.Writes, allKnown, true, false},
		{engine.NoObject, engine.Writes, allKnown, true, false},
		{unknown, engine.Writes, 71, true, false}, // it is none of those that are touched
		{unknown, engine.Writes, 2, false, true},  // it may be 70
		{unknown, engine.Reads, 1, false, true},
	} {
		ok, doubt := s.independent(effect(c.obj, c.mode), c.known)
		require.Equal(t, [2]bool{c.ok, c.doubt}, [2]bool{ok, doubt}, "%+v", c)
	}
}
