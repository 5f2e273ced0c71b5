// Package bench measures every design on every workload.
//
//	go test ./bench -bench=Sched
//	go test ./bench -bench=Sched -bench.workloads=NAMES -bench.designs=NAMES -bench.procs=1,2
//	go run ./bench/run
//
// The first two give a quick look while a design is being worked on. The third makes a
// comparison that can be published: interleaved fresh processes, raw files.
//
// # What is reported
//
// Everything is per operation of the workload (workloads.Instance.Op), not per iteration of
// the benchmark. A run with a wrong answer fails the benchmark.
//
//	unit               better  what it is
//	Time
//	  ns/op            less    time
//	Lock contention
//	  contended/op     less    acquisitions of a lock that another thread held at the first try
//	  lock-wait-ns/op  less    time from such a first try until the lock was acquired
//	  futex/op         less    calls of the kernel to sleep or to wake, by locks and by Ms
//	Latency from ready to run
//	  ready-p50-ns     less    from runnable to running: median of a sample
//	  ready-p99-ns     less    the same, 99th percentile
//	  ready-p99.9-ns   less    the same, 99.9th percentile
//	Steals, migrations and wakeups
//	  steals/op                successful steals
//	  migrations/op            times a G ran on another M than the one that made it runnable
//	  wakes/op                 times an M was woken for work
//	Memory
//	  B/op             less    heap memory allocated by the whole process
//	  allocs/op        less    heap objects allocated by the whole process
//	Simulated machines
//	  ops/s            more    operations a second of virtual time
//	  contended-share  less    part of the acquisitions of locks that had to wait
//	  lock-wait-share  less    time that threads waited for locks, as part of the time of all CPUs
//	  line-wait-share  less    the same of CPUs for cache lines that were busy
//
// A test compares this with Metrics; go test ./bench -run Documentation -write writes it.
//
// The locks are those of the scheduler and of package gsync. Heap memory and objects come
// from runtime.MemStats, read before and after the loop; package testing prints both without
// a fraction.
//
// A workload also reports figures of its own, measured in its last iteration. Its head
// comment says what they are (d20us of wakeup_*, delays of syscall_mix, ...).
//
// Those of a simulated machine are reported of it alone: its times are virtual, and no memory is
// measured. There is also NAME-wait-share, the share of the lock of that name (rt.Lock) in
// lock-wait-share, for each lock that was taken.
//
// A figure that a design does not count is left out, not reported as 0. Go's own scheduler
// (native) tells only the times from runnable to running. They come from runtime/metrics: in
// its buckets, and with the goroutines of the runtime itself among them. A percentile is
// also left out if too few samples lie beyond it.
//
// # Files
//
//	metric.go     the table of metrics: how each is counted, described and formatted
//	measure.go    one benchmark: warm-up, loop, cost of an operation
//	simulate.go   one benchmark on a simulated machine
//	simulates.go  what cannot run on a simulated machine
//	virtual.go    what a benchmark on a simulated machine has cost
//	matrix.go     the cells that lists of workloads, designs and numbers of Ps choose
package bench
