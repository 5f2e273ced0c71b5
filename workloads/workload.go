// Package workloads holds what the designs are compared on: programs with a known answer, written
// once against the API of package rt.
//
// A workload is a file: its head comment says what it stresses and what it does not, and its row
// stands in Table. Every run verifies its own answer; a run with a wrong answer is an error, never
// a time. A workload that ends only if the design keeps a promise that not every design makes says
// so in Needs. A workload that computes says how much: see work.go.
package workloads

import (
	"fmt"

	"schedlab/internal/histogram"
	"schedlab/internal/names"
	"schedlab/rt"
)

// Workload is a row of Table.
type Workload struct {
	Name string // as it stands in benchmark names
	Doc  string // one line: what it stresses
	// Needs is what a design must promise, or a run may never end; "" if nothing.
	Needs rt.Promise
	// Sockets: it talks over real ones, which a simulated machine has not.
	Sockets bool
	// Prepare builds the input, outside of what is measured.
	Prepare func(Params) (*Instance, error)
}

// Params says how large and on what.
type Params struct {
	Size  Size
	Procs int    // of the scheduler it will run on, for workloads that scale with it
	Seed  uint64 // of all random input
}

// Size is how much a run does: small is for tests (some ms), normal for quick comparisons (some 10
// ms), large for published ones. A unit test of every design runs small.
type Size int

const (
	Small Size = iota
	Normal
	Large
)

var sizeNames = []string{"small", "normal", "large"}

func (s Size) String() string { return sizeNames[s] }

// ParseSize returns the Size of a name.
func ParseSize(name string) (Size, error) {
	return names.Find("size", name, []Size{Small, Normal, Large}, Size.String)
}

// Instance is a workload with its input. It can be run any number of times, on any scheduler with
// the Procs it was prepared for, but only one at a time.
type Instance struct {
	// Ops is how many operations one run does: what figures per operation divide by.
	Ops int
	// Op says what an operation is, in a word or two: "spawn", "bounce".
	Op string
	// Run runs the workload once and verifies its answer. The error names the answer found and
	// the one expected, or is the scheduler's own.
	Run func(rt.Scheduler) error
	// Metrics, if not nil, returns what the last Run measured besides time.
	Metrics func() []Metric
}

// Metric is a figure that only the workload itself can measure.
type Metric struct {
	Unit  string // a name that ends in the unit, as for testing.B.ReportMetric: "delay-p99-ns"
	Value float64
}

// percentiles returns percentiles of h as metrics NAME-pNN-ns. It leaves out those beyond which
// there is no sample, as package bench does: the p99 of ten samples would be their maximum.
func percentiles(name string, h rt.Latencies, percents ...float64) []Metric {
	at := func(p float64) float64 { return float64(h.ValueAtQuantile(p)) }
	return percentilesOf(name, h.TotalCount(), at, percents...)
}

// percentilesOf is percentiles of n samples whose percentile p is at(p).
func percentilesOf(
	name string, n int64, at func(p float64) float64, percents ...float64,
) (list []Metric) {
	for _, p := range percents {
		if histogram.Enough(n, p) {
			list = append(list, Metric{fmt.Sprintf("%s-p%v-ns", name, p), at(p)})
		}
	}
	return list
}

// inputStream is the stream of host.Rand from which a workload makes its input.
const inputStream = 0

// Names returns the names in the order of Table.
func Names() []string { return names.Of(Table, Workload.name) }

func (w Workload) name() string { return w.Name }

// Find returns the workload of a name; the error lists the nearest names.
func Find(name string) (Workload, error) {
	return names.Find("workload", name, Table, Workload.name)
}

// wrong is the error for an answer that is not the expected one.
func wrong(workload string, got, want any) error {
	return fmt.Errorf("workloads: %s: wrong answer %v, expected %v", workload, got, want)
}
