package bench

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"

	"schedlab/designs/all"
	"schedlab/internal/command"
	"schedlab/workloads"
)

var (
	workloadList = flag.String("bench.workloads", "",
		"run only the workloads of this comma-separated `list`")
	designList = flag.String("bench.designs", "",
		"run only the designs of this comma-separated `list`")
	procsList = flag.String("bench.procs", defaultProcs(),
		"numbers of Ps, a comma-separated `list`")
	sizeName = flag.String("bench.size", "normal",
		"`size` of the workloads: small, normal or large")
	seed = flag.Uint64("bench.seed", 1, "`seed` of all random input and choices")
)

// Set by TestMain, from the flags.
var (
	cells []Cell
	size  workloads.Size
)

// defaultProcs is one P, and as many as there are CPUs.
func defaultProcs() string {
	if n := runtime.NumCPU(); n > 1 {
		return fmt.Sprintf("1,%d", n)
	}
	return "1"
}

func TestMain(m *testing.M) {
	flag.Parse()
	if err := parseFlags(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(command.Usage)
	}
	os.Exit(m.Run())
}

func parseFlags() (err error) {
	if size, err = workloads.ParseSize(*sizeName); err != nil {
		return fmt.Errorf("-bench.size: %w", err)
	}
	if cells, err = Cells(*workloadList, *designList, *procsList); err != nil {
		return fmt.Errorf("-bench.workloads, -bench.designs, -bench.procs: %w", err)
	}
	return nil
}

// BenchmarkSched measures the cells that the -bench.* flags choose.
func BenchmarkSched(b *testing.B) {
	for _, c := range cells {
		b.Run(c.String(), func(b *testing.B) {
			b.ReportAllocs() // so that B/op and allocs/op are printed, with Measure's values
			if err := measureCell(b, c, size); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func measureCell(b B, c Cell, size workloads.Size) error {
	w, err := workloads.Find(c.Workload)
	if err != nil {
		return err
	}
	d, err := all.Find(c.Design)
	if err != nil {
		return err
	}
	return Measure(b, w, d, workloads.Params{Size: size, Procs: c.Procs, Seed: *seed})
}
