package workloads

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// pingPongHog is pingPong beside a G that never blocks: it spins on a non-blocking receive from a
// channel in which there is nothing.
//
// Stresses, with one P, what a wakeup is worth when others want the CPU. A design that puts the
// readied partner at the tail of a queue lets the hog have a time slice for each message (about 10
// ms). One that runs the partner next, in the same slice, lets the pair bounce on undisturbed until
// the slice ends. It is the reason for Go's runnext (2015: 684 287 -> 825 ns a bounce).
//
// Not stressed with two Ps or more: the hog keeps to one, the pair to another, and the figure is
// that of pingPong with one P less. Nor at size small, which fits into one time slice.
//
// Bounces can take 1 µs or 40 ms, and with neither preemption nor a second P the first one would
// never come. So the hog loses patience after a while and ends. The rest of the bounces is then
// made without it, and time per operation understates. The metrics count what happened beside the
// hog only. The metric bounce-ns is a bounce's time; with no bounce at all, the whole time. The
// metric hogged-bounces is how many there were: all of them, unless the hog ended first.
//
// Source: Go's BenchmarkPingPongHog (runtime/proc_test.go).
var pingPongHog = Workload{
	Name: "ping_pong_hog",
	Doc: "ping_pong beside a G that never blocks: " +
		"what a wakeup is worth when others want the CPU",
	Prepare: preparePingPongHog,
}

type pingPongHogRun struct {
	bouncer
	patience  int64            // of the hog, in ns
	stop      *gsync.Chan[int] // closed when the pair is done
	pair, hog func(*rt.G)
	answer    func(*rt.G)

	// done is how many bounces are done. Atomic, because the hog looks at it while the pair, its
	// only writer, goes on.
	done   host.Int64
	start  int64 // before the pair can have begun
	beside int64 // bounces beside the hog
	ns     int64 // that they took
	hogs   int   // hogs that have ended: 1, or nothing was in the pair's way
}

var (
	pingPongHogBounces  = [...]int{Small: 500, Normal: 30_000, Large: 500_000}
	pingPongHogPatience = [...]int64{Small: 20e6, Normal: 500e6, Large: 5e9} // ns
)

func preparePingPongHog(p Params) (*Instance, error) {
	w := newPingPongHog(pingPongHogBounces[p.Size], pingPongHogPatience[p.Size])
	return &Instance{Ops: w.bounces, Op: "bounce", Run: w.run, Metrics: w.metrics}, nil
}

func newPingPongHog(bounces int, patience int64) *pingPongHogRun {
	w := &pingPongHogRun{patience: patience}
	w.bounces = bounces
	w.pair, w.hog, w.answer = w.bounce, w.spin, w.back
	return w
}

func (w *pingPongHogRun) run(s rt.Scheduler) error {
	w.number, w.hogs = 0, 0
	w.done.Store(0)
	if err := s.Run(w.main); err != nil {
		return err
	}
	if err := w.verify("ping_pong_hog"); err != nil {
		return err
	}
	return checkCount("ping_pong_hog", int64(w.hogs), 1)
}

func (w *pingPongHogRun) main(g *rt.G) {
	w.open(g, unbuffered)
	w.stop = gsync.NewChan[int](g, 0)
	w.start = host.Nanotime()
	g.Go(w.hog)
	g.Go(w.answer)
	g.Go(w.pair)
}

// bounce is bouncer.forth, with a count that the hog can see.
func (w *pingPongHogRun) bounce(g *rt.G) {
	for i := range w.bounces {
		w.ping.Send(g, w.number+1)
		w.number, _ = w.pong.Recv(g)
		w.done.Store(int64(i + 1))
	}
	w.stop.Close(g)
}

// spin is the hog. It asks for the time only now and then, to leave the spinning to the channel.
func (w *pingPongHogRun) spin(g *rt.G) {
	const asks = 64
	for i := 0; ; i++ {
		_, _, closed := w.stop.TryRecv(g)
		g.Checkpoint()
		if closed || i%asks == 0 && host.Nanotime()-w.start > w.patience {
			break
		}
	}
	w.beside, w.ns = w.done.Load(), host.Nanotime()-w.start
	w.hogs++
}

func (w *pingPongHogRun) metrics() []Metric {
	return []Metric{
		{"bounce-ns", float64(w.ns) / float64(max(w.beside, 1))},
		{"hogged-bounces", float64(w.beside)},
	}
}
