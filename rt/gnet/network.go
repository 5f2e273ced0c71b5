package gnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"schedlab/rt"
)

// Network is how Gs wait for the network. For native Gs it makes no difference.
type Network int

const (
	// Polled parks the G. Where rt.PollSupported is false it is Threads.
	Polled Network = iota
	// Threads keeps a thread in each call that waits. What it makes serves the Gs of every
	// scheduler. (A call waits in package net, which parks the thread's goroutine in Go's own
	// poller. For the design it is a thread in the kernel.)
	Threads
)

func (n Network) String() string { return [...]string{"polled", "threads"}[n] }

// Listen is Polled.Listen.
func Listen(g *rt.G, addr string) (*Listener, error) { return Polled.Listen(g, addr) }

// Dial is Polled.Dial.
func Dial(g *rt.G, addr string) (*Conn, error) { return Polled.Dial(g, addr) }

// DialTimeout is Polled.DialTimeout.
func DialTimeout(g *rt.G, addr string, d time.Duration) (*Conn, error) {
	return Polled.DialTimeout(g, addr, d)
}

// NewConn is Polled.NewConn.
func NewConn(g *rt.G, fd int) (*Conn, error) { return Polled.NewConn(g, fd) }

// Listen takes connections to addr; with port 0 the system chooses one.
func (n Network) Listen(g *rt.G, addr string) (*Listener, error) {
	at, err := parse("listen", addr)
	if err != nil {
		return nil, err
	}
	ln := &Listener{addr: at}
	if n.polls(g) {
		ln.on, ln.addr, err = listenPolled(g, at)
	} else {
		ln.on, ln.addr, err = listenStd(at)
	}
	if err != nil {
		return nil, failed("listen", at.String(), err)
	}
	return ln, nil
}

// Dial connects to addr, without a limit of our own to the time it takes.
func (n Network) Dial(g *rt.G, addr string) (*Conn, error) {
	return n.DialTimeout(g, addr, noTimeout)
}

// noTimeout is the d of a dial without a limit, as in net.Dialer.
const noTimeout = 0

// DialTimeout connects to addr, or fails with os.ErrDeadlineExceeded after d; 0 is no limit.
func (n Network) DialTimeout(g *rt.G, addr string, d time.Duration) (*Conn, error) {
	to, err := parse("dial", addr)
	if err != nil {
		return nil, err
	}
	c := &Conn{}
	if n.polls(g) {
		err = c.dialPolled(g, to, d)
	} else {
		err = c.dialStd(g, to, d)
	}
	if err != nil {
		return nil, failed("dial", to.String(), err)
	}
	return c, nil
}

// NewConn makes a Conn of fd: an end of a pipe or of a socket pair, a connected socket, a terminal.
// fd belongs to the Conn from then on, and is made non-blocking. If NewConn fails fd remains the
// caller's.
func (n Network) NewConn(g *rt.G, fd int) (*Conn, error) {
	c, err := &Conn{}, setNonblock(fd)
	if err == nil {
		if n.polls(g) {
			err = c.adopt(g, fd)
		} else {
			err = c.adoptStd(fd)
		}
	}
	if err != nil {
		return nil, failed("open", fmt.Sprintf("descriptor %d", fd), err)
	}
	return c, nil
}

// polls says whether g waits by the poller.
func (n Network) polls(g *rt.G) bool { return n == Polled && rt.PollSupported && !g.Native() }

var errAddress = errors.New("it must be an IP address and a port, " +
	"as in 127.0.0.1:8080 or [::1]:8080; names are not looked up")

func parse(op, addr string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return at, &Error{Op: op, At: fmt.Sprintf("%q", addr), Err: errAddress}
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), nil
}

// addrOf returns the address of a; the zero AddrPort if it is no TCP address.
func addrOf(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := tcp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
