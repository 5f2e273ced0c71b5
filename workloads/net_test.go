package workloads

import (
	"errors"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
)

// runNet runs a network workload on several designs. want is a part of the error, or "" if there
// must be none.
func runNet(t *testing.T, run func(rt.Scheduler) error, want string) {
	for _, name := range []string{"gm", "global", "gpm", "native"} {
		s, err := all.New(name, rt.Config{Procs: 2})
		require.NoError(t, err)
		if err = run(s); want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, want, name)
		}
		require.NoError(t, s.Close(), "no G is left")
	}
}

// A server that does not send back what it got is noticed, and the run ends.
func TestEchoFindsOutABadServer(t *testing.T) {
	broken := errors.New("broken")
	for what, test := range map[string]struct {
		serve func(g *rt.G, c *gnet.Conn) error
		want  string
	}{
		"flips a bit": {flippingEcho, "workloads: net_echo: wrong answer reply"},
		"ends early":  {func(g *rt.G, c *gnet.Conn) error { return nil }, "net"},
		"fails":       {func(g *rt.G, c *gnet.Conn) error { return broken }, "broken"},
		"ends amid":   {halfEcho, "workloads: net_echo: the reply to request 0: unexpected EOF"},
	} {
		t.Run(what, func(t *testing.T) {
			w := newNetEcho(Params{Procs: 2}, "net_echo", gnet.Polled)
			w.server.serve = test.serve
			runNet(t, w.run, test.want)
			w.server.serve = echo
			runNet(t, w.run, "") // the failure is forgotten
		})
	}
}

func flippingEcho(g *rt.G, c *gnet.Conn) error {
	var buf [echoBytes]byte
	for range 3 {
		if _, err := c.ReadFull(g, buf[:]); err != nil {
			return err
		}
		buf[echoBytes-1] ^= 1
		if _, err := c.Write(g, buf[:]); err != nil {
			return err
		}
	}
	return nil
}

// halfEcho sends half a reply.
func halfEcho(g *rt.G, c *gnet.Conn) error {
	var buf [echoBytes]byte
	if _, err := c.ReadFull(g, buf[:]); err != nil {
		return err
	}
	_, err := c.Write(g, buf[:echoBytes/2])
	return err
}

func TestRPCFindsOutABadServer(t *testing.T) {
	for what, test := range map[string]struct {
		serve func(g *rt.G, c *gnet.Conn) error
		want  string
	}{
		"answers nothing": {func(g *rt.G, c *gnet.Conn) error {
			var buf [rpcRequestBytes]byte
			for {
				if _, err := c.ReadFull(g, buf[:]); err == io.EOF {
					return nil
				}
			}
		}, "workloads: net_rpc: wrong answer 0 requests answered"},
		"ends early": {func(*rt.G, *gnet.Conn) error { return nil }, "net"},
		"answers wrong": {func(g *rt.G, c *gnet.Conn) error {
			var buf [rpcReplyBytes]byte
			rpcReply{id: 0, answer: 1}.put(buf[:])
			_, err := c.Write(g, buf[:])
			return err
		}, "net"},
	} {
		t.Run(what, func(t *testing.T) {
			w := newNetRPC(Params{Procs: 2})
			w.server.serve = test.serve
			runNet(t, w.run, test.want)
			w.server.serve = serveRPC
			runNet(t, w.run, "")
		})
	}
}

// A service that is planned to take 10 µs takes about that long, at best.
func TestRoundsAreMeasured(t *testing.T) {
	perUs := roundsPerUs()
	best := int64(math.MaxInt64)
	for range 100 {
		start := host.Nanotime()
		_ = serviceOf(1, uint32(10*perUs))
		best = min(best, host.Nanotime()-start)
	}
	require.InDelta(t, 0, math.Log10(float64(best)/10_000), 1)
}

// The client checks each answer.
func TestAnRPCClientTakesTheRightAnswersAlone(t *testing.T) {
	var cl rpcClient
	cl.plan(100, 5, 7)
	cl.plan(200, 6, 7)
	cl.reset()
	right := serviceOf(7, 6)
	require.ErrorContains(t, cl.take(rpcReply{1, right + 1}, 300), "wrong answer")
	require.ErrorContains(t, cl.take(rpcReply{0, right}, 300), "wrong answer")
	require.ErrorContains(t, cl.take(rpcReply{2, right}, 300), "wrong answer for request 2")
	require.Zero(t, cl.answered)
	require.NoError(t, cl.take(rpcReply{1, right}, 300))
	require.ErrorContains(t, cl.take(rpcReply{1, right}, 300), "a second time")
	require.Equal(t, 1, cl.answered)
	require.EqualValues(t, 100, cl.latency.Max(), "from the intended time on")
	cl.reset()
	require.NoError(t, cl.take(rpcReply{1, right}, 300))
}

func TestRPCMessagesSurviveTheWire(t *testing.T) {
	req := rpcRequest{id: 1 << 31, rounds: 3, word: 1 << 63}
	reply := rpcReply{id: 7, answer: ^uint64(0)}
	var gotReq rpcRequest
	var gotReply rpcReply
	var buf [rpcRequestBytes]byte
	req.put(buf[:])
	gotReq.get(buf[:])
	reply.put(buf[:])
	gotReply.get(buf[:])
	require.Equal(t, req, gotReq)
	require.Equal(t, reply, gotReply)
}

// The times of requests follow the rate, for each P, and the seed.
func TestRPCRequestsComeAtTheRate(t *testing.T) {
	last := func(p Params) int64 {
		w := newNetRPC(p)
		at := int64(0)
		for i := range w.clients {
			calls := w.clients[i].calls
			at = max(at, calls[len(calls)-1].at)
		}
		return at
	}
	n := float64(rpcRequests[Normal])
	one := last(Params{Size: Normal, Procs: 1, Seed: 1})
	require.InEpsilon(t, n*1e9/rpcRatePerP, one, 0.2)
	require.InEpsilon(t, n*1e9/rpcRatePerP/4, last(Params{Size: Normal, Procs: 4, Seed: 1}), 0.2)
	require.Equal(t, one, last(Params{Size: Normal, Procs: 1, Seed: 1}))
	require.NotEqual(t, one, last(Params{Size: Normal, Procs: 1, Seed: 2}))
}
