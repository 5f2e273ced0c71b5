package bench

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchunit"

	"schedlab/internal/histogram"
	"schedlab/internal/names"
	"schedlab/rt"
)

// Metric is a figure of a benchmark: a row of [Metrics], or one that only a workload has.
type Metric struct {
	Unit    string // as it is printed; what it is measured in stands last
	Section string // of a report: the question that it helps to answer
	Better  Better
	Doc     string // what it is, in one line
	Main    string // heading of its table in README and of its panel in the picture; "": neither
	Ratio   bool   // its panel shows it as a multiple of the first design's

	// count returns the value. It is false if the design does not count that, or if there are
	// too few samples.
	count func(*cost) (v float64, ok bool)
}

// Better says which direction of a metric is an improvement.
type Better string

const (
	Less    Better = "less"
	More    Better = "more"
	Neither Better = "" // it tells how something was done, not how well
)

// The sections of a report, in the order of Metrics; the last two are of no row.
const (
	timeSection   = "Time"
	lockSection   = "Lock contention"
	readySection  = "Latency from ready to run"
	moveSection   = "Steals, migrations and wakeups"
	memorySection = "Memory"
	simSection    = "Simulated machines"
	// of LockShare
	lockShareSection = "Waiting for each lock, as part of the time of all CPUs"
	ownSection       = "The workloads' own figures (see the head comment of each)"
)

// Metrics is the table of what is measured of every workload: the only place to edit to add
// a metric. The first one is the time, which every run has.
var Metrics = []Metric{
	{Unit: "ns/op", Section: timeSection, Better: Less, Doc: "time",
		Main: "Time per operation", Ratio: true, count: perOp(elapsed)},

	{Unit: "contended/op", Section: lockSection, Better: Less,
		Doc:  "acquisitions of a lock that another thread held at the first try",
		Main: "Lock acquisitions that had to wait, per operation", count: counted(contended)},
	{Unit: "lock-wait-ns/op", Section: lockSection, Better: Less,
		Doc: "time from such a first try until the lock was acquired", count: counted(lockWait)},
	{Unit: "futex/op", Section: lockSection, Better: Less,
		Doc:   "calls of the kernel to sleep or to wake, by locks and by Ms",
		count: counted(futexCalls)},

	{Unit: "ready-p50-ns", Section: readySection, Better: Less,
		Doc: "from runnable to running: median of a sample", count: readyPercentile(50)},
	{Unit: "ready-p99-ns", Section: readySection, Better: Less,
		Doc: "the same, 99th percentile", count: readyPercentile(99)},
	{Unit: "ready-p99.9-ns", Section: readySection, Better: Less,
		Doc: "the same, 99.9th percentile", count: readyPercentile(99.9)},

	{Unit: "steals/op", Section: moveSection, Better: Neither,
		Doc: "successful steals", count: counted(steals)},
	{Unit: "migrations/op", Section: moveSection, Better: Neither,
		Doc:   "times a G ran on another M than the one that made it runnable",
		count: counted(migrations)},
	{Unit: "wakes/op", Section: moveSection, Better: Neither,
		Doc: "times an M was woken for work", count: counted(wakes)},

	{Unit: "B/op", Section: memorySection, Better: Less,
		Doc: "heap memory allocated by the whole process", count: real(perOp(heapBytes))},
	{Unit: "allocs/op", Section: memorySection, Better: Less,
		Doc: "heap objects allocated by the whole process", count: real(perOp(heapObjects))},

	{Unit: "ops/s", Section: simSection, Better: More,
		Doc: "operations a second of virtual time", count: virtual(throughput)},
	{Unit: "contended-share", Section: simSection, Better: Less,
		Doc: "part of the acquisitions of locks that had to wait", count: virtual(contendedShare)},
	{Unit: "lock-wait-share", Section: simSection, Better: Less,
		Doc:   "time that threads waited for locks, as part of the time of all CPUs",
		count: virtual(lockWaitShare)},
	{Unit: "line-wait-share", Section: simSection, Better: Less,
		Doc:   "the same of CPUs for cache lines that were busy",
		count: virtual(lineWaitShare)},
}

// lockShareUnit ends the unit of LockShare.
const lockShareUnit = "-wait-share"

// LockShare is the unit of the part of lock-wait-share that is one lock's.
func LockShare(l rt.Lock) string { return l.String() + lockShareUnit }

