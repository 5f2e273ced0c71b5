package gnet_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/rt/gnet"
)

// each runs body on designs that look at the network in different ways (a variant of gpm would
// not), on both Networks, with a fresh scheduler.
func each(t *testing.T, body func(t *testing.T, s rt.Scheduler, n gnet.Network)) {
	for _, n := range []gnet.Network{gnet.Polled, gnet.Threads} {
		on(t, n, []string{"gm", "global", "gpm", "native"}, body)
	}
}

// eachPolled is each for what only Gs that wait by the poller promise.
func eachPolled(t *testing.T, body func(t *testing.T, s rt.Scheduler, n gnet.Network)) {
	if !rt.PollSupported {
		t.Skip("Gs cannot wait by a poller on this system: Polled is Threads")
	}
	on(t, gnet.Polled, []string{"gm", "global", "gpm"}, body)
}

func on(t *testing.T, n gnet.Network, names []string,
	body func(t *testing.T, s rt.Scheduler, n gnet.Network)) {
	for _, row := range all.Table {
		for procs := 1; slices.Contains(names, row.Name) && procs <= 2; procs++ {
			name := fmt.Sprintf("design=%s/procs=%d/network=%v", row.Name, procs, n)
			t.Run(name, func(t *testing.T) { body(t, open(t, row.Name, procs), n) })
		}
	}
}

// open makes a scheduler that is closed with the test, unless the test has closed it. It stays
// open after a failure, since Gs may be left that wait for ever.
func open(t *testing.T, design string, procs int) rt.Scheduler {
	s, err := all.New(design, rt.Config{Procs: procs, Seed: 1})
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if err := s.Close(); !errors.Is(err, rt.ErrClosed) {
			require.NoError(t, err)
		}
	})
	return s
}

// run runs main, whose Gs must all end.
func run(t *testing.T, s rt.Scheduler, main func(g *rt.G)) {
	t.Helper()
	require.NoError(t, s.Run(main))
}

// must is require for bodies of Gs: it panics, which Run returns. (The Goexit of t.FailNow would
// leave other Gs waiting for the one that failed.)
var must = require.New(panics{})

type panics struct{}

func (panics) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panics) FailNow()                          {}

const loopback = "127.0.0.1:0"

func listen(g *rt.G, n gnet.Network, addr string) *gnet.Listener {
	ln, err := n.Listen(g, addr)
	must.NoError(err)
	return ln
}

func dial(g *rt.G, n gnet.Network, ln *gnet.Listener) *gnet.Conn {
	c, err := n.Dial(g, ln.Addr().String())
	must.NoError(err)
	return c
}

func accept(g *rt.G, ln *gnet.Listener) *gnet.Conn {
	c, err := ln.Accept(g)
	must.NoError(err)
	return c
}

// pair returns both sides of a connection.
func pair(g *rt.G, n gnet.Network) (dialed, accepted *gnet.Conn) {
	ln := listen(g, n, loopback)
	dialed = dial(g, n, ln)
	accepted = accept(g, ln)
	must.NoError(ln.Close(g))
	return dialed, accepted
}

func closeAll(g *rt.G, closers ...interface{ Close(*rt.G) error }) {
	for _, c := range closers {
		must.NoError(c.Close(g))
	}
}

func write(g *rt.G, c *gnet.Conn, text string) {
	n, err := c.Write(g, []byte(text))
	must.NoError(err)
	must.Equal(len(text), n)
}

// read reads as many bytes as text has. They must be text.
func read(g *rt.G, c *gnet.Conn, text string) {
	buf := make([]byte, len(text))
	_, err := c.ReadFull(g, buf)
	must.NoError(err)
	must.Equal(text, string(buf))
}

// readEnd reads what must be the end of the stream.
func readEnd(g *rt.G, c *gnet.Conn) {
	n, err := c.Read(g, make([]byte, 1))
	must.Equal(io.EOF, err)
	must.Zero(n)
}

// echo sends back what comes, until the stream ends.
func echo(g *rt.G, c *gnet.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(g, buf)
		if err == io.EOF {
			break
		}
		must.NoError(err)
		_, err = c.Write(g, buf[:n])
		must.NoError(err)
	}
	must.NoError(c.Close(g))
}
