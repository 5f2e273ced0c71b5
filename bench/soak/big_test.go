package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// big returns options for a soak of n Gs.
func big(t *testing.T, design, mode string, n int) options {
	o := small(t, design)
	var err error
	o.mode, err = findMode(mode)
	require.NoError(t, err)
	o.gs = n / defaultDivide
	return o
}

func TestManyBlockedGs(t *testing.T) {
	for _, name := range mains {
		var out bytes.Buffer
		require.NoError(t, soakBlocked(t.Context(), big(t, name, "blocked", 5000), &out), name)
		require.Regexp(t, `^ok: \d+ Gs blocked at the same moment, none lost: `+
			`.* to make .* to end .* bytes each, (\d+ Ms|Ms are not counted)\n$`, out.String())
	}
}

func TestManyShortGs(t *testing.T) {
	for _, name := range mains {
		var out bytes.Buffer
		require.NoError(t, soakShort(t.Context(), big(t, name, "short", 50_001), &out), name)
		require.Regexp(t, `^ok: \d+ short Gs, none lost, none run twice: `, out.String())
	}
}

func TestAnInterruptEndsTheBigModes(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out bytes.Buffer
	require.NoError(t, soakBlocked(ctx, big(t, "gm", "blocked", 5000), &out))
	require.NoError(t, soakShort(ctx, big(t, "gm", "short", 5000), &out))
	const begins = "interrupted, nothing wrong so far: "
	require.Contains(t, out.String(), begins+"0 Gs blocked at the same moment")
	require.Contains(t, out.String(), begins+"0 short Gs, none lost")
}

func TestCrowdsThatLoseOneAreSeen(t *testing.T) {
	for name, spoil := range map[string]func(c *crowd){
		"a G that did not end":            func(c *crowd) { c.lives[3]-- },
		"a G that ran twice":              func(c *crowd) { c.lives[3] += 2 },
		"a value that was lost":           func(c *crowd) { c.got[3]-- },
		"a value that was received twice": func(c *crowd) { c.got[3]++ },
	} {
		c := &crowd{lives: []uint8{2, 2, 2, 2}, got: []uint8{1, 1, 1, 1}}
		require.NoError(t, c.verify())
		spoil(c)
		require.ErrorContains(t, c.verify(), "number 3", name)
	}
	o := big(t, "gpm", "blocked", 8)
	require.NoError(t, fewMs(o, rt.Stats{Ms: 4}))
	require.ErrorContains(t, fewMs(o, rt.Stats{Ms: 100}), "100 Ms")
}

func TestSwarmsThatLoseOneAreSeen(t *testing.T) {
	o := big(t, "gpm", "short", 8*defaultDivide)
	for name, slots := range map[string][]uint32{
		"lost":  {1, 1, 1, 0, 1, 1, 1, 1},
		"twice": {1, 1, 1, 2, 1, 1, 1, 1},
		"fewer": {1, 1, 1, 1},
	} {
		w := &swarm{counts: new(counts)}
		w.count(slots)
		err := w.verify(o, rt.Stats{Spawned: 8, Ended: 8})
		require.ErrorContains(t, err, "of them did not run exactly once", name)
	}
	w := &swarm{counts: new(counts)}
	w.count([]uint32{1, 1, 1, 1, 1, 1, 1, 1})
	require.NoError(t, w.verify(o, rt.Stats{Spawned: 8, Ended: 8}))
	err := w.verify(o, rt.Stats{Spawned: 8, Ended: 7})
	require.ErrorContains(t, err, "8 Gs were made and 7 ended")
	err = w.verify(o, rt.Stats{Spawned: 20, Ended: 8})
	require.ErrorContains(t, err, "20 Gs were made")
}
