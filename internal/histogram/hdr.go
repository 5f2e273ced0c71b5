package histogram

import "github.com/HdrHistogram/hdrhistogram-go"

// Since returns the samples of after that are not in before. Both are copies of one growing
// histogram, so that their buckets agree. Nil stands for no samples.
func Since(before, after *hdrhistogram.Histogram) *hdrhistogram.Histogram {
	if after == nil || before == nil {
		return after
	}
	a, b := after.Export(), before.Export()
	for i := range a.Counts {
		a.Counts[i] -= b.Counts[i]
	}
	return hdrhistogram.Import(a)
}
