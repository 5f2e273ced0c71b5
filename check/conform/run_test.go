package conform_test

import (
	"testing"

	"schedlab/check/conform"
)

// TestReference runs the suite on the design of reference_test.go.
func TestReference(t *testing.T) { conform.Run(t, New, Lacks) }
