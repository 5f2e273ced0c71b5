package gnet_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/rt/gnet"
)

// The scheduler ends when a G has just accepted. The G is abandoned at its next safe point, and no
// other knows of the descriptor. The other side sees it closed.
func TestADescriptorAcceptedAtTheEndIsClosed(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("Gs cannot wait by a poller on this system: Polled is Threads")
	}
	for _, design := range []string{"gm", "global", "gpm"} {
		t.Run("design="+design, func(t *testing.T) {
			s, err := all.New(design, rt.Config{Procs: 2, Seed: 1})
			require.NoError(t, err)
			accepted, ended := make(chan bool), make(chan bool)
			defer gnet.AfterAccept(func() { close(accepted); <-ended })()
			var client net.Conn
			err = s.Run(func(g *rt.G) {
				ln := listen(g, gnet.Polled, loopback)
				g.Go(func(g *rt.G) { _, _ = ln.Accept(g) })
				client, err = net.Dial("tcp", ln.Addr().String())
				must.NoError(err)
				g.BlockingSyscall(func() { <-accepted })
				panic("the end")
			})
			require.ErrorContains(t, err, "the end")
			defer client.Close()
			close(ended)
			require.NoError(t, s.Close())
			require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Minute)))
			_, err = client.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF)
		})
	}
}
