package designtest_test

import (
	"testing"

	"schedlab/designs"
	"schedlab/designs/designtest"
)

func TestReference(t *testing.T) {
	designtest.Run(t, newReference, designs.Lacks{
		designs.Preempts: "no monitor: a G that never waits keeps its slot",
		designs.HasPs:    "slots have no names",
	})
}
