package rt

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"schedlab/host"
	"schedlab/rt/rank"
)

// Latencies counts times, in ns: from 1 ns to 100 s, with two significant digits. Only
// one thread at a time uses it.
type Latencies struct{ *hdrhistogram.Histogram }

const (
	maxLatencyNs  = 100e9
	latencyDigits = 2
)

// NewLatencies returns an empty one.
func NewLatencies() Latencies {
	return Latencies{hdrhistogram.New(1, maxLatencyNs, latencyDigits)}
}

// Record counts a time. What is out of range counts as the nearest time within.
func (l Latencies) Record(ns int64) { l.RecordN(ns, 1) }

// RecordN counts a time n times.
func (l Latencies) RecordN(ns, n int64) {
	_ = l.RecordValues(min(max(ns, 1), maxLatencyNs), n) // within range: cannot fail
}

// Merge counts all times of other, too.
func (l Latencies) Merge(other Latencies) { l.Histogram.Merge(other.Histogram) }

// latency is Latencies that one thread records and others read, with a lock. An M
// takes it once for each sample.
type latency struct {
	mu   host.Mutex
	seen Latencies // 57 kB: made for the first time that is recorded, unless by newLatency
}

func newLatency() *latency {
	l := &latency{seen: NewLatencies()}
	l.mu.SetRank(rank.Latency)
	return l
}

// record counts a time. n counts the lock.
func (l *latency) record(ns int64, n *host.Count) {
	l.mu.LockCounted(n)
	if l.seen.Histogram == nil {
		l.seen = NewLatencies()
	}
	l.seen.Record(ns)
	l.mu.Unlock()
}

func (l *latency) mergeInto(all Latencies) {
	l.mu.Lock()
	if l.seen.Histogram != nil {
		all.Merge(l.seen)
	}
	l.mu.Unlock()
}
