//go:build !portable && !model && !sim

package host

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// listenAt is Listen for tests of all address families. It skips where there is no IPv6.
func listenAt(t *testing.T, addr string, backlog int) (fd int, local netip.AddrPort) {
	t.Helper()
	fd, local, err := Listen(netip.MustParseAddrPort(addr), backlog)
	lacks6 := errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL)
	if lacks6 && strings.HasPrefix(addr, "[") {
		t.Skip("no IPv6 here: ", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { CloseFD(fd) })
	return fd, local
}

// connection has both its ends in this process: client called Connect, server came from
// Accept.
type connection struct {
	client, server int
	from, to       netip.AddrPort // as Accept and Listen tell them
}

func connect(t *testing.T, addr string) *connection {
	t.Helper()
	c := new(connection)
	l, to := listenAt(t, addr, 8)
	c.to = to
	_, _, err := Accept(l)
	require.Equal(t, ErrWouldBlock, err)
	c.client, err = Connect(to)
	require.NoError(t, err)
	p := openPoller(t)
	require.NoError(t, p.Add(c.client, 1))
	awaitEvent(t, p, "the connection", 1, writable)
	require.NoError(t, ConnectResult(c.client))
	await(t, "Accept", func() bool {
		c.server, c.from, err = Accept(l)
		return err != ErrWouldBlock
	})
	require.NoError(t, err)
	t.Cleanup(func() { CloseFD(c.client) })
	t.Cleanup(func() { CloseFD(c.server) })
	return c
}

// addresses are of both families.
var addresses = []string{"127.0.0.1:0", "[::1]:0"}

func eachConnection(t *testing.T, f func(t *testing.T, c *connection)) {
	for _, addr := range addresses {
		t.Run(addr, func(t *testing.T) { f(t, connect(t, addr)) })
	}
}

// read is Read of what must come.
func read(t *testing.T, fd int, p []byte) (n int, err error) {
	t.Helper()
	await(t, "something to read", func() bool {
		n, err = Read(fd, p)
		return err != ErrWouldBlock
	})
	return n, err
}

func TestSocketsKnowTheirAddresses(t *testing.T) {
	eachConnection(t, func(t *testing.T, c *connection) {
		for _, a := range []struct {
			of   func(int) (netip.AddrPort, error)
			fd   int
			want netip.AddrPort
		}{
			{LocalAddr, c.client, c.from}, {RemoteAddr, c.client, c.to},
			{LocalAddr, c.server, c.to}, {RemoteAddr, c.server, c.from},
		} {
			got, err := a.of(a.fd)
			require.NoError(t, err)
			require.Equal(t, a.want, got)
		}
		require.NotZero(t, c.to.Port())
		require.NotEqual(t, c.from, c.to)
	})
}

func TestSocketsNeitherBlockNorOutliveExec(t *testing.T) {
	l, _ := listenAt(t, addresses[0], 1)
	c := connect(t, addresses[0])
	for _, fd := range []int{l, c.client, c.server} {
		requireCloseOnExec(t, fd)
		requireNonBlocking(t, fd)
	}
}

func TestSocketCarriesBytesUntilItIsFull(t *testing.T) {
	eachConnection(t, func(t *testing.T, c *connection) {
		var sent, got bytes.Buffer
		chunk := bytes.Repeat([]byte("0123456789abcde\n"), 10_000)
		for {
			n, err := Write(c.client, chunk)
			if err == ErrWouldBlock {
				require.Zero(t, n)
				break
			}
			require.NoError(t, err)
			require.Positive(t, n)
			sent.Write(chunk[:n])
		}
		n, err := Read(c.server, nil)
		require.NoError(t, err, "nothing asked for is not the end")
		require.Zero(t, n)
		require.NoError(t, CloseWrite(c.client))
		buf := make([]byte, 9_999)
		for err = nil; err == nil; {
			n, err = read(t, c.server, buf)
			got.Write(buf[:n])
		}
		require.Equal(t, io.EOF, err)
		require.True(t, bytes.Equal(sent.Bytes(), got.Bytes()),
			"%d bytes sent, %d received", sent.Len(), got.Len())
	})
}

