//go:build !race

package conform

// raceEnabled tells whether the race detector is on.
const raceEnabled = false
