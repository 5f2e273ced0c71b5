//go:build sim

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every curve has a program, which gives the same figure each time.
func TestProgramsGiveFigures(t *testing.T) {
	used := 0
	for _, c := range curves {
		if c.runs != "" {
			continue
		}
		used++
		p := programs[c.name]
		require.NotNil(t, p, c.name)
		at := c.points[0].at
		first, err := p(at, 7)
		require.NoError(t, err, c.name)
		require.Positive(t, first, c.name)
		if !strings.HasPrefix(c.name, "fork-join") {
			second, err := p(at, 7)
			require.NoError(t, err, c.name)
			require.Equal(t, first, second, c.name)
		}
	}
	require.Len(t, programs, used, "programs of no curve")
}

// All tasks of the inject queue are run, however many threads submit them.
func TestInjectQueue(t *testing.T) {
	for _, shards := range []int{1, 8} {
		for _, at := range []int{1, 3, 8} {
			ns, err := inject("server64", 16, shards, 350)(at, 1)
			require.NoError(t, err)
			require.Positive(t, ns)
		}
	}
}

// The parts of a kind are all of its simulations.
func TestPartsAreTheWhole(t *testing.T) {
	o := options{child: "curves", only: "folly-queue", seeds: 2, of: 1}
	var whole, parts strings.Builder
	require.NoError(t, child(&whole, o))
	for o.part = range 3 {
		o.of = 3
		require.NoError(t, child(&parts, o))
	}
	lines := func(b *strings.Builder) []string { return strings.Split(b.String(), "\n") }
	require.ElementsMatch(t, lines(&whole), lines(&parts)[:len(lines(&whole))])
	o.child = "curve"
	require.ErrorContains(t, child(&parts, o), "there are curves")
}
