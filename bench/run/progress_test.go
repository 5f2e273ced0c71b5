package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGuessGrowsWithWhatASampleDoes(t *testing.T) {
	require.Equal(t, 2*guess(10, time.Second, 0), guess(20, time.Second, 0))
	require.Greater(t, guess(10, time.Second, time.Second), guess(10, time.Second, 0))
}

func TestProgressInAFileIsALineARound(t *testing.T) {
	var out strings.Builder
	p := newSamplesDone(&out, 2, 3)
	for range 4 {
		p.step("cell", 0)
	}
	p.step("cell", 1)
	p.step("cell", 1)
	p.line.End()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], "round 1 of 3  sample 2 of 6")
	require.NotContains(t, lines[1], "FAILED")
	require.Equal(t, "round 3 of 3  sample 6 of 6  0s left  1 FAILED", lines[2])
}

func TestTheRestIsEstimatedFromWhatIsDone(t *testing.T) {
	p := newSamplesDone(nil, 10, 4)
	p.done = 10
	require.Equal(t, "round 1 of 4  sample 10 of 40  30s left", p.text(10*time.Second))
}
