package workloads

import (
	"fmt"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// pingPong is two Gs that hand a number to and fro over two unbuffered channels, each adding one.
// There is never more than one runnable G.
//
// Stresses the shortest chain of wakeups there is: each send readies the partner and then blocks. A
// design that readies it where the sender runs pays a switch of stacks. One that sends it to
// another thread pays a wakeup by the kernel for each message.
//
// Not stressed: parallelism, queues longer than one, contention.
//
// Source: the bouncing half of Go's BenchmarkPingPongHog (runtime/proc_test.go). One bounce is one
// round trip: two messages.
var pingPong = Workload{
	Name:    "ping_pong",
	Doc:     "two Gs bounce a number over unbuffered channels: a chain of wakeups",
	Prepare: preparePingPong,
}

// pingPongMany is many Gs at once, each of which starts a partner, sends it one message and waits
// for the answer.
//
// Stresses spawning and waking mixed. A G lives as long as one exchange, and a thousand of them are
// in all stages of it at the same time, so there is always something to steal. Each exchange makes
// its two channels, as tokio's does: they are part of the operation.
//
// Not stressed: long queues at one channel; each has one sender and one receiver.
//
// Source: tokio, benches/rt_multi_threaded.rs, ping_pong (1000 tasks at once). Its one-shot
// channels are channels of capacity 1 here. A run does the thousand several times over.
var pingPongMany = Workload{
	Name: "ping_pong_many",
	Doc: "1000 Gs each spawn a partner and exchange one message with it: " +
		"spawning and waking mixed",
	Prepare: preparePingPongMany,
}

// bouncer is two Gs and what they share. Its channels are made in each run, by a G. What a channel
// is made of depends on the G that makes it, Go's own or a design's, and the next run may be on
// another kind of scheduler. So it is with all objects of gsync in all workloads.
type bouncer struct {
	bounces    int
	ping, pong *gsync.Chan[int]
	number     int // what came back last: each bounce adds 2
}

// unbuffered is the capacity of a channel without a buffer.
const unbuffered = 0

func (b *bouncer) open(g *rt.G, capacity int) {
	b.ping = gsync.NewChan[int](g, capacity)
	b.pong = gsync.NewChan[int](g, capacity)
}

func (b *bouncer) forth(g *rt.G) {
	for range b.bounces {
		b.ping.Send(g, b.number+1)
		b.number, _ = b.pong.Recv(g)
	}
}

func (b *bouncer) back(g *rt.G) {
	for range b.bounces {
		n, _ := b.ping.Recv(g)
		b.pong.Send(g, n+1)
	}
}

func (b *bouncer) verify(workload string) error {
	if want := 2 * b.bounces; b.number != want {
		return wrong(workload, b.number, want)
	}
	return nil
}

type pingPongRun struct {
	bouncer
	answer func(*rt.G) // bouncer.back
}

var pingPongBounces = [...]int{Small: 500, Normal: 40_000, Large: 1_000_000}

func preparePingPong(p Params) (*Instance, error) {
	w := &pingPongRun{}
	w.bounces = pingPongBounces[p.Size]
	w.answer = w.back
	return &Instance{Ops: w.bounces, Op: "bounce", Run: w.run}, nil
}

func (w *pingPongRun) run(s rt.Scheduler) error {
	w.number = 0
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify("ping_pong")
}

func (w *pingPongRun) main(g *rt.G) {
	w.open(g, unbuffered)
	g.Go(w.answer)
	w.forth(g)
}

type pingPongManyRun struct {
	rounds int
	pairs  []pair
	done   *latch // all pairs of the round pass it
}

type pair struct {
	bouncer
	w           *pingPongManyRun
	total       int // of the numbers that came back
	ask, answer func(*rt.G)
}

var (
	pingPongPairs  = [...]int{Small: 100, Normal: 1000, Large: 1000}
	pingPongRounds = [...]int{Small: 3, Normal: 10, Large: 300}
)

func preparePingPongMany(p Params) (*Instance, error) {
	pairs, rounds := pingPongPairs[p.Size], pingPongRounds[p.Size]
	w := &pingPongManyRun{rounds: rounds, pairs: make([]pair, pairs)}
	for i := range w.pairs {
		pr := &w.pairs[i]
		pr.w, pr.bounces = w, 1
		pr.ask, pr.answer = pr.main, pr.back
	}
	return &Instance{Ops: pairs * rounds, Op: "exchange", Run: w.run}, nil
}

func (w *pingPongManyRun) run(s rt.Scheduler) error {
	for i := range w.pairs {
		w.pairs[i].total = 0
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *pingPongManyRun) main(g *rt.G) {
	for range w.rounds {
		w.done = &latch{}
		w.done.expect(g, len(w.pairs))
		for i := range w.pairs {
			g.Go(w.pairs[i].ask)
		}
		w.done.wait(g)
	}
}

func (pr *pair) main(g *rt.G) {
	pr.open(g, 1)
	pr.number = 0
	g.Go(pr.answer)
	pr.forth(g)
	pr.total += pr.number
	pr.w.done.pass(g)
}

func (w *pingPongManyRun) verify() error {
	want := 2 * w.rounds
	for i := range w.pairs {
		if got := w.pairs[i].total; got != want {
			return wrong("ping_pong_many", fmt.Sprintf("%d of pair %d", got, i), want)
		}
	}
	return nil
}
