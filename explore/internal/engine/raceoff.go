//go:build !race

package engine

const sparesCarriers = false
