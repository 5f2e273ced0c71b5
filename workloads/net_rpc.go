package workloads

import (
	"fmt"
	"math"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

// netRPC is requests over four TCP connections, to a server that computes for a while to answer
// each. Requests are made at the times of a Poisson process, 2000 a second for each P, whether
// earlier ones have been answered or not. A time of service is 20 µs on the mean, exponentially
// distributed.
//
// Stresses latency where there is room: the load is about a tenth. So the metrics show how long it
// takes from an event (a timer, the network) to the G that it is for, and from a spawn to another
// P. A latency counts from when a request was to be made, not from when it was. A scheduler that
// stalls delays the requests meant for that time as well, and all of them count (no coordinated
// omission). The metrics late-p50-ns and late-p99-ns are by how much requests were made too late, a
// part of the latency for which the clients' timers are to blame.
//
// Not stressed: throughput. The times are given, so a run takes the same time on every design,
// unless it cannot keep up.
//
// Source: the open-loop load generators of the literature (Treadmill, 2016; wrk2), and what is said
// of coordinated omission by Tene (2013).
var netRPC = Workload{
	Name: "net_rpc",
	Doc: "requests at given times over loopback to a server that computes: " +
		"latency with room to spare",
	Sockets: true,
	Needs:   neededBy(gnet.Polled),
	Prepare: prepareNetRPC,
}

const (
	rpcClients    = 4
	rpcRatePerP   = 2000.0 // requests a second
	rpcServiceUs  = 20.0   // mean
	rpcMostMeans  = 10     // a longer service is cut off
	rpcRoundsTest = 20_000
)

var rpcRequests = [...]int{Small: 100, Normal: 500, Large: 10_000}

type netRPCRun struct {
	requests int
	server   netServer
	failed   failure
	clients  [rpcClients]rpcClient
	ended    gsync.WaitGroup
}

func prepareNetRPC(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	w := newNetRPC(p)
	return &Instance{Ops: w.requests, Op: "request", Run: w.run, Metrics: w.metrics}, nil
}

func newNetRPC(p Params) *netRPCRun {
	w := &netRPCRun{requests: rpcRequests[p.Size]}
	w.server = netServer{network: gnet.Polled, serve: serveRPC, failed: &w.failed}
	var r host.Rand
	r.Seed(p.Seed, inputStream)
	at, perUs := 0.0, roundsPerUs()
	for i := range w.requests {
		at += exponential(&r) * 1e9 / (rpcRatePerP * float64(p.Procs))
		service := min(exponential(&r), rpcMostMeans) * rpcServiceUs
		cl := &w.clients[i%rpcClients]
		cl.plan(int64(at), uint32(service*perUs), p.Seed+uint64(i))
	}
	return w
}

// exponential returns a number of the exponential distribution of mean 1.
func exponential(r *host.Rand) float64 { return -math.Log((float64(r.Uint32()) + 1) / (1 << 32)) }

// roundsPerUs measures how often scramble runs in a microsecond: the best of some tries. Work is
// given in rounds, not in time, or a G that is preempted would have done its work once it comes
// back.
func roundsPerUs() float64 {
	best := int64(math.MaxInt64)
	for range 5 {
		start := host.Nanotime()
		_ = serviceOf(1, rpcRoundsTest)
		best = min(best, host.Nanotime()-start)
	}
	return rpcRoundsTest * 1e3 / float64(max(best, 1))
}

func (w *netRPCRun) run(s rt.Scheduler) error {
	for i := range w.clients {
		w.clients[i].reset()
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	if err := w.failed.take(); err != nil {
		return err
	}
	answered := 0
	for i := range w.clients {
		answered += w.clients[i].answered
	}
	if answered != w.requests {
		return wrong("net_rpc", fmt.Sprintf("%d requests answered", answered), w.requests)
	}
	return w.server.verify("net_rpc")
}

func (w *netRPCRun) main(g *rt.G) {
	if w.failed.note(w.server.listen(g)) {
		return
	}
	w.ended.Add(g, rpcClients)
	// All clients are connected before the first request is due.
	start := host.Nanotime() + 1_000_000
	for i := range w.clients {
		g.Go(func(g *rt.G) {
			defer w.ended.Done(g)
			c, err := w.server.dial(g)
			if w.failed.note(err) {
				return
			}
			w.failed.note(w.clients[i].run(g, c, start))
		})
	}
	w.ended.Wait(g)
	w.server.close(g)
}

func (w *netRPCRun) metrics() []Metric {
	latency, late := rt.NewLatencies(), rt.NewLatencies()
	for i := range w.clients {
		latency.Merge(w.clients[i].latency)
		late.Merge(w.clients[i].late)
	}
	list := percentiles("latency", latency, 50, 99, 99.9)
	list = append(list, Metric{"latency-max-ns", float64(latency.Max())})
	return append(list, percentiles("late", late, 50, 99)...)
}
