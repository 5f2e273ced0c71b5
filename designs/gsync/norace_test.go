//go:build !race

package gsync_test

const raceEnabled = false
