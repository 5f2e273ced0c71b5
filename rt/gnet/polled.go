package gnet

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// desc is a non-blocking descriptor that the Gs of a scheduler share.
type desc struct {
	fd     int
	poll   *rt.PollDesc
	turns  [2]gsync.Mutex // by PollMode: see 'Turns'
	forgot runtime.Cleanup

	// users is how many Gs are inside, and the bit closing. Its partners are each other's CASes:
	// see 'Closing a descriptor in use'.
	users host.Uint32
}

const closing = 1 << 31

// newDesc makes fd one for the Gs of g's scheduler. If it fails, fd remains the caller's.
func newDesc(g *rt.G, fd int) (*desc, error) {
	poll, err := g.Parker().OpenPoll(fd)
	if err != nil {
		return nil, err
	}
	// poll can be reached from d, and from the scheduler while it is open. exit stops the
	// cleanup before it closes fd.
	forgot := runtime.AddCleanup(poll, func(fd int) { _ = host.CloseFD(fd) }, fd)
	return &desc{fd: fd, poll: poll, forgot: forgot}, nil
}

// enter is step 1 of a G that uses the descriptor: see 'Closing a descriptor in use'.
func (d *desc) enter() error {
	for {
		n := d.users.Load()
		if n&closing != 0 {
			return net.ErrClosed
		}
		if d.users.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}

// exit is step 3 of both sides: see 'Closing a descriptor in use'.
func (d *desc) exit() error {
	if d.users.Add(^uint32(0)) != closing {
		return nil
	}
	d.forgot.Stop()
	runtime.KeepAlive(d) // until here, or the cleanup might come between
	return host.CloseFD(d.fd)
}

// do calls try until it returns something else than host.ErrWouldBlock. It begins with a try, as
// PollDesc.Wait demands: see 'Waiting for a descriptor'.
func (d *desc) do(g *rt.G, mode rt.PollMode, try func() error) error {
	d.check(g)
	d.turns[mode].Lock(g)
	defer d.turns[mode].Unlock(g)
	if err := d.enter(); err != nil {
		return err
	}
	defer d.exit()
	err := d.poll.Err(g, mode)
	for err == nil {
		if err = try(); err != host.ErrWouldBlock {
			return err
		}
		err = d.poll.Wait(g, mode)
	}
	return err
}

// check refuses native Gs, which cannot wait by d's poller. The PollDesc refuses the Gs of other
// schedulers.
func (d *desc) check(g *rt.G) {
	if g.Native() {
		throw("descriptor %d belongs to a scheduler's poller, "+
			"and the G that wants to use it is a native one; open it with Threads to share it",
			d.fd)
	}
}

func (d *desc) read(g *rt.G, p []byte) (n int, err error) {
	err = d.do(g, rt.PollRead, func() (err error) {
		n, err = host.Read(d.fd, p)
		return err
	})
	return n, err
}

func (d *desc) write(g *rt.G, p []byte) (n int, err error) {
	err = d.do(g, rt.PollWrite, func() error {
		for n < len(p) {
			more, err := host.Write(d.fd, p[n:])
			n += more
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (d *desc) closeWrite(g *rt.G) error {
	d.check(g)
	if err := d.enter(); err != nil {
		return err
	}
	defer d.exit()
	return host.CloseWrite(d.fd)
}

// close is the right side: see 'Closing a descriptor in use'.
func (d *desc) close(g *rt.G) error {
	d.check(g)
	_ = d.poll.Err(g, rt.PollRead) // if d is not for g this panics, before anything has changed
	for {
		n := d.users.Load()
		if n&closing != 0 {
			return net.ErrClosed
		}
		if d.users.CompareAndSwap(n, (n+1)|closing) {
			break
		}
	}
	err := d.poll.Close(g)
	if exitErr := d.exit(); err == nil {
		err = exitErr
	}
	return err
}

func (d *desc) setDeadline(g *rt.G, mode rt.PollMode, t time.Time) error {
	d.check(g)
	return d.poll.SetDeadline(g, mode, nanotime(t))
}

// nanotime returns t as a PollDesc takes it.
func nanotime(t time.Time) int64 {
	if t.IsZero() {
		return rt.NoDeadline
	}
	now := host.Nanotime()
	return max(now+min(int64(time.Until(t)), math.MaxInt64-now), 1)
}

// adopt makes c a Conn of fd. If it fails, fd remains the caller's.
func (c *Conn) adopt(g *rt.G, fd int) error {
	d, err := newDesc(g, fd)
	if err != nil {
		return err
	}
	c.on = d
	c.name = fmt.Sprintf("descriptor %d", fd)
	// Socket pairs and pipes have no addresses.
	local, localErr := host.LocalAddr(fd)
	remote, remoteErr := host.RemoteAddr(fd)
	if localErr == nil && remoteErr == nil && local.IsValid() && remote.IsValid() {
		c.setAddrs(local, remote)
	}
	return nil
}

// dialTries is how often a dial that connects to itself is made anew. A socket that asks for a port
// of its own machine where nobody listens may be given just that port. (Package net tries as
// often.)
const dialTries = 3

func (c *Conn) dialPolled(g *rt.G, to netip.AddrPort, limit time.Duration) error {
	var deadline time.Time
	if limit != noTimeout {
		deadline = time.Now().Add(limit)
	}
	for range dialTries {
		if err := c.dialOnce(g, to, deadline); err != nil {
			return err
		}
		if c.local != c.remote {
			return nil
		}
		_ = c.on.close(g)
	}
	return syscall.ECONNREFUSED
}

func (c *Conn) dialOnce(g *rt.G, to netip.AddrPort, deadline time.Time) error {
	fd, err := host.Connect(to)
	if err != nil {
		return err
	}
	d, err := newDesc(g, fd)
	if err != nil {
		_ = host.CloseFD(fd)
		return err
	}
	if err = c.connected(g, d, to, deadline); err != nil {
		_ = d.close(g)
	}
	return err
}

// connected waits for the connection that d's socket has begun.
func (c *Conn) connected(g *rt.G, d *desc, to netip.AddrPort, deadline time.Time) error {
	if err := d.setDeadline(g, rt.PollWrite, deadline); err != nil {
		return err
	}
	err := d.do(g, rt.PollWrite, func() error { return host.ConnectResult(d.fd) })
	if err != nil {
		return err
	}
	remote, err := host.RemoteAddr(d.fd)
	if err != nil { // it was broken off already, which the first read will report
		remote = to
	}
	if err = d.setDeadline(g, rt.PollWrite, time.Time{}); err != nil {
		return err
	}
	return c.begin(d, remote)
}

// begin sets up the connection of d's socket, as package net does.
func (c *Conn) begin(d *desc, remote netip.AddrPort) error {
	local, err := host.LocalAddr(d.fd)
	if err != nil {
		return err
	}
	c.on = d
	c.setAddrs(local, remote)
	return host.SetNoDelay(d.fd, true)
}

// backlog is how many connections may wait to be accepted. The system has a limit of its own
// (somaxconn), and takes the smaller.
const backlog = 1<<16 - 1

// listener is the descriptor of a Listener.
type listener struct{ *desc }

// takeConn is a variable for a test of what happens right after it.
var takeConn = host.Accept

func listenPolled(g *rt.G, at netip.AddrPort) (acceptor, netip.AddrPort, error) {
	fd, local, err := host.Listen(at, backlog)
	if err != nil {
		return nil, at, err
	}
	d, err := newDesc(g, fd)
	if err != nil {
		_ = host.CloseFD(fd)
		return nil, at, err
	}
	return listener{d}, local, nil
}

func (ln listener) accept(g *rt.G, c *Conn) error {
	fd, remote := -1, netip.AddrPort{}
	// An ending scheduler may abandon g when it leaves do, which is a safe point. Then only its
	// deferred calls run, and no other G knows of fd.
	taken := false
	defer func() {
		if fd >= 0 && !taken {
			_ = host.CloseFD(fd)
		}
	}()
	err := ln.do(g, rt.PollRead, func() (err error) {
		fd, remote, err = takeConn(ln.fd)
		return err
	})
	if err != nil {
		return err
	}
	d, err := newDesc(g, fd)
	if err != nil {
		return err
	}
	taken = true
	if err = c.begin(d, remote); err != nil {
		_ = d.close(g)
	}
	return err
}
