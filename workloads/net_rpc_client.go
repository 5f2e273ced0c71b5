package workloads

import (
	"fmt"
	"io"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

// rpcClient makes requests over one connection at times that are given beforehand, and measures how
// long after those the answers come.
type rpcClient struct {
	calls    []rpcCall // in the order of their times
	answered int
	latency  rt.Latencies // from the intended time to the answer
	late     rt.Latencies // from the intended time to the request
}

type rpcCall struct {
	at       int64 // the intended time, in ns after the start
	req      rpcRequest
	want     uint64 // the right answer
	answered bool
}

// plan adds a request to be made at ns after the start, no earlier than the one before it.
func (cl *rpcClient) plan(at int64, rounds uint32, word uint64) {
	req := rpcRequest{id: uint32(len(cl.calls)), rounds: rounds, word: word}
	cl.calls = append(cl.calls, rpcCall{at: at, req: req, want: serviceOf(word, rounds)})
}

// reset makes cl ready for another run.
func (cl *rpcClient) reset() {
	for i := range cl.calls {
		cl.calls[i].answered = false
	}
	cl.answered = 0
	cl.latency, cl.late = rt.NewLatencies(), rt.NewLatencies()
}

// run makes all requests over c, with times counted from start by host.Nanotime. It returns when
// all are answered and c is closed.
func (cl *rpcClient) run(g *rt.G, c *gnet.Conn, start int64) error {
	var failed failure
	var received gsync.WaitGroup
	received.Add(g, 1)
	g.Go(func(g *rt.G) {
		defer received.Done(g)
		if failed.note(cl.receive(g, c, start)) {
			_ = c.Close(g) // so that send ends
		}
	})
	if failed.note(cl.send(g, c, start)) {
		_ = c.Close(g) // so that receive ends
	}
	received.Wait(g)
	if err := failed.take(); err != nil {
		return err
	}
	return c.Close(g)
}

func (cl *rpcClient) send(g *rt.G, c *gnet.Conn, start int64) error {
	var buf [rpcRequestBytes]byte
	for i := range cl.calls {
		call := &cl.calls[i]
		due := start + call.at
		if ns := due - host.Nanotime(); ns > 0 {
			g.Sleep(ns)
		}
		cl.late.Record(host.Nanotime() - due)
		call.req.put(buf[:])
		if _, err := c.Write(g, buf[:]); err != nil {
			return err
		}
	}
	return c.CloseWrite(g)
}

// receive takes the answers until the server has sent them all.
func (cl *rpcClient) receive(g *rt.G, c *gnet.Conn, start int64) error {
	var buf [rpcReplyBytes]byte
	for {
		_, err := c.ReadFull(g, buf[:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var reply rpcReply
		reply.get(buf[:])
		if err := cl.take(reply, host.Nanotime()-start); err != nil {
			return err
		}
	}
}

// take checks a reply that has come at the given time.
func (cl *rpcClient) take(reply rpcReply, at int64) error {
	if int(reply.id) >= len(cl.calls) {
		return wrong("net_rpc", fmt.Sprintf("for request %d", reply.id),
			fmt.Sprintf("one of 0 to %d", len(cl.calls)-1))
	}
	call := &cl.calls[reply.id]
	if call.answered {
		return wrong("net_rpc", fmt.Sprintf("a second time for request %d", reply.id), "one")
	}
	if reply.answer != call.want {
		return wrong("net_rpc", fmt.Sprintf("%#x for request %d", reply.answer, reply.id),
			fmt.Sprintf("%#x", call.want))
	}
	call.answered = true
	cl.answered++
	cl.latency.Record(at - call.at)
	return nil
}
