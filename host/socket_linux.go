//go:build !portable && !model && !sim

package host

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"syscall"
)

// # Sockets
//
// This is TCP for schedulers that wait by a Poller. Descriptors are non-blocking and closed
// on exec, and what cannot be done now fails with ErrWouldBlock. Errors wrap the system's:
// errors.Is(err, syscall.ECONNRESET). ErrWouldBlock and io.EOF are returned as they are, so
// that they cost no memory.
//
// No call blocks, so each could be made behind the runtime's back, with RawSyscall. That
// would save 20 ns of the 350 ns of a Read that finds nothing. It would save as much of the
// 6 µs of a Write, which on a local connection runs the receiver's side too (2-CPU x86
// guest, medians of 5).
//
// But RawSyscall would hold Go's P meanwhile, and a garbage collection that stops the world
// would wait for it. For 64 KB that is 10 µs, and as long as the kernel likes where it must
// find memory. Also, the calls of package syscall tell the race detector that a Write comes
// before the Read that it is for.

const socketKind = syscall.SOCK_STREAM | syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC

// Listen makes a socket that takes connections to addr. local is addr with a port chosen if
// its port was 0. An IPv6 address does not take IPv4 connections as well.
func Listen(addr netip.AddrPort, backlog int) (fd int, local netip.AddrPort, err error) {
	fd, sa, err := socket(addr)
	if err != nil {
		return -1, local, fmt.Errorf("host: Listen on %v: %w", addr, err)
	}
	if local, err = listen(fd, sa, backlog); err != nil {
		syscall.Close(fd)
		return -1, netip.AddrPort{}, fmt.Errorf("host: Listen on %v: %w", addr, err)
	}
	return fd, local, nil
}

func listen(fd int, sa syscall.Sockaddr, backlog int) (local netip.AddrPort, err error) {
	// So that the address can be used again while old connections linger.
	if err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return local, fmt.Errorf("setsockopt(2) SO_REUSEADDR: %w", err)
	}
	if _, six := sa.(*syscall.SockaddrInet6); six {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 1)
		if err != nil {
			return local, fmt.Errorf("setsockopt(2) IPV6_V6ONLY: %w", err)
		}
	}
	if err = syscall.Bind(fd, sa); err != nil {
		return local, fmt.Errorf("bind(2): %w", err)
	}
	if err = syscall.Listen(fd, backlog); err != nil {
		return local, fmt.Errorf("listen(2): %w", err)
	}
	return LocalAddr(fd)
}

