package gnet

import (
	"net/netip"

	"schedlab/rt"
)

// Listener takes connections. As for Conn, several Gs may use it.
type Listener struct {
	on   acceptor
	addr netip.AddrPort
}

// acceptor is to a Listener what stream is to a Conn.
type acceptor interface {
	accept(g *rt.G, c *Conn) error
	close(g *rt.G) error
}

// Accept returns the next connection, and blocks g until there is one. After an error that is not
// net.ErrClosed it may be called again. If the process has no descriptor left (EMFILE) the
// connection still waits, and Accept fails at once until there is one: sleep between the tries.
func (ln *Listener) Accept(g *rt.G) (*Conn, error) {
	c := &Conn{}
	if err := ln.on.accept(g, c); err != nil {
		return nil, failed("accept", ln.addr.String(), err)
	}
	return c, nil
}

// Close ends the Listener: Accepts under way fail with net.ErrClosed, as do later ones and a second
// Close. Connections that were accepted live on.
func (ln *Listener) Close(g *rt.G) error {
	if err := ln.on.close(g); err != nil {
		return failed("close", ln.addr.String(), err)
	}
	return nil
}

// Addr returns the address it listens on, with the port that the system chose.
func (ln *Listener) Addr() netip.AddrPort { return ln.addr }
