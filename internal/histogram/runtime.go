package histogram

import (
	"fmt"
	"math"
	"runtime/metrics"
)

// Reading is what a histogram of package runtime/metrics held at one moment.
type Reading struct {
	name string
	h    *metrics.Float64Histogram
}

// Read reads the histogram of a name. It is an error if this Go has none of that name.
func Read(name string) (Reading, error) {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return Reading{}, fmt.Errorf("this Go has no histogram %s", name)
	}
	return Reading{name, sample[0].Value.Float64Histogram()}, nil
}

// Since returns what came into the histogram after the reading.
func (before Reading) Since() (Buckets, error) {
	after, err := Read(before.name)
	if err != nil {
		return nil, err
	}
	list := make(Buckets, len(after.h.Counts))
	for i := range list {
		list[i] = Bucket{
			Low:   after.h.Buckets[i],
			High:  after.h.Buckets[i+1],
			Count: after.h.Counts[i] - before.h.Counts[i],
		}
	}
	return list, nil
}

// Bucket counts samples from Low, which is included, to High, which is not. In seconds, the
// first Low and the last High may be infinite.
type Bucket struct {
	Low, High float64
	Count     uint64
}

// Buckets are those of a histogram, in ascending order.
type Buckets []Bucket

// Total returns the number of samples.
func (list Buckets) Total() (n uint64) {
	for _, b := range list {
		n += b.Count
	}
	return n
}

// At returns the High of the bucket in which a percentile of the samples lies; 0 if there are
// no samples.
func (list Buckets) At(percent float64) float64 {
	if list.Total() == 0 {
		return 0
	}
	rank := uint64(math.Ceil(percent / 100 * float64(list.Total())))
	for _, b := range list {
		if b.Count >= rank {
			return b.High
		}
		rank -= b.Count
	}
	return 0
}
