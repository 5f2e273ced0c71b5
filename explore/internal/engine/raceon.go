//go:build race

package engine

// See 'Spare carriers'.
const (
	mostExits      = 2000
	sparesCarriers = true
)
