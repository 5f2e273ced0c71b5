package histogram

import "math"

// Enough says whether there are so many samples that one lies beyond the percentile: a p99 of
// ten samples would be their maximum.
func Enough(samples int64, percent float64) bool {
	return float64(samples) >= math.Round(100/(100-percent))
}
