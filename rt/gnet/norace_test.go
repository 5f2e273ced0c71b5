//go:build !race

package gnet_test

const raceEnabled = false
