package all

import (
	"slices"
	"strings"

	"schedlab/designs/global"
	"schedlab/designs/gm"
	"schedlab/designs/gpm"
	"schedlab/designs/native"
	"schedlab/internal/names"
	"schedlab/rt"
)

// Row describes a design.
type Row struct {
	Name   string // as it stands in benchmark names; x-y is a variant of x, if that is a row
	Doc    string // one line
	Source string // where the design comes from
	New    func(rt.Config) (rt.Scheduler, error)
	Lacks  rt.Lacks // what it does not promise, and why; nil: nothing
}

// Why designs lack what they lack.
const (
	noMonitor = "no monitor: a G that never waits keeps its processor"
	runnext   = "Go issue 52934: Gs that respawn each other inherit the slice, " +
		"so no tick advances and no other queue is looked at"
	noPs    = "parallelism is limited by a number, not by Ps"
	goesOwn = "Go's own scheduler: its goroutines have no handle to do that with"
)

// Table holds all designs, the baseline last.
var Table = []Row{
	{
		Name:   "gm",
		Doc:    "goroutines on threads, one lock over everything",
		Source: "Go 1.0 (2012)",
		New:    gm.New,
		Lacks:  rt.Lacks{rt.Preempts: noMonitor, rt.HasPs: noPs},
	},
	{
		Name:   "global",
		Doc:    "one run queue with a lock of its own, Ms limited and used again",
		Source: "the step between Go 1.0 and 1.1; thread pools",
		New:    global.New,
		Lacks:  rt.Lacks{rt.Preempts: noMonitor, rt.HasPs: noPs},
	},
	{
		Name:   "global-lockfree",
		Doc:    "global with a lock-free run queue",
		Source: "Michael and Scott (1996)",
		New:    global.NewLockFree,
		Lacks:  rt.Lacks{rt.Preempts: noMonitor, rt.HasPs: noPs},
	},
	{
		Name:   "gpm",
		Doc:    "processors with local queues, stealing, handoff, monitor",
		Source: "Vyukov (2012), Go 1.26",
		New:    gpm.New,
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-norunnext",
		Doc:    "gpm: a readied G goes to the tail of the local queue",
		Source: "Go 1.1 to 1.4",
		New:    gpm.With(gpm.Options{NoRunnext: true}),
	},
	{
		Name:   "gpm-runnextcap",
		Doc:    "gpm: at most 3 Gs in a row come from runnext",
		Source: "tokio's LIFO slot cap (2023)",
		New:    gpm.With(gpm.Options{RunnextCap: 3}),
	},
	{
		Name:   "gpm-stealone",
		Doc:    "gpm: steal one G, not half",
		Source: "Blumofe and Leiserson (1999)",
		New:    gpm.With(gpm.Options{StealOne: true}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-nosteal",
		Doc:    "gpm: never steal",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{NoSteal: true}),
		Lacks: rt.Lacks{
			rt.FairQueues: runnext,
			rt.Conserves:  "what a busy P has queued waits for that P",
		},
	},
	{
		Name:   "gpm-sequentialvictims",
		Doc:    "gpm: look for victims in order, not at random",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{SequentialVictims: true}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-near",
		Doc:    "gpm: steal from the Ps that ran close by first",
		Source: "Go issue 47831",
		New:    gpm.With(gpm.Options{NearFirst: true}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-onespinner",
		Doc:    "gpm: at most one M spins",
		Source: "Go issue 16476",
		New:    gpm.With(gpm.Options{SpinnerLimit: 1}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-noglobaltick",
		Doc:    "gpm: the global queue is looked at only when the local one is empty",
		Source: "Go issue 5639",
		New:    gpm.With(gpm.Options{NoGlobalTick: true}),
		Lacks: rt.Lacks{
			rt.FairQueues: runnext,
			rt.FairReadies: "the global queue waits for as long as Gs that ready and make " +
				"others keep the local one filled",
		},
	},
	{
		Name:   "gpm-nohandoffp",
		Doc:    "gpm: a P stays with its M in system calls",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{NoHandoffp: true}),
		Lacks: rt.Lacks{
			rt.FairQueues:     runnext,
			rt.BesideSyscall:  "a P stays with its M in the kernel",
			rt.BesideBlocking: "a P stays with its M in the kernel",
		},
	},
	{
		Name:   "gpm-noretake",
		Doc:    "gpm: the monitor takes no P from a system call",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{NoRetake: true}),
		Lacks: rt.Lacks{
			rt.FairQueues:    runnext,
			rt.BesideSyscall: "no monitor takes the P of an M that stays in the kernel for long",
		},
	},
	{
		Name:   "gpm-nopreempt",
		Doc:    "gpm: no time slices",
		Source: "Go 1.1",
		New:    gpm.With(gpm.Options{NoPreempt: true}),
		Lacks: rt.Lacks{
			rt.FairQueues:  runnext,
			rt.FairReadies: "a slice that is inherited never ends",
			rt.Preempts:    "no time slices",
		},
	},
	{
		Name:   "gpm-nofreelist",
		Doc:    "gpm: dead Gs are not used again",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{NoFreeList: true}),
		Lacks: rt.Lacks{
			rt.FairQueues: runnext,
			rt.Reuses:     "dead Gs are left to the garbage collector",
		},
	},
	{
		Name:   "gpm-yieldlocal",
		Doc:    "gpm: a yielding G goes to the tail of the local queue",
		Source: "an open question",
		New:    gpm.With(gpm.Options{YieldToLocalTail: true}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-eagerwake",
		Doc:    "gpm: every put wakes an M if a P is idle",
		Source: "rejected in Go's proc.go",
		New:    gpm.With(gpm.Options{EagerWake: true}),
		Lacks:  rt.Lacks{rt.FairQueues: runnext},
	},
	{
		Name:   "gpm-nowakeonready",
		Doc:    "gpm: readying wakes no M, only a spawn does",
		Source: "an idea taken out",
		New:    gpm.With(gpm.Options{NoWakeOnReady: true}),
		Lacks: rt.Lacks{
			rt.FairQueues: runnext,
			rt.Conserves:  "a G that is readied wakes no idle P",
		},
	},
	{
		Name:   "native",
		Doc:    "Go's own scheduler, without handicap: the baseline",
		Source: "the Go runtime this was built with",
		New:    native.New,
		Lacks: rt.Lacks{
			rt.Parks:           goesOwn,
			rt.KnowsItsGs:      goesOwn,
			rt.KnowsItsMs:      goesOwn,
			rt.Times:           "Go's own timers; see package gsync",
			rt.Polls:           "Go's own poller; see package gnet",
			rt.Caches:          "Go's own memory caches, which it does not count for each user",
			rt.StopsWorld:      "Go's world can be stopped from inside its runtime only",
			rt.HasPs:           "Go does not show its Ps",
			rt.Counts:          "Go shows none of these numbers",
			rt.SafePoints:      "Go preempts by signal, anywhere",
			rt.DetectsDeadlock: "Go detects a deadlock only of the whole process",
			rt.Simulates:       "Go's scheduler runs on real threads",
			rt.StopsOnPanic:    "Go cannot end a goroutine from outside",
		},
	},
}

// Names returns the names in the order of Table.
func Names() []string { return names.Of(Table, Row.name) }

func (r Row) name() string { return r.Name }

// VariantOf returns the one of names of which name is a variant: what stands before the
// first "-" in name. It returns "" if name is no variant.
func VariantOf(name string, names []string) string {
	base, _, ok := strings.Cut(name, "-")
	if ok && slices.Contains(names, base) {
		return base
	}
	return ""
}

// Find returns the row of a name; the error lists the nearest names.
func Find(name string) (Row, error) {
	return names.Find("design", name, Table, Row.name)
}

// New makes a scheduler of the named design.
func New(name string, cfg rt.Config) (rt.Scheduler, error) {
	row, err := Find(name)
	if err != nil {
		return nil, err
	}
	return row.New(cfg)
}
