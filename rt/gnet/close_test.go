package gnet_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	calls := map[string]func(g *rt.G, c *gnet.Conn, ln *gnet.Listener) error{
		"read": func(g *rt.G, c *gnet.Conn, _ *gnet.Listener) error {
			_, err := c.Read(g, make([]byte, 1))
			return err
		},
		"write": func(g *rt.G, c *gnet.Conn, _ *gnet.Listener) (err error) {
			for err == nil {
				_, err = c.Write(g, make([]byte, 1<<20))
			}
			return err
		},
		"accept": func(g *rt.G, _ *gnet.Conn, ln *gnet.Listener) error {
			_, err := ln.Accept(g)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
				run(t, s, func(g *rt.G) {
					a, b := pair(g, n)
					ln := listen(g, n, loopback)
					ended := gsync.NewChan[error](g, 0)
					for range 3 { // one waits, two wait for their turns
						g.Go(func(g *rt.G) { ended.Send(g, call(g, b, ln)) })
					}
					for range 5 {
						g.Yield()
					}
					closeAll(g, b, ln)
					for range 3 {
						err, _ := ended.Recv(g)
						must.ErrorIs(err, net.ErrClosed)
					}
					must.NoError(a.Close(g))
				})
			})
		})
	}
}

func TestAClosedConnStaysClosed(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			ln := listen(g, n, loopback)
			closeAll(g, a, b, ln)
			_, err := a.Read(g, make([]byte, 1))
			must.ErrorIs(err, net.ErrClosed)
			must.ErrorContains(err, "closed on this side")
			_, err = a.Write(g, make([]byte, 1))
			must.ErrorIs(err, net.ErrClosed)
			must.ErrorIs(a.Close(g), net.ErrClosed)
			must.ErrorIs(ln.Close(g), net.ErrClosed)
			_, err = ln.Accept(g)
			must.ErrorIs(err, net.ErrClosed)
		})
	})
}

// Of several Gs that close a Conn at the same time, one succeeds.
func TestOneOfSeveralClosesCounts(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		closed := 0
		run(t, s, func(g *rt.G) {
			results := gsync.NewChan[error](g, 4)
			for range 50 {
				a, b := pair(g, n)
				for range 4 {
					g.Go(func(g *rt.G) { results.Send(g, a.Close(g)) })
				}
				for range 4 {
					if err, _ := results.Recv(g); err == nil {
						closed++
					} else {
						must.ErrorIs(err, net.ErrClosed)
					}
				}
				readEnd(g, b)
				must.NoError(b.Close(g))
			}
		})
		require.Equal(t, 50, closed)
	})
}

// Readers loop on Conns that are closed under them while others open new ones, which get their
// numbers. No reader may see a byte that was not sent to its own. See 'Closing a descriptor in
// use'.
func TestAReaderNeverReadsFromAStranger(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			for round := range 100 {
				a := dial(g, n, ln)
				b := accept(g, ln)
				own := byte(round)
				write(g, a, string([]byte{own}))
				for range 2 {
					g.Go(func(g *rt.G) { readOnly(g, b, own) })
				}
				if round%2 == 0 {
					g.Yield()
				}
				g.Go(func(g *rt.G) { must.NoError(b.Close(g)) })
				stranger := dial(g, n, ln)
				c := accept(g, ln)
				write(g, stranger, string([]byte{own + 1}))
				read(g, c, string([]byte{own + 1}))
				closeAll(g, a, stranger, c)
			}
			must.NoError(ln.Close(g))
		})
	})
}

// readOnly reads until c is closed here or there; what it reads must be own.
func readOnly(g *rt.G, c *gnet.Conn, own byte) {
	buf := make([]byte, 1)
	for {
		n, err := c.Read(g, buf)
		if err != nil {
			return
		}
		must.Equal(1, n)
		must.Equal(own, buf[0])
	}
}
