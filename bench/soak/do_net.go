package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

const loopback = "127.0.0.1:0"

// network chooses whether Gs wait for the network in the poller or in the kernel. Programs
// that panic take no Threads: Close would wait for a G in the kernel to which no G writes any
// more.
func (x *actor) network() gnet.Network {
	if x.p.promises(rt.BesideBlocking) && !x.p.plan.ending.panics && x.oneIn(4) {
		return gnet.Threads
	}
	return gnet.Polled
}

// echoStreams has clients that send to a server. The same bytes must come back, in whatever
// pieces.
func echoStreams(x *actor) {
	n := x.network()
	ln, err := n.Listen(x.g, loopback)
	if !x.noError(err, "echo: listen") {
		return
	}
	defer ln.Close(x.g)
	var serving gsync.WaitGroup
	serving.Add(x.g, 1)
	x.spawn(func(x *actor) {
		defer serving.Done(x.g)
		serve(x, ln, &serving)
	})
	x.crew(x.upTo(8), func(x *actor, i int) {
		a, b, ok := socketPair(x, n)
		if ok && i == 0 {
			echoPair(x, a, b)
			return
		}
		closeBoth(x, a, b)
		c, err := n.Dial(x.g, ln.Addr().String())
		if x.noError(err, "echo: dial") {
			defer c.Close(x.g)
			ask(x, c)
		}
	})
	x.noError(ln.Close(x.g), "echo: close of the listener")
	serving.Wait(x.g)
}

// serve accepts until ln is closed.
func serve(x *actor, ln *gnet.Listener, serving *gsync.WaitGroup) {
	for {
		c, err := ln.Accept(x.g)
		if err != nil {
			x.check(errors.Is(err, net.ErrClosed), "echo: accept: %v", err)
			return
		}
		serving.Add(x.g, 1)
		x.spawn(func(x *actor) {
			defer serving.Done(x.g)
			defer c.Close(x.g)
			echo(x, c)
		})
	}
}

// echo sends back what it receives, until the end of the stream.
func echo(x *actor, c *gnet.Conn) {
	buf := make([]byte, x.upTo(10_000))
	for {
		n, err := c.Read(x.g, buf)
		if err == io.EOF {
			return
		}
		if !x.noError(err, "echo: the server's read") {
			return
		}
		if _, err = c.Write(x.g, buf[:n]); !x.noError(err, "echo: the server's write") {
			return
		}
	}
}

// echoPair serves one end and asks the other.
func echoPair(x *actor, a, b *gnet.Conn) {
	defer a.Close(x.g)
	x.crew(2, func(x *actor, i int) {
		if i == 0 {
			defer b.Close(x.g)
			echo(x, b)
			return
		}
		ask(x, a)
		x.noError(a.CloseWrite(x.g), "echo: close for writing")
	})
}

// ask sends messages, and compares what comes back. A large message fills the kernel's
// buffers, so one G writes it while another reads.
func ask(x *actor, c *gnet.Conn) {
	for range x.many(40) {
		if !x.oneIn(10) {
			out := message(x, 500)
			write(x, c, out)
			compare(x, c, out)
			continue
		}
		out := message(x, 300_000)
		x.crew(2, func(x *actor, i int) {
			if i == 0 {
				write(x, c, out)
			} else {
				compare(x, c, out)
			}
		})
	}
}

func message(x *actor, atMost int) []byte {
	data := make([]byte, x.upTo(atMost))
	fill(data, x.rnd.Uint64())
	return data
}

func write(x *actor, c *gnet.Conn, data []byte) {
	n, err := c.Write(x.g, data)
	x.check(err == nil && n == len(data),
		"echo: %d of %d bytes were written: %v", n, len(data), err)
}

func compare(x *actor, c *gnet.Conn, want []byte) {
	got := make([]byte, len(want))
	n, err := c.ReadFull(x.g, got)
	x.check(err == nil && bytes.Equal(got, want),
		"echo: %d bytes came back of %d, or not the same: %v", n, len(want), err)
	x.didMany(countNetBytes, n)
}

