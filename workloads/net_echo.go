package workloads

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

// netEcho is 20 clients, each with a TCP connection of its own over the loopback interface to a
// server in the same scheduler, which sends back what it gets. A client sends 64 bytes, waits for
// them, compares, and sends the next.
//
// Stresses the way from the network to a G: a request blocks two Gs, each of which the poller
// readies. With 20 connections there is mostly something to run. So a design rarely waits in the
// kernel, and asks it between Gs how much has come. The metrics are percentiles of the time from
// sending a request to having the reply.
//
// Not stressed: bandwidth, many connections, new connections. The kernel's share is large: of some
// 15 µs a request, four system calls on each side are ten. The load is closed: a design that is
// slow is asked less often. For an open one see netRPC.
//
// Source: the usual benchmark of pollers. Go has had one since 1.1 (netpoll), before which a thread
// of the server waited for all of the network.
var netEcho = Workload{
	Name:    "net_echo",
	Doc:     "20 connections over loopback, request and reply: from the poller to the G",
	Sockets: true,
	Needs:   neededBy(gnet.Polled),
	Prepare: func(p Params) (*Instance, error) {
		return prepareNetEcho(p, "net_echo", gnet.Polled)
	},
}

// netEchoThreads is the same with a thread for each G that waits. Its difference from netEcho is
// what the poller buys.
var netEchoThreads = Workload{
	Name:    "net_echo_threads",
	Doc:     "net_echo with calls that block the thread: what the poller buys",
	Sockets: true,
	Needs:   neededBy(gnet.Threads),
	Prepare: func(p Params) (*Instance, error) {
		return prepareNetEcho(p, "net_echo_threads", gnet.Threads)
	},
}

const (
	echoClients = 20
	echoBytes   = 64
)

// Requests of each client.
var echoRequests = [...]int{Small: 20, Normal: 750, Large: 5000}

type netEchoRun struct {
	name     string
	requests int
	server   netServer
	failed   failure
	clients  [echoClients]echoClient
	ended    gsync.WaitGroup
}

type echoClient struct {
	w        *netEchoRun
	seed     uint64
	answered int
	rtt      rt.Latencies
	out, in  [echoBytes]byte
}

func prepareNetEcho(p Params, name string, network gnet.Network) (*Instance, error) {
	w := newNetEcho(p, name, network)
	ops := w.requests * echoClients
	return &Instance{Ops: ops, Op: "request", Run: w.run, Metrics: w.metrics}, nil
}

func newNetEcho(p Params, name string, network gnet.Network) *netEchoRun {
	w := &netEchoRun{name: name, requests: echoRequests[p.Size]}
	w.server = netServer{network: network, serve: echo, failed: &w.failed}
	for i := range w.clients {
		w.clients[i] = echoClient{w: w, seed: p.Seed + uint64(i)<<32, rtt: rt.NewLatencies()}
	}
	return w
}

func (w *netEchoRun) run(s rt.Scheduler) error {
	for i := range w.clients {
		w.clients[i].answered = 0
		w.clients[i].rtt.Reset()
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	if err := w.failed.take(); err != nil {
		return err
	}
	for i := range w.clients {
		if got := w.clients[i].answered; got != w.requests {
			return wrong(w.name, fmt.Sprintf("%d replies to client %d", got, i), w.requests)
		}
	}
	return w.server.verify(w.name)
}

func (w *netEchoRun) main(g *rt.G) {
	if w.failed.note(w.server.listen(g)) {
		return
	}
	w.ended.Add(g, len(w.clients))
	for i := range w.clients {
		g.Go(w.clients[i].main)
	}
	w.ended.Wait(g)
	w.server.close(g)
}

// echo serves a connection.
func echo(g *rt.G, c *gnet.Conn) error {
	var buf [echoBytes]byte
	for {
		n, err := c.Read(g, buf[:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := c.Write(g, buf[:n]); err != nil {
			return err
		}
	}
}

func (cl *echoClient) main(g *rt.G) {
	defer cl.w.ended.Done(g)
	c, err := cl.w.server.dial(g)
	if cl.w.failed.note(err) {
		return
	}
	cl.w.failed.note(cl.ask(g, c))
	cl.w.failed.note(c.Close(g))
}

func (cl *echoClient) ask(g *rt.G, c *gnet.Conn) error {
	for i := range cl.w.requests {
		cl.fill(i)
		start := host.Nanotime()
		if _, err := c.Write(g, cl.out[:]); err != nil {
			return err
		}
		if _, err := c.ReadFull(g, cl.in[:]); err != nil {
			return fmt.Errorf("workloads: %s: the reply to request %d: %w", cl.w.name, i, err)
		}
		cl.rtt.Record(host.Nanotime() - start)
		if !bytes.Equal(cl.in[:], cl.out[:]) {
			return wrong(cl.w.name, fmt.Sprintf("reply %x", cl.in), fmt.Sprintf("%x", cl.out))
		}
		cl.answered++
	}
	return nil
}

// fill makes request i, which differs from every other.
func (cl *echoClient) fill(i int) {
	x := cl.seed + uint64(i) + 1
	for at := 0; at < echoBytes; at += 8 {
		x = scramble(x)
		binary.LittleEndian.PutUint64(cl.out[at:], x)
	}
}

func (w *netEchoRun) metrics() []Metric {
	all := rt.NewLatencies()
	for i := range w.clients {
		all.Merge(w.clients[i].rtt)
	}
	return percentiles("rtt", all, 50, 99)
}
