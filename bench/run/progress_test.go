package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimeLeftIsThatOfTheMeanSample(t *testing.T) {
	require.Equal(t, 30*time.Second, left(10, 40, 10*time.Second))
	require.Zero(t, left(40, 40, 10*time.Second))
	require.Zero(t, left(0, 40, 0), "nothing is known")
}

func TestGuessGrowsWithWhatASampleDoes(t *testing.T) {
	require.Equal(t, 2*guess(10, time.Second, 0), guess(20, time.Second, 0))
	require.Greater(t, guess(10, time.Second, time.Second), guess(10, time.Second, 0))
}

func TestProgressInAFileIsALineARound(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, 2, 3)
	for range 4 {
		p.step("cell", 0)
	}
	p.step("cell", 1)
	p.step("cell", 1)
	p.end()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], "round 1 of 3  sample 2 of 6")
	require.NotContains(t, lines[1], "FAILED")
	require.Equal(t, "round 3 of 3  sample 6 of 6  0s left  1 FAILED", lines[2])
}

func TestProgressOnATerminalIsWrittenOver(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, 2, 1)
	p.overlay = true
	p.step("a long name", 0)
	p.say("FAILED: why")
	p.step("short", 0)
	p.end()
	require.Equal(t, 1, strings.Count(out.String(), "FAILED: why\n"))
	shown := strings.Split(out.String(), "\r")
	require.Contains(t, shown[1], "sample 1 of 2")
	require.Equal(t, len(shown[1]), len(shown[2]), "blanks cover the line")
	require.Empty(t, strings.TrimSpace(shown[2]))
	require.True(t, strings.HasSuffix(out.String(), "short\n"))
}