// troubleNet has calls that a deadline, a close or a reset ends, with the right error.
func troubleNet(x *actor) {
	n := x.network()
	ln, err := n.Listen(x.g, loopback)
	if !x.noError(err, "net: listen") {
		return
	}
	defer ln.Close(x.g)
	for range x.many(8) {
		for _, trouble := range troubles {
			a, b, ok := tcpPair(x, n, ln)
			if ok {
				trouble(x, a, b)
			}
			closeBoth(x, a, b)
		}
	}
}

var troubles = []func(x *actor, a, b *gnet.Conn){timeOut, closeInUse, reset}

// timeOut has a read that fails at its deadline, not before. Without one, reads work again.
func timeOut(x *actor, a, b *gnet.Conn) {
	buf := []byte{0}
	d := time.Duration(x.rnd.IntN(500_000))
	start := host.Nanotime()
	x.noError(a.SetReadDeadline(x.g, time.Now().Add(d)), "net: set a deadline")
	// The deadline may be early by the time between two readings of the clock, as in net.
	early := host.Nanotime() - start
	_, err := a.Read(x.g, buf)
	passed := host.Nanotime() - start
	x.check(errors.Is(err, os.ErrDeadlineExceeded), "net: a read past its deadline: %v", err)
	x.check(passed >= int64(d)-early, "net: a deadline of %v was over after %d ns", d, passed)
	x.noError(a.SetReadDeadline(x.g, time.Time{}), "net: take the deadline back")
	_, err = b.Write(x.g, []byte{7})
	x.noError(err, "net: write")
	_, err = a.Read(x.g, buf)
	x.check(err == nil && buf[0] == 7,
		"net: a read after a deadline that was taken back: %d, %v", buf[0], err)
	x.did(countTimeouts)
}

// closeInUse closes a Conn while a G reads from it, which must get an error.
func closeInUse(x *actor, a, _ *gnet.Conn) {
	var reading atomic.Bool
	x.crew(2, func(x *actor, i int) {
		if i == 0 {
			reading.Store(true)
			_, err := a.Read(x.g, []byte{0})
			x.check(errors.Is(err, net.ErrClosed), "net: a read of a closed Conn: %v", err)
			return
		}
		x.await(reading.Load)
		x.g.Sleep(x.rnd.Int64N(100_000))
		x.noError(a.Close(x.g), "net: close")
	})
	x.did(countNetClosed)
}

// reset closes a connection with bytes unread, which resets it.
func reset(x *actor, a, b *gnet.Conn) {
	_, err := a.Write(x.g, []byte("unread"))
	x.noError(err, "net: write")
	_, err = b.Read(x.g, []byte{0}) // so that the other bytes have arrived
	x.noError(err, "net: read")
	x.noError(b.Close(x.g), "net: close")
	_, err = a.Read(x.g, []byte{0})
	if runtime.GOOS == "linux" {
		x.check(errors.Is(err, syscall.ECONNRESET), "net: a read after a reset: %v", err)
	} else {
		x.check(err != nil, "net: a read after a reset succeeds")
	}
	x.did(countResets)
}

// tcpPair returns the two ends of a connection to ln.
func tcpPair(x *actor, n gnet.Network, ln *gnet.Listener) (a, b *gnet.Conn, ok bool) {
	var dialed, accepted error
	x.crew(2, func(x *actor, i int) {
		if i == 0 {
			a, dialed = n.Dial(x.g, ln.Addr().String())
		} else {
			b, accepted = ln.Accept(x.g)
		}
	})
	return a, b, x.noError(dialed, "net: dial") && x.noError(accepted, "net: accept")
}

// closeBoth closes the ends that exist. One may be closed already.
func closeBoth(x *actor, ends ...*gnet.Conn) {
	for _, c := range ends {
		if c != nil {
			err := c.Close(x.g)
			x.check(err == nil || errors.Is(err, net.ErrClosed), "net: close: %v", err)
		}
	}
}
