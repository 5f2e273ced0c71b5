package all_test

import (
	"testing"

	"schedlab/check/conform"
	"schedlab/designs/all"
)

// TestConformance asks of every row what conform asks of a design.
func TestConformance(t *testing.T) {
	for _, row := range all.Table {
		t.Run(row.Name, func(t *testing.T) {
			run := conform.Run
			if all.VariantOf(row.Name, all.Names()) != "" {
				run = conform.RunVariant
			}
			run(t, row.New, row.Lacks)
		})
	}
}
