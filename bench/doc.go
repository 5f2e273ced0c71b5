// Package bench measures every design on every workload.
//
//	go test ./bench -bench=Sched
//	go test ./bench -bench=Sched -bench.workloads=NAMES -bench.designs=NAMES -bench.procs=1,2
//	go run ./bench/run
//
// The first two are for a look while working on a design. The third makes a
// comparison that can be published: interleaved fresh processes, raw files.
//
// # What is reported
//
// Everything is per operation of the workload (workloads.Instance.Op), not per
// iteration of the benchmark. A run with a wrong answer fails the benchmark.
//
//	ns/op           time
//	B/op allocs/op  heap, from runtime.MemStats around the loop, of the whole
//	                process; the testing package prints both without fraction
//	contended/op    times a lock of the scheduler or of package gsync was held
//	                by somebody else at the first try
//	lock-wait-ns/op time between the first try and getting such a lock
//	futex/op        calls of the kernel to sleep or to wake, of locks and of Ms
//	steals/op       successful steals
//	migrations/op   times a G went on at another M than made it runnable
//	wakes/op        times an M was woken for work
//	ready-pNN-ns    from becoming runnable to running, percentiles over a sample
//
// and what the workload itself measures, of the last iteration: its head comment
// says what that is (d20us of wakeup_*, delays of syscall_mix ...). What a design
// does not count is left out, not reported as 0: Go's own scheduler (native)
// tells nothing but ready-to-run times, in the buckets of runtime/metrics and
// with the runtime's own goroutines among them. A percentile is left out, too,
// if too few samples lie beyond it.
package bench
