package all_test

import (
	"testing"

	"schedlab/designs/all"
	"schedlab/designs/designtest"
)

// TestConformance asks of every row what designtest asks of a design. A variant
// shares nearly all of its code with the design it is named after, so it is run
// with one Procs only: the least that is parallel.
func TestConformance(t *testing.T) {
	for _, row := range all.Table {
		t.Run(row.Name, func(t *testing.T) {
			var procs []int // designtest's own choice
			if all.VariantOf(row.Name, all.Names()) != "" {
				procs = []int{2}
			}
			designtest.Run(t, row.New, row.Lacks, procs...)
		})
	}
}
