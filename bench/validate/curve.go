package main

// curve is a published curve, and what is simulated for it.
type curve struct {
	name    string // of the program: see programs
	title   string
	source  string
	machine string // what is simulated
	does    string // what the program does, and where it differs
	axis    string // what Point.at counts
	unit    string
	runs    string // the curve whose simulations these are; "": its own
	shape   bool   // the published figures are relative, or those of another machine's clock
	points  []point
}

// point is a published figure.
type point struct {
	at        int
	published float64
}

// along returns the points of two lists.
func along(at []int, published ...float64) (list []point) {
	for i, n := range at {
		list = append(list, point{n, published[i]})
	}
	return list
}

var (
	doubling   = []int{1, 2, 4, 8, 16, 32, 64}
	follyAt    = []int{1, 2, 4, 8, 16, 32, 64}
	forkJoinAt = []int{1, 2, 4, 8, 16, 32}
	submitters = []int{1, 2, 4, 8, 16, 32, 64}
)

const (
	follyDoes = "56 threads in groups of the size on the axis, a lock a group (56/32 is one " +
		"group of 56). A thread works 60 ns under its lock and 600 ns without: 100 and 1000 " +
		"turns of an empty loop at 0.6 ns, assumed. Hyper-threads count as CPUs."
	follySource = "folly, SmallLocksBenchmark, E5-2680v4, us per operation of a thread"
	follyOn     = "xeon2x32 with two sockets of 28"

	tokioDoes = "Threads outside submit 12 800 empty tasks to 64 workers. A submission is 350 ns " +
		"of work, fitted to one thread; then the queue's lock, a push, and a wakeup if no worker " +
		"looks for work. Workers take up to 32 at once, and sleep after some looks."
)