func TestCloseWriteEndsOneDirection(t *testing.T) {
	c := connect(t, addresses[0])
	require.NoError(t, CloseWrite(c.client))
	_, err := read(t, c.server, make([]byte, 1))
	require.Equal(t, io.EOF, err)
	_, err = Write(c.client, []byte("x"))
	require.ErrorIs(t, err, syscall.EPIPE)
	_, err = Write(c.server, []byte("answer"))
	require.NoError(t, err)
	buf := make([]byte, 10)
	n, err := read(t, c.client, buf)
	require.NoError(t, err)
	require.Equal(t, "answer", string(buf[:n]))
}

func TestResetIsAnErrorOfTheOtherSide(t *testing.T) {
	eachConnection(t, func(t *testing.T, c *connection) {
		p := openPoller(t)
		require.NoError(t, p.Add(c.server, 1))
		p.now()
		require.NoError(t, SetLinger0(c.client))
		require.NoError(t, CloseFD(c.client))
		c.client = -1
		awaitEvent(t, p, "the reset", 1, func(e PollEvent) bool { return e.Readable && e.Writable })
		_, err := read(t, c.server, make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.ErrorContains(t, err, "host: Read from descriptor")
		_, err = Write(c.server, []byte("x"))
		require.ErrorIs(t, err, syscall.EPIPE)
		require.ErrorContains(t, err, "host: Write to descriptor")
	})
}

func TestConnectResultOfARefusedConnection(t *testing.T) {
	// Bound, so that no other process gets the port, but not listening.
	fd, sa, err := socket(netip.MustParseAddrPort(addresses[0]))
	require.NoError(t, err)
	defer CloseFD(fd)
	require.NoError(t, syscall.Bind(fd, sa))
	addr, err := LocalAddr(fd)
	require.NoError(t, err)

	conn, err := Connect(addr)
	require.NoError(t, err, "it is told by ConnectResult")
	defer CloseFD(conn)
	await(t, "the refusal", func() bool {
		err = ConnectResult(conn)
		return err != ErrWouldBlock
	})
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.ErrorContains(t, err, "the connection failed")
}

// A listener whose queue is full does not answer.
func TestConnectResultWithoutAnAnswer(t *testing.T) {
	_, addr := listenAt(t, addresses[0], 1)
	last := -1
	for range 8 {
		fd, err := Connect(addr)
		require.NoError(t, err)
		defer CloseFD(fd)
		last = fd
	}
	require.Equal(t, ErrWouldBlock, ConnectResult(last))
	_, err := Read(last, make([]byte, 1))
	require.Equal(t, ErrWouldBlock, err)
}

func TestListenRefuses(t *testing.T) {
	_, taken := listenAt(t, addresses[0], 1)
	for _, c := range []struct {
		name string
		addr netip.AddrPort
		is   error
		says string
	}{
		{"a port in use", taken, syscall.EADDRINUSE, "host: Listen on 127.0.0.1:"},
		{"the zero address", netip.AddrPort{}, nil, "the zero AddrPort"},
		{
			"a zone by name", netip.MustParseAddrPort("[fe80::1%eth0]:80"),
			nil, `the zone of the address is "eth0"`,
		},
		{
			"an address of another machine", netip.MustParseAddrPort("192.0.2.1:0"),
			syscall.EADDRNOTAVAIL, "bind(2)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := descriptors(t)
			fd, _, err := Listen(c.addr, 1)
			require.Equal(t, -1, fd)
			require.ErrorContains(t, err, c.says)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			require.Equal(t, before, descriptors(t))
		})
	}
}

func TestConnectRefuses(t *testing.T) {
	for _, c := range []struct {
		name, addr, says string
	}{
		{
			"the broadcast address", "255.255.255.255:80",
			"host: Connect to 255.255.255.255:80: connect(2): ",
		},
		{"a zone by name", "[fe80::1%eth0]:80", "it must be the number of an interface"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := descriptors(t)
			fd, err := Connect(netip.MustParseAddrPort(c.addr))
			require.Equal(t, -1, fd)
			require.ErrorContains(t, err, c.says)
			require.Equal(t, before, descriptors(t))
		})
	}
}

func TestMappedAddressIsIPv4(t *testing.T) {
	_, addr := listenAt(t, "[::ffff:127.0.0.1]:0", 1)
	require.True(t, addr.Addr().Is4())
}

