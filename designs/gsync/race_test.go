//go:build race

package gsync_test

const raceEnabled = true
