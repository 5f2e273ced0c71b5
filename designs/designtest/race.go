//go:build race

package designtest

const raceEnabled = true
