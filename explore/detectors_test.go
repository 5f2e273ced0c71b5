package explore

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// These tests prove that each detector errs in neither direction. It must fire for some
// programs, in at least one execution. For their near misses no detector may fire in any
// execution.

// detectorTest is a program with the property that it violates.
type detectorTest struct {
	name    string
	program func()
	want    Property // "": none
}

var detectorTests = slices.Concat(raceTests, stuckTests, misuseTests)

func TestDetectorsErrInNeitherDirection(t *testing.T) {
	for _, d := range detectorTests {
		t.Run(d.name, func(t *testing.T) {
			r := allOf(d.program)
			if d.want == "" {
				require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
				return
			}
			require.Equal(t, Violated, r.Verdict)
			require.Equal(t, d.want, r.Violation.Property, "%v", r.Violation)
			require.NotEmpty(t, r.Violation.Message)
		})
	}
}
