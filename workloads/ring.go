package workloads

import (
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// ring is 128 Gs that pass one token around over unbuffered channels.
//
// Stresses a wakeup whose G has not run for 127 hops: nothing of it is in a cache, and the thread
// it ran on last has long since done something else. Like pingPong it has one runnable G at most,
// so any work that idle threads put into looking for more is waste.
//
// Not stressed: parallelism, contention, stealing from long queues.
//
// Source: the oldest benchmark of CSP languages ("token ring", also as "threadring" in the Computer
// Language Benchmarks Game).
var ring = Workload{
	Name:    "ring",
	Doc:     "128 Gs pass a token around: wakeups of Gs that have gone cold",
	Prepare: prepareRing,
}

const ringNodes = 128

var ringLaps = [...]int{Small: 8, Normal: 600, Large: 15_000}

type ringRun struct {
	laps   int
	chans  [ringNodes]*gsync.Chan[int] // chans[i] leads to node i
	bodies [ringNodes]func(*rt.G)      // node 0 is main
	token  int                         // counts the hops; written at each end of a lap
}

func prepareRing(p Params) (*Instance, error) {
	w := &ringRun{laps: ringLaps[p.Size]}
	for i := range w.bodies {
		w.bodies[i] = func(g *rt.G) { w.pass(g, w.chans[i], w.chans[(i+1)%ringNodes]) }
	}
	return &Instance{Ops: w.laps * ringNodes, Op: "hop", Run: w.run}, nil
}

func (w *ringRun) run(s rt.Scheduler) error {
	w.token = 0
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

// main is node 0: it holds the token at the start and at the end.
func (w *ringRun) main(g *rt.G) {
	for i := range w.chans {
		w.chans[i] = gsync.NewChan[int](g, 0)
	}
	for _, body := range w.bodies[1:] {
		g.Go(body)
	}
	for range w.laps {
		w.chans[1].Send(g, w.token+1)
		w.token, _ = w.chans[0].Recv(g)
	}
}

func (w *ringRun) pass(g *rt.G, from, to *gsync.Chan[int]) {
	for range w.laps {
		token, _ := from.Recv(g)
		to.Send(g, token+1)
	}
}

// verify: each node adds one to what it got, so the token cannot have skipped any.
func (w *ringRun) verify() error {
	if want := w.laps * ringNodes; w.token != want {
		return wrong("ring", w.token, want)
	}
	return nil
}
