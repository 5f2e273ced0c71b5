package rt

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHaltReasonsDoNotOverlap(t *testing.T) {
	reasons := []struct {
		bit  haltState
		has  func(haltState) bool
		name string
	}{
		{haltStop, haltState.stop, "stop"},
		{haltWorld, haltState.world, "world"},
		{haltPs, haltState.ps, "ps"},
	}
	require.Equal(t, len(reasons), bits.OnesCount32(uint32(haltMask)), "one row for each bit")
	for i, r := range reasons {
		require.Equal(t, 1, bits.OnesCount32(uint32(r.bit)), r.name)
		require.NotZero(t, r.bit&haltMask, r.name)
		require.Equal(t, r.name, r.bit.String())
		for j, other := range reasons {
			require.Equal(t, i == j, other.has(r.bit), "%s in %s", other.name, r.name)
			without := haltMask &^ r.bit
			require.Equal(t, i != j, other.has(without), "%s in %s", other.name, without)
		}
	}
	require.Equal(t, "no", haltState(0).String())
	require.Equal(t, "stop+world+ps", haltMask.String())
	require.Equal(t, "stop+ps", (haltMask &^ haltWorld).String())
}

func TestHaltWordKeepsTheReasonsOfOthers(t *testing.T) {
	var h haltWord
	require.False(t, h.load().any())
	require.Equal(t, haltState(0), h.set(haltWorld))
	require.Equal(t, haltWorld, h.set(haltPs))
	require.Equal(t, haltWorld|haltPs, h.set(haltPs), "set twice")
	h.clear(haltWorld)
	require.Equal(t, haltPs, h.load())
	h.clear(haltWorld)
	require.Equal(t, haltPs, h.load(), "cleared twice")
	h.clear(haltPs)
	require.False(t, h.load().any())
}

// What designs ask has one meaning each.
func TestCoreTellsTheReasonsApart(t *testing.T) {
	type answers struct{ halted, stopping, world bool }
	of := func(c *Core) answers { return answers{c.Halted(), c.Stopping(), c.WorldStopping()} }
	var c Core
	require.Equal(t, answers{}, of(&c))
	c.HaltPs()
	require.Equal(t, answers{halted: true}, of(&c))
	c.ResumePs()
	require.Equal(t, answers{}, of(&c))
	c.halt.set(haltWorld)
	require.Equal(t, answers{halted: true, world: true}, of(&c))
	c.halt.set(haltStop)
	require.Equal(t, answers{halted: true, stopping: true, world: true}, of(&c))
	c.halt.clear(haltWorld)
	require.Equal(t, answers{halted: true, stopping: true}, of(&c))
}
