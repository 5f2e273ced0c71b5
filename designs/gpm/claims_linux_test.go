package gpm

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/event"
)

// An M looks into the local queue, then into the global one, then it asks the network.
func TestSourcesAreVisitedInOrder(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("this system has no poller here")
	}
	var order []string // one P: Gs take turns
	ran := func(name string) func(*rt.G) {
		return func(*rt.G) { order = append(order, name) }
	}
	events, _ := tracedOn(t, 1, Options{}, func(s *sched, g *rt.G) {
		var fds [2]int
		must(syscall.Pipe2(fds[:], syscall.O_NONBLOCK))
		g.Go(func(g *rt.G) {
			pd, err := g.Parker().OpenPoll(fds[0])
			must(err)
			must(pd.Wait(g, rt.PollRead))
			ran("network")(g)
			must(pd.Close(g))
		})
		g.Yield() // it waits now
		submitted := make(chan struct{})
		go func() {
			s.Go(ran("global"))
			close(submitted)
		}()
		<-submitted // the only P is busy, so it is on the global queue
		syscall.Write(fds[1], []byte{1})
		g.Go(ran("local"))
	})
	require.Equal(t, []string{"local", "global", "network"}, order)
	find(t, events, 0, func(e event.Event) bool { return e.What == event.Poll && e.N == 1 })
}

// The scheduler asks the network. A hundred Gs that wait for it need no threads, and
// run when there is something to read.
func TestTheNetworkIsPolledByTheScheduler(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("this system has no poller here")
	}
	const pairs = 100
	_, st := traced(t, 2, func(g *rt.G) {
		for range pairs {
			var fds [2]int
			must(syscall.Pipe2(fds[:], syscall.O_NONBLOCK))
			g.Go(func(g *rt.G) {
				pd, err := g.Parker().OpenPoll(fds[0])
				must(err)
				for n := 0; n != 1; {
					must(pd.Wait(g, rt.PollRead))
					n, _ = syscall.Read(fds[0], make([]byte, 1))
				}
				must(pd.Close(g))
				syscall.Close(fds[0])
			})
			g.Go(func(g *rt.G) {
				g.Sleep(1_000_000)
				syscall.Write(fds[1], []byte{1})
				syscall.Close(fds[1])
			})
		}
	})
	require.Positive(t, st.Polls)
	require.Less(t, st.Ms, uint64(pairs/2), "two to run Gs, one that polls, some to spare")
}
