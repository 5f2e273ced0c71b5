package conform_test

import (
	"testing"

	"schedlab/check/conform"
)

func TestReference(t *testing.T) { conform.Run(t, New, Lacks) }