// curves is the table of the published curves.
var curves = []curve{
	{
		name: "folly-futex", title: "Futex lock", source: follySource + ": std::mutex",
		machine: follyOn, axis: "threads a lock", unit: "ns", does: follyDoes +
			" The lock does not spin, as that of glibc.",
		points: along(follyAt, 900, 1270, 2400, 4850, 11400, 32100, 36800),
	},
	{
		name: "folly-spin", title: "Spin lock", source: follySource + ": MicroSpinLock",
		machine: follyOn, axis: "threads a lock", unit: "ns", does: follyDoes +
			" A waiter looks 4000 times, with a PAUSE of 4 ns, and then sleeps 500 us.",
		points: along(follyAt, 820, 860, 2360, 4600, 11100, 30700, 32800),
	},
	{
		name: "folly-queue", title: "Queue lock", source: follySource + ": DistributedMutex",
		machine: follyOn, axis: "threads a lock", unit: "ns", does: follyDoes +
			" The lock is that of Mellor-Crummey and Scott. Up to 56 threads.",
		points: along(follyAt[:6], 700, 940, 1900, 2990, 6840, 17800),
	},
	{
		name: "chan-contended", title: "ChanContended on x86",
		source: "Go issue 68578, i7-13700H: throughput halves at 4 threads, again at 8, " +
			"again at 12; given as time relative to 1 thread",
		machine: "xeon32 with 20 CPUs", axis: "Ps", unit: "of one P", shape: true,
		does:   "The workload chan_contended on gpm.",
		points: along([]int{1, 4, 8, 12}, 1, 2, 4, 8),
	},
	{
		name: "chan-contended-25", title: "ChanContended on x86, if a transfer takes 25 ns",
		source:  "the same",
		machine: "xeon32 with 20 CPUs and 25 ns from one to another", axis: "Ps",
		unit: "of one P", shape: true,
		does: "The same. The i7 is no Xeon; its latency is not among the published ones. " +
			"Those of AMD's desktops are 17 to 24 ns, within a cluster.",
		points: along([]int{1, 4, 8, 12}, 1, 2, 4, 8),
	},
	{
		name: "chan-contended-20", title: "ChanContended on x86, 20 Ps",
		source:  "Go issue 68578, i7-13700H: 44 us for 200 operations",
		machine: "xeon32 with 20 CPUs", axis: "Ps", unit: "ns",
		does:   "The same, in ns a burst.",
		points: along([]int{20}, 44_000),
	},
	{
		name: "chan-contended-arm", title: "ChanContended on arm64",
		source:  "Go issue 75261, arm64, Go 1.24 with the old lock, ns a burst",
		machine: "arm80", axis: "Ps", unit: "ns",
		does:   "The workload chan_contended on gpm.",
		points: along([]int{1, 2, 3, 4}, 6317, 13_440, 16_990, 22_110),
	},
	{
		name: "one-channel", title: "One channel on 48 cores",
		source:  "OneOfOne/lfchan issue 3, 48-core AMD, BenchmarkChan, ns an operation",
		machine: "epyc2x64 with 48 CPUs, sockets of 12 and clusters of 6", axis: "Ps", unit: "ns",
		does: "Each P has a G that sends to one buffered channel and receives from it; an " +
			"operation is both. The benchmark's own code was not at hand.",
		points: along([]int{1, 2, 4, 8, 16, 32, 48}, 247, 917, 1188, 1103, 905, 921, 878),
	},
	{
		name: "select", title: "Select on one shared channel",
		source:  "Go issue 20351, SelectContended/workers=1, a 4-core laptop, ns an operation",
		machine: "xeon32 with 8 CPUs", axis: "Ps", unit: "ns",
		does: "One G selects from a channel of its own and a shared one that is never ready. " +
			"A G for each P sends to it. There are more Ps than CPUs from 16 on.",
		points: along(doubling, 358, 526, 552, 600, 713, 674, 701),
	},
	{
		name: "mutex-collapse", title: "sync.Mutex, many workers",
		source:  "Go issue 33747, 96 vCPUs, cost=1000, ratio=0.010, ns an operation",
		machine: "xeon2x32 with two sockets of 48",
		axis:    "workers", unit: "ns",
		does: "Workers on gpm hold a gsync.Mutex for 3.54 us and work 350 us without it. That " +
			"is what the first point says.",
		points: along([]int{1, 2, 4, 8, 43, 51},
			354_000, 178_000, 92_300, 47_400, 9000, 57_000),
	},
	{
		name: "lock-share", title: "Share of CPU time in sched.lock",
		source:  "Go issue 67585, tile38, 88 vCPUs, percent of CPU time in runtime.lock",
		machine: "xeon2x32 with two sockets of 44", axis: "Ps", unit: "%",
		does: "A stand-in, since tile38 needs sockets: four Gs a P, each of which sleeps 50 us " +
			"and computes 5 us, on gpm. The share is the time that Ms wait for sched.lock, " +
			"asleep or not, over Ps times elapsed time. Other loads were tried and came " +
			"to 0.01 to 3.6%, so the figure depends on the load.",
		points: along([]int{22, 44, 88}, 0.56, 2.4, 35),
	},
	{
		name: "inject", title: "Inject queue with one lock",
		source:  "tokio pull request 8483, 64 cores, remote_spawn, ns a task",
		machine: "server64", axis: "submitters", unit: "ns", does: tokioDoes,
		points: along(submitters, 617, 891, 1617, 2540, 2393, 2356, 2176),
	},
	{
		name: "inject-sharded", title: "Inject queue in 8 shards",
		source:  "tokio pull request 8483, 64 cores, remote_spawn, ns a task",
		machine: "server64", axis: "submitters", unit: "ns",
		does: "The same. A submitter keeps to the shard of its number, a worker begins with " +
			"that of its own.",
		points: along(submitters, 617, 610, 520, 492, 480, 413, 394),
	},
	{
		name: "inject-m1", title: "Inject queue with one lock, 10 cores",
		source:  "tokio pull request 7944, M1 Max, remote_spawn, ns a task",
		machine: "arm80 with 10 CPUs", axis: "submitters", unit: "ns",
		does: "The same with 10 workers, and 50 ns of work a submission: threads outnumber " +
			"the CPUs.",
		points: along([]int{1, 2, 4, 8}, 265, 370, 460, 633),
	},
	{
		name: "fork-join-gpm", title: "Fork-join on gpm, against TBB", shape: true,
		source:  "libfork's results, fib, two 16-core sockets, TBB: speed-up",
		machine: "xeon2x32 with two sockets of 16", axis: "threads", unit: "times",
		does:   "The workload fib on gpm, large. The design is not TBB's.",
		points: along(forkJoinAt, 1, 1.97, 3.84, 6.23, 10.4, 15.3),
	},
	{
		name: "fork-join-libfork", runs: "fork-join-gpm", shape: true,
		title:   "Fork-join on gpm, against libfork",
		source:  "libfork's results, fib, two 16-core sockets, libfork: speed-up",
		machine: "xeon2x32 with two sockets of 16", axis: "threads", unit: "times",
		does: "The same runs. libfork's tasks are coroutines of some ns on lock-free deques; " +
			"those of gpm cost 60 times as much.",
		points: along(forkJoinAt, 1, 2.03, 4.21, 7.15, 13.7, 26.1),
	},
	{
		name: "fork-join-global", title: "Fork-join on global, against OpenMP tasks", shape: true,
		source:  "libfork's results, fib, two 16-core sockets, OpenMP: speed-up",
		machine: "xeon2x32 with two sockets of 16", axis: "threads", unit: "times",
		does:   "The workload fib on global, normal size: one shared queue, as that pool has.",
		points: along(forkJoinAt, 1, 0.43, 0.87, 1.66, 3.17, 5.32),
	},
}
