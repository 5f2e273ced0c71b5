package designtest_test

import (
	"testing"

	"schedlab/designs/designtest"
)

func TestReference(t *testing.T) { designtest.Run(t, New, Lacks) }
