package workloads

import (
	"fmt"
	"slices"

	"schedlab/host"
	"schedlab/rt"
)

// wakeupSpinning and wakeupSyscall: two Gs take turns at being sender and receiver. The receiver is
// busy for a time d and then receives. The sender is busy for 5 µs more and then sends, so that as
// a rule the receiver is blocked by then, if it had a thread to itself. Busy means: it spins, or it
// sleeps in a system call.
//
// Stresses whether a wakeup reaches another thread. Each G is busy for d twice a round. With both
// on one thread all four add up, and a round costs 4d more; side by side it costs 2d more. The
// metric d20us-ns is the median time of a round for d = 20 µs, and so on. The slope over d tells
// the two cases apart, and d0us-ns is the overhead, wakeup included. To keep the Gs together is
// right for a small d and wrong for a large one: this shows where a design draws the line.
//
// Not stressed with one P (4d always, for spinning), queues, contention. The kernel lets
// nanosleep(2) oversleep by some 50 µs, which is in both cases.
//
// Source: Go's BenchmarkWakeupParallelSpinning and BenchmarkWakeupParallelSyscall
// (runtime/proc_test.go), which report the mean.
var wakeupSpinning = Workload{
	Name: "wakeup_spinning",
	Doc:  "two Gs that compute and wake each other: does a wakeup reach another thread?",
	Prepare: func(p Params) (*Instance, error) {
		return prepareWakeup(p, "wakeup_spinning", spinFor)
	},
}

var wakeupSyscall = Workload{
	Name: "wakeup_syscall",
	Doc:  "two Gs that sleep in system calls and wake each other",
	Prepare: func(p Params) (*Instance, error) {
		return prepareWakeup(p, "wakeup_syscall", sleepFor)
	},
}

// wakeDelayNs is by how much the sender is later.
const wakeDelayNs = 5_000

var wakeupDelaysUs = [...]int64{0, 1, 2, 5, 10, 20, 50, 100}

var wakeupRounds = [...]int{Small: 2, Normal: 40, Large: 400}

type wakeupRun struct {
	bouncer
	name   string
	phases [len(wakeupDelaysUs)]wakeupPhase
	answer func(*rt.G)
}

type wakeupPhase struct {
	receiver, sender func(*rt.G) // how they are busy
	ns               []int64     // of each round
}

func prepareWakeup(p Params, name string, busy func(ns int64) func(*rt.G)) (*Instance, error) {
	rounds := wakeupRounds[p.Size] // with each delay
	w := &wakeupRun{name: name}
	for i, us := range wakeupDelaysUs {
		w.phases[i] = wakeupPhase{
			receiver: busy(us * 1000),
			sender:   busy(us*1000 + wakeDelayNs),
			ns:       make([]int64, rounds),
		}
	}
	w.bounces = rounds * len(w.phases)
	w.answer = w.second
	return &Instance{Ops: w.bounces, Op: "round", Run: w.run, Metrics: w.metrics}, nil
}

func spinFor(ns int64) func(*rt.G) {
	return func(*rt.G) {
		start := host.Nanotime() // where Work takes time, one round is enough
		for left := ns; left > 0; left = ns - (host.Nanotime() - start) {
			host.Work(left)
		}
	}
}

func sleepFor(ns int64) func(*rt.G) {
	call := func() { nanosleep(ns) }
	return func(g *rt.G) { g.Syscall(call) }
}

func (w *wakeupRun) run(s rt.Scheduler) error {
	w.number = 0
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify(w.name)
}

// main is the G that sends first.
func (w *wakeupRun) main(g *rt.G) {
	w.open(g, unbuffered)
	g.Go(w.answer)
	for i := range w.phases {
		ph := &w.phases[i]
		for round := range ph.ns {
			start := host.Nanotime()
			ph.sender(g)
			w.ping.Send(g, w.number+1)
			ph.receiver(g)
			w.number, _ = w.pong.Recv(g)
			ph.ns[round] = host.Nanotime() - start
		}
	}
}

func (w *wakeupRun) second(g *rt.G) {
	for i := range w.phases {
		ph := &w.phases[i]
		for range ph.ns {
			ph.receiver(g)
			n, _ := w.ping.Recv(g)
			ph.sender(g)
			w.pong.Send(g, n+1)
		}
	}
}

func (w *wakeupRun) metrics() []Metric {
	list := make([]Metric, len(w.phases))
	for i, us := range wakeupDelaysUs {
		sorted := slices.Sorted(slices.Values(w.phases[i].ns))
		list[i] = Metric{fmt.Sprintf("d%dus-ns", us), float64(sorted[len(sorted)/2])}
	}
	return list
}
