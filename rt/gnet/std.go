package gnet

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"schedlab/rt"
)

// std is a stream of package net or os, for native Gs and for Threads. What may block happens
// inside BlockingSyscall. For native Gs the call is made directly, without the closure, which
// would cost them an allocation.
type std struct{ stdStream }

// stdStream is a net.Conn or an *os.File.
type stdStream interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
	Close() error
}

func (s std) read(g *rt.G, p []byte) (int, error) {
	if g.Native() {
		return s.Read(p)
	}
	return blocking(g, s.Read, p)
}

func (s std) write(g *rt.G, p []byte) (int, error) {
	if g.Native() {
		return s.Write(p)
	}
	return blocking(g, s.Write, p)
}

func blocking(g *rt.G, call func([]byte) (int, error), p []byte) (n int, err error) {
	g.BlockingSyscall(func() { n, err = call(p) })
	return n, err
}

func (s std) closeWrite(*rt.G) error {
	half, ok := s.stdStream.(interface{ CloseWrite() error })
	if !ok {
		return syscall.ENOTSOCK
	}
	return half.CloseWrite()
}

func (s std) setDeadline(_ *rt.G, mode rt.PollMode, t time.Time) error {
	if mode == rt.PollRead {
		return s.SetReadDeadline(t)
	}
	return s.SetWriteDeadline(t)
}

func (s std) close(*rt.G) error { return s.Close() }

func (c *Conn) dialStd(g *rt.G, to netip.AddrPort, limit time.Duration) (err error) {
	var conn net.Conn
	dialer := net.Dialer{Timeout: limit}
	g.BlockingSyscall(func() { conn, err = dialer.Dial(family(to), to.String()) })
	if err == nil {
		c.beginStd(conn)
	}
	return err
}

func (c *Conn) beginStd(conn net.Conn) {
	c.on = std{conn}
	c.setAddrs(addrOf(conn.LocalAddr()), addrOf(conn.RemoteAddr()))
}

// adoptStd is adopt for package net. A socket gets a new descriptor there.
func (c *Conn) adoptStd(fd int) error {
	file := os.NewFile(uintptr(fd), fmt.Sprintf("descriptor %d", fd))
	c.name = file.Name()
	conn, err := net.FileConn(file)
	if err != nil { // it is no socket
		c.on = std{file}
		return nil
	}
	c.on = std{conn}
	local, remote := addrOf(conn.LocalAddr()), addrOf(conn.RemoteAddr())
	if local.IsValid() && remote.IsValid() {
		c.setAddrs(local, remote)
	}
	return file.Close()
}

// family keeps an IPv6 address from standing for IPv4 as well.
func family(at netip.AddrPort) string {
	if at.Addr().Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// stdListener is a listener of package net.
type stdListener struct{ ln net.Listener }

func listenStd(at netip.AddrPort) (acceptor, netip.AddrPort, error) {
	ln, err := net.Listen(family(at), at.String())
	if err != nil {
		return nil, at, err
	}
	return stdListener{ln}, addrOf(ln.Addr()), nil
}

func (s stdListener) accept(g *rt.G, c *Conn) (err error) {
	var conn net.Conn
	g.BlockingSyscall(func() { conn, err = s.ln.Accept() })
	if err == nil {
		c.beginStd(conn)
	}
	return err
}

func (s stdListener) close(*rt.G) error { return s.ln.Close() }
