package gnet

import (
	"net/netip"

	"schedlab/rt"
)

// Do lets a test stand where a read stands: c is a Conn of Polled.
func (c *Conn) Do(g *rt.G, try func() error) error {
	return c.on.(*desc).do(g, rt.PollRead, try)
}

// AfterAccept calls f after each successful accept, before the G knows of it, until undo is called.
// No scheduler may run while it is set or undone.
func AfterAccept(f func()) (undo func()) {
	take := takeConn
	takeConn = func(fd int) (conn int, remote netip.AddrPort, err error) {
		if conn, remote, err = take(fd); err == nil {
			f()
		}
		return conn, remote, err
	}
	return func() { takeConn = take }
}