// Accept takes the next connection to the listening socket fd.
func Accept(fd int) (conn int, remote netip.AddrPort, err error) {
	for {
		conn, sa, err := syscall.Accept4(fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		switch err {
		case nil:
			return conn, addrOf(sa), nil
		case syscall.EAGAIN:
			return -1, remote, ErrWouldBlock
		case syscall.EINTR, syscall.ECONNABORTED: // the connection ended while it waited
		default:
			return -1, remote, fmt.Errorf("host: Accept on descriptor %d: accept4(2): %w", fd, err)
		}
	}
}

// Connect begins a connection to addr. If err is nil, fd becomes writable when the outcome is
// known, which ConnectResult then tells.
func Connect(addr netip.AddrPort) (fd int, err error) {
	fd, sa, err := socket(addr)
	if err != nil {
		return -1, fmt.Errorf("host: Connect to %v: %w", addr, err)
	}
	switch err = syscall.Connect(fd, sa); err {
	case nil, syscall.EINPROGRESS, syscall.EINTR: // after EINTR it goes on as well
		return fd, nil
	}
	syscall.Close(fd)
	return -1, fmt.Errorf("host: Connect to %v: connect(2): %w", addr, err)
}

// ConnectResult returns what became of Connect: nil, or why there is no connection, or
// ErrWouldBlock if that is not known yet. It tells a failure once.
func ConnectResult(fd int) error {
	code, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil {
		return fmt.Errorf("host: ConnectResult of descriptor %d: getsockopt(2) SO_ERROR: %w",
			fd, err)
	}
	if code != 0 {
		return fmt.Errorf("host: ConnectResult of descriptor %d: the connection failed: %w",
			fd, syscall.Errno(code))
	}
	// No error may mean no answer yet.
	if _, err = RemoteAddr(fd); errors.Is(err, syscall.ENOTCONN) {
		return ErrWouldBlock
	}
	return err
}

// Read reads what there is, at most len(p) bytes. At the end of the stream it fails with
// io.EOF.
func Read(fd int, p []byte) (n int, err error) {
	for {
		n, err = syscall.Read(fd, p)
		switch {
		case err == nil && n == 0 && len(p) > 0:
			return 0, io.EOF
		case err == nil:
			return n, nil
		case err == syscall.EAGAIN:
			return 0, ErrWouldBlock
		case err != syscall.EINTR:
			return 0, fmt.Errorf("host: Read from descriptor %d: read(2): %w", fd, err)
		}
	}
}

// Write writes as much of p as there is room for, so n may be less than len(p). It fails with
// ErrWouldBlock only if there is no room at all.
func Write(fd int, p []byte) (n int, err error) {
	for {
		n, err = syscall.Write(fd, p)
		switch err {
		case nil:
			return n, nil
		case syscall.EAGAIN:
			return 0, ErrWouldBlock
		case syscall.EINTR:
		default:
			return 0, fmt.Errorf("host: Write to descriptor %d: write(2): %w", fd, err)
		}
	}
}

// CloseWrite ends the stream to the other side, which reads io.EOF. What the other side sends
// can still be read.
func CloseWrite(fd int) error {
	if err := syscall.Shutdown(fd, syscall.SHUT_WR); err != nil {
		return fmt.Errorf("host: CloseWrite of descriptor %d: shutdown(2): %w", fd, err)
	}
	return nil
}

// CloseFD closes fd. Nobody may use it any more, since its number may be given out again at
// once. If a Poller has it, Remove it first.
func CloseFD(fd int) error {
	err := syscall.Close(fd)
	if err != nil && err != syscall.EINTR { // after EINTR it is closed all the same
		return fmt.Errorf("host: CloseFD of descriptor %d: close(2): %w", fd, err)
	}
	return nil
}

// SetLinger0 makes CloseFD break the connection off: what has not been sent is lost, and the
// other side fails with ECONNRESET.
func SetLinger0(fd int) error {
	linger := syscall.Linger{Onoff: 1}
	err := syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &linger)
	if err != nil {
		return fmt.Errorf("host: SetLinger0 of descriptor %d: setsockopt(2) SO_LINGER: %w",
			fd, err)
	}
	return nil
}

// SetNoDelay says whether small writes are sent at once, and do not wait for the answers to
// earlier ones. A new socket has it off; package net sets it in its own sockets.
func SetNoDelay(fd int, on bool) error {
	value := 0
	if on {
		value = 1
	}
	err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, value)
	if err != nil {
		return fmt.Errorf("host: SetNoDelay of descriptor %d: setsockopt(2) TCP_NODELAY: %w",
			fd, err)
	}
	return nil
}

// LocalAddr returns the address of this side.
func LocalAddr(fd int) (netip.AddrPort, error) {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("host: LocalAddr of descriptor %d: getsockname(2): %w",
			fd, err)
	}
	return addrOf(sa), nil
}

// RemoteAddr returns the address of the other side.
func RemoteAddr(fd int) (netip.AddrPort, error) {
	sa, err := syscall.Getpeername(fd)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("host: RemoteAddr of descriptor %d: getpeername(2): %w",
			fd, err)
	}
	return addrOf(sa), nil
}

// socket makes a socket for addr, which it also returns as the system wants it.
func socket(addr netip.AddrPort) (fd int, sa syscall.Sockaddr, err error) {
	ip, family := addr.Addr().Unmap(), syscall.AF_INET6
	switch {
	case !ip.IsValid():
		return -1, nil, errors.New("the address is the zero AddrPort: it must have an IP address")
	case ip.Is4():
		family, sa = syscall.AF_INET, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: ip.As4()}
	default:
		zone, err := zoneID(ip.Zone())
		if err != nil {
			return -1, nil, err
		}
		sa = &syscall.SockaddrInet6{Port: int(addr.Port()), Addr: ip.As16(), ZoneId: zone}
	}
	if fd, err = syscall.Socket(family, socketKind, syscall.IPPROTO_TCP); err != nil {
		return -1, nil, fmt.Errorf("socket(2): %w", err)
	}
	return fd, sa, nil
}

// zoneID returns the number of an interface. Only package net could look up a name.
func zoneID(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	id, err := strconv.ParseUint(zone, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("the zone of the address is %q; "+
			"it must be the number of an interface, not its name", zone)
	}
	return uint32(id), nil
}

// addrOf returns sa as an AddrPort: the zero one if it is no internet address.
func addrOf(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(strconv.FormatUint(uint64(sa.ZoneId), 10))
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port))
	}
	return netip.AddrPort{}
}
