//go:build race

package engine

// sparesCarriers: see 'Spare carriers'.
const sparesCarriers = true
