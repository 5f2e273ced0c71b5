package all_test

import (
	"testing"

	"schedlab/designs/all"
	"schedlab/designs/designtest"
)

// TestConformance asks of every row what designtest asks of a design.
func TestConformance(t *testing.T) {
	for _, row := range all.Table {
		t.Run(row.Name, func(t *testing.T) {
			run := designtest.Run
			if all.VariantOf(row.Name, all.Names()) != "" {
				run = designtest.RunVariant
			}
			run(t, row.New, row.Lacks)
		})
	}
}