func TestZonesAreKept(t *testing.T) {
	listenAt(t, addresses[1], 1) // skips
	addr := netip.MustParseAddrPort("[fe80::1%7]:80")
	fd, sa, err := socket(addr)
	require.NoError(t, err)
	require.NoError(t, CloseFD(fd))
	require.Equal(t, &syscall.SockaddrInet6{Port: 80, Addr: addr.Addr().As16(), ZoneId: 7}, sa)
	require.Equal(t, addr, addrOf(sa))
	require.Equal(t, netip.AddrPort{}, addrOf(&syscall.SockaddrUnix{Name: "x"}))
}

func TestIPv6ListenerIsForIPv6Alone(t *testing.T) {
	fd, _ := listenAt(t, "[::]:0", 1)
	only, err := syscall.GetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY)
	require.NoError(t, err)
	require.Equal(t, 1, only)
}

// The side that closes first keeps its address busy for a minute.
func TestListenAgainWhileConnectionsLinger(t *testing.T) {
	l, local, err := Listen(netip.MustParseAddrPort(addresses[0]), 1)
	require.NoError(t, err)
	client, err := Connect(local)
	require.NoError(t, err)
	var server int
	await(t, "Accept", func() bool {
		server, _, err = Accept(l)
		return err == nil
	})
	require.NoError(t, CloseFD(server))
	_, err = read(t, client, make([]byte, 1))
	require.Equal(t, io.EOF, err)
	require.NoError(t, errors.Join(CloseFD(client), CloseFD(l)))
	l, _, err = Listen(local, 1)
	require.NoError(t, err)
	require.NoError(t, CloseFD(l))
}

func TestSetNoDelay(t *testing.T) {
	c := connect(t, addresses[0])
	for _, on := range []bool{true, false} {
		require.NoError(t, SetNoDelay(c.client, on))
		value, err := syscall.GetsockoptInt(c.client, syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
		require.NoError(t, err)
		require.Equal(t, on, value != 0)
	}
}

func TestSocketCallsOnNoDescriptor(t *testing.T) {
	p := make([]byte, 1)
	for name, call := range map[string]func() error{
		"Accept":        func() error { _, _, err := Accept(-1); return err },
		"ConnectResult": func() error { return ConnectResult(-1) },
		"Read":          func() error { _, err := Read(-1, p); return err },
		"Write":         func() error { _, err := Write(-1, p); return err },
		"CloseWrite":    func() error { return CloseWrite(-1) },
		"CloseFD":       func() error { return CloseFD(-1) },
		"SetLinger0":    func() error { return SetLinger0(-1) },
		"SetNoDelay":    func() error { return SetNoDelay(-1, true) },
		"LocalAddr":     func() error { _, err := LocalAddr(-1); return err },
		"RemoteAddr":    func() error { _, err := RemoteAddr(-1); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, syscall.EBADF)
			require.ErrorContains(t, err, "host: "+name)
			require.ErrorContains(t, err, "descriptor -1")
		})
	}
}

func TestWaitingAndEndingCostNoMemory(t *testing.T) {
	c := connect(t, addresses[0])
	p := make([]byte, 8)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := Read(c.client, p); err != ErrWouldBlock {
			panic(err)
		}
	}))
	require.NoError(t, CloseWrite(c.server))
	_, err := read(t, c.client, p)
	require.Equal(t, io.EOF, err)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := Read(c.client, p); err != io.EOF {
			panic(err)
		}
	}))
}

// BenchmarkSocket: roundtrip is one byte there and back, written and read by one thread. empty
// is a Read that finds nothing.
func BenchmarkSocket(b *testing.B) {
	l, addr, err := Listen(netip.MustParseAddrPort(addresses[0]), 1)
	require.NoError(b, err)
	defer CloseFD(l)
	client, err := Connect(addr)
	require.NoError(b, err)
	defer CloseFD(client)
	server := -1
	for server < 0 {
		server, _, _ = Accept(l)
	}
	defer CloseFD(server)
	p := make([]byte, 1)
	pass := func(from, to int) {
		for _, err := Write(from, p); err != nil; _, err = Write(from, p) {
		}
		for _, err := Read(to, p); err != nil; _, err = Read(to, p) {
		}
	}
	b.Run("op=roundtrip", func(b *testing.B) {
		for b.Loop() {
			pass(client, server)
			pass(server, client)
		}
	})
	b.Run("op=empty", func(b *testing.B) {
		for b.Loop() {
			Read(client, p)
		}
	})
}
