package native

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"schedlab/internal/histogram"
	"schedlab/rt"
)

// latencyMetric names how long goroutines are runnable before they run, which the runtime
// samples on its own.
const latencyMetric = "/sched/latencies:seconds"

// latencies tells the times from ready to run since it was started. The runtime keeps
// them in buckets. A bucket's times are reported as its middle.
type latencies struct {
	start histogram.Reading
}

func startLatencies() *latencies {
	start, err := histogram.Read(latencyMetric)
	if err != nil {
		panic("native: startLatencies: " + err.Error())
	}
	return &latencies{start}
}

func (l *latencies) since() *hdrhistogram.Histogram {
	all := rt.NewLatencies()
	buckets, err := l.start.Since()
	if err != nil {
		panic("native: since: " + err.Error())
	}
	for _, b := range buckets {
		if b.Count == 0 {
			continue
		}
		lo, hi := b.Low, b.High
		if math.IsInf(lo, -1) {
			lo = 0
		}
		if math.IsInf(hi, 1) {
			hi = lo
		}
		ns := int64((lo + hi) / 2 * 1e9)
		all.RecordN(ns, int64(b.Count))
	}
	return all.Histogram
}
