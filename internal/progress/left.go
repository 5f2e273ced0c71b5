package progress

import "time"

// Left estimates how long the rest takes: as long as what is done took, in proportion. It is
// 0 if nothing is done yet.
func Left(elapsed time.Duration, done, rest int64) time.Duration {
	if done == 0 {
		return 0
	}
	return time.Duration(float64(elapsed) / float64(done) * float64(rest))
}

// Short writes a time as precisely as an estimate is worth: in seconds.
func Short(d time.Duration) string { return d.Round(time.Second).String() }
