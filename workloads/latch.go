package workloads

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// latch lets one G wait until a number of others have passed, of which only the last signals. A
// wait group would do, but what its counter costs in each design would then be measured, too. Here
// it is one atomic in every design.
//
// It never counts back, so a task that ran twice or not at all shows in passed once the run is
// over.
type latch struct {
	passed host.Int64 // shared by all Gs that pass; the Add that makes it want signals
	want   int64      // written by the waiting G before it spawns those that pass
	signal gsync.WaitGroup
}

// reset makes l ready for a run. No G may wait.
func (l *latch) reset() {
	l.passed.Store(0)
	l.want = 0
}

// expect says that n more will pass. The G that waits calls it, once a wait.
func (l *latch) expect(g *rt.G, n int) {
	l.want += int64(n)
	l.signal.Add(g, 1)
}

func (l *latch) pass(g *rt.G) {
	want := l.want // before Add, after which the waiting G may write it
	if l.passed.Add(1) == want {
		l.signal.Done(g)
	}
}

func (l *latch) wait(g *rt.G) { l.signal.Wait(g) }

// spawns is a workload whose main spawns n tasks that pass l, each once.
func (l *latch) spawns(workload string, n int, main func(*rt.G)) *Instance {
	return &Instance{
		Ops: n,
		Op:  "spawn",
		Run: func(s rt.Scheduler) error {
			l.reset()
			if err := s.Run(main); err != nil {
				return err
			}
			return checkCount(workload, l.passed.Load(), int64(n))
		},
	}
}

// checkCount verifies that each of n tasks ran once, as far as a count can tell.
func checkCount(workload string, ran, n int64) error {
	if ran != n {
		return wrong(workload, ran, n)
	}
	return nil
}
