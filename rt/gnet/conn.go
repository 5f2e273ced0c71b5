package gnet

import (
	"io"
	"net/netip"
	"time"

	"schedlab/rt"
)

// Conn is a connection, or another stream. Several Gs may call its methods at the same time. They
// must be Gs of the scheduler that made it, unless it is one of Threads or a native G made it:
// then they may be of any.
type Conn struct {
	on            stream
	name          string // for errors
	local, remote netip.AddrPort
}

// stream is what a Conn stands on: a descriptor and the poller, or package net. Its errors are the
// causes alone: the Conn makes an [Error] of them.
type stream interface {
	read(g *rt.G, p []byte) (n int, err error)
	write(g *rt.G, p []byte) (n int, err error)
	closeWrite(g *rt.G) error
	setDeadline(g *rt.G, mode rt.PollMode, t time.Time) error
	close(g *rt.G) error
}

// Read reads what there is, at most len(p) bytes, and blocks g while there is nothing. At the end
// of the stream it fails with io.EOF.
func (c *Conn) Read(g *rt.G, p []byte) (n int, err error) {
	n, err = c.on.read(g, p)
	if err != nil && err != io.EOF {
		err = failed("read", c.name, err)
	}
	return n, err
}

// ReadFull reads len(p) bytes. If the stream ends before, it fails with io.ErrUnexpectedEOF, or
// with io.EOF before the first byte.
func (c *Conn) ReadFull(g *rt.G, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = c.Read(g, p[n:])
		n += more
	}
	if err == io.EOF && n > 0 {
		err = io.ErrUnexpectedEOF
	}
	if n == len(p) {
		err = nil
	}
	return n, err
}

// Write writes all of p and blocks g meanwhile, or fails with how much it wrote.
func (c *Conn) Write(g *rt.G, p []byte) (n int, err error) {
	n, err = c.on.write(g, p)
	if err != nil {
		err = failed("write", c.name, err)
	}
	return n, err
}

// CloseWrite ends the stream to the other side, which reads io.EOF and can go on to write. Sockets
// only.
func (c *Conn) CloseWrite(g *rt.G) error {
	if err := c.on.closeWrite(g); err != nil {
		return failed("close for writing", c.name, err)
	}
	return nil
}

// Close ends the Conn. Calls of other Gs that are under way fail with net.ErrClosed, as do later
// ones and a second Close.
func (c *Conn) Close(g *rt.G) error {
	if err := c.on.close(g); err != nil {
		return failed("close", c.name, err)
	}
	return nil
}

// SetDeadline lets reads and writes fail with os.ErrDeadlineExceeded from t on, also those that are
// under way. The zero time is never.
func (c *Conn) SetDeadline(g *rt.G, t time.Time) error {
	if err := c.SetReadDeadline(g, t); err != nil {
		return err
	}
	return c.SetWriteDeadline(g, t)
}

// SetReadDeadline is SetDeadline for reads.
func (c *Conn) SetReadDeadline(g *rt.G, t time.Time) error {
	return c.setDeadline(g, rt.PollRead, t)
}

// SetWriteDeadline is SetDeadline for writes. A Write that fails by it may have written a part.
func (c *Conn) SetWriteDeadline(g *rt.G, t time.Time) error {
	return c.setDeadline(g, rt.PollWrite, t)
}

func (c *Conn) setDeadline(g *rt.G, mode rt.PollMode, t time.Time) error {
	if err := c.on.setDeadline(g, mode, t); err != nil {
		return failed("set deadline", c.name, err)
	}
	return nil
}

// LocalAddr returns the address of this side; the zero AddrPort if it has none.
func (c *Conn) LocalAddr() netip.AddrPort { return c.local }

// RemoteAddr returns the address of the other side; the zero AddrPort if it has none.
func (c *Conn) RemoteAddr() netip.AddrPort { return c.remote }

// setAddrs names a TCP connection.
func (c *Conn) setAddrs(local, remote netip.AddrPort) {
	c.local, c.remote = local, remote
	c.name = local.String() + " to " + remote.String()
}
