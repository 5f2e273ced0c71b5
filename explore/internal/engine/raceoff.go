//go:build !race

package engine

const (
	mostExits      = 50    // how often a carrier is held up
	sparesCarriers = false // a closed engine leaves its carriers to another
)