func throughput(c *cost) float64     { return c.ops / c.time.Seconds() }
func lockWaitShare(c *cost) float64  { return lockWait(&c.stats) / c.cpuNs }
func lineWaitShare(c *cost) float64  { return c.queuedNs / c.cpuNs }
func contendedShare(c *cost) float64 { return contended(&c.stats) / acquired(&c.stats) }

// real leaves a figure out of what a simulated machine reports.
func real(count func(*cost) (float64, bool)) func(*cost) (float64, bool) {
	return func(c *cost) (float64, bool) {
		v, ok := count(c)
		return v, ok && c.cpuNs == 0
	}
}

// virtual is a figure of simulated machines alone.
func virtual(figure func(*cost) float64) func(*cost) (float64, bool) {
	return func(c *cost) (float64, bool) {
		if c.cpuNs == 0 {
			return 0, false
		}
		return figure(c), true
	}
}

func elapsed(c *cost) float64     { return float64(c.time.Nanoseconds()) }
func heapBytes(c *cost) float64   { return float64(c.bytes) }
func heapObjects(c *cost) float64 { return float64(c.allocs) }

func acquired(s *rt.Stats) float64   { return float64(max(s.Locks.Sum().Acquired, 1)) }
func contended(s *rt.Stats) float64  { return float64(s.Locks.Sum().Contended) }
func lockWait(s *rt.Stats) float64   { return float64(s.Locks.Sum().WaitNs) }
func steals(s *rt.Stats) float64     { return float64(s.Steals) }
func migrations(s *rt.Stats) float64 { return float64(s.Migrated) }
func wakes(s *rt.Stats) float64      { return float64(s.Wakes) }

// futexCalls: locks count their calls of the kernel, both to sleep and to wake. An M that
// parks makes one, and the thread that wakes it another, unless the wakeup comes before the
// sleep: of those two, this is an upper bound.
func futexCalls(s *rt.Stats) float64 {
	locks := s.Locks.Sum()
	return float64(locks.Sleeps + locks.Wakes + s.Parks + s.Wakes)
}

// perOp divides a total that every design has by the number of operations.
func perOp(total func(*cost) float64) func(*cost) (float64, bool) {
	return func(c *cost) (float64, bool) { return total(c) / c.ops, true }
}

// counted divides a counter of the scheduler by the number of operations. Every run executes
// a G: a design that has executed none does not count.
func counted(counter func(*rt.Stats) float64) func(*cost) (float64, bool) {
	return func(c *cost) (float64, bool) {
		return counter(&c.stats) / c.ops, c.stats.Executed > 0
	}
}

// readyPercentile reports a percentile of the times from runnable to running.
func readyPercentile(percent float64) func(*cost) (float64, bool) {
	return func(c *cost) (float64, bool) {
		if c.ready == nil || !histogram.Enough(c.ready.TotalCount(), percent) {
			return 0, false
		}
		return float64(c.ready.ValueAtQuantile(percent)), true
	}
}

// Key is the unit as benchfmt reads it, in which ns have become sec.
func (m Metric) Key() string {
	_, key := benchunit.Tidy(0, m.Unit)
	return key
}

// MetricOf returns the metric of a unit, as it is printed or as benchfmt reads it: a row of
// Metrics, or that of a workload's own figure.
func MetricOf(unit string) Metric {
	own := Metric{Unit: unit, Section: ownSection}
	if strings.HasSuffix(unit, lockShareUnit) {
		own.Section = lockShareSection
	}
	if i := slices.Index(Keys(), own.Key()); i >= 0 {
		return Metrics[i]
	}
	return own
}

// Mains returns the metrics that README and the picture show.
func Mains() []Metric {
	return slices.DeleteFunc(slices.Clone(Metrics), func(m Metric) bool { return m.Main == "" })
}

// Format writes a value, which is in the unit Key, with at least three digits. Times and sizes
// get their unit.
func (m Metric) Format(v float64) string {
	key := m.Key()
	class := benchunit.ClassOf(key)
	switch {
	case v == 0:
		return "0"
	case class == benchunit.Binary:
		return benchunit.Scale(v, class) + "B"
	case strings.Contains(key, "sec"):
		return benchunit.Scale(v, class) + "s"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Keys returns the keys of Metrics, in their order.
func Keys() []string { return names.Of(Metrics, Metric.Key) }
