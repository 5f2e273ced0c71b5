package native

import (
	"math"
	"runtime/metrics"

	"github.com/HdrHistogram/hdrhistogram-go"

	"schedlab/rt"
)

// latencyMetric names how long goroutines are runnable before they run, which the runtime
// samples on its own.
const latencyMetric = "/sched/latencies:seconds"

// latencies tells the times from ready to run since it was started. The runtime keeps
// them in buckets. A bucket's times are reported as its middle.
type latencies struct {
	before []uint64 // counts of the buckets at the start
}

func startLatencies() *latencies {
	h := readLatencies()
	return &latencies{before: append([]uint64(nil), h.Counts...)}
}

func readLatencies() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: latencyMetric}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

func (l *latencies) since() *hdrhistogram.Histogram {
	all := rt.NewLatencyHistogram()
	h := readLatencies()
	for i, n := range h.Counts {
		if n -= l.before[i]; n == 0 {
			continue
		}
		lo, hi := h.Buckets[i], h.Buckets[i+1]
		if math.IsInf(lo, -1) {
			lo = 0
		}
		if math.IsInf(hi, 1) {
			hi = lo
		}
		ns := int64((lo + hi) / 2 * 1e9)
		// This cannot fail, since the value is within the range.
		_ = all.RecordValues(min(max(ns, 1), rt.MaxLatencyNs), int64(n))
	}
	return all
}
