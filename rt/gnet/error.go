package gnet

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"schedlab/rt"
)

// Error is what calls of this package fail with, except io.EOF at the end of a stream. Err is
// net.ErrClosed (closed on this side), os.ErrDeadlineExceeded or a syscall.Errno, as far as it is
// known.
type Error struct {
	Op  string // what was tried
	At  string // where: an address, "local to remote" or a descriptor
	Err error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("gnet: %s: %s: %v", e.Op, e.At, e.Err)
	for _, known := range advices {
		if errors.Is(e.Err, known.err) {
			return text + ": " + known.advice
		}
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Timeout says whether a deadline has passed. With Temporary it makes Error a net.Error.
func (e *Error) Timeout() bool { return errors.Is(e.Err, os.ErrDeadlineExceeded) }

// Temporary is Timeout: of no other error is it known when it will be over.
func (e *Error) Temporary() bool { return e.Timeout() }

var advices = []struct {
	err    error
	advice string
}{
	{net.ErrClosed, "it was closed on this side, before the call or during it"},
	{os.ErrDeadlineExceeded, "set a later deadline, or none, and try again"},
	{syscall.ECONNREFUSED, "nobody listens there: start the server first, or correct the address"},
	{syscall.ECONNRESET, "the other side has broken the connection off: dial again"},
	{syscall.EPIPE,
		"the other side reads no more, or this side has called CloseWrite: dial again"},
	{syscall.EMFILE,
		"close connections or raise the limit (ulimit -n), and wait before the next try"},
	{syscall.ENFILE,
		"the system has no descriptor left: close connections, and wait before the next try"},
	{syscall.EADDRINUSE,
		"another socket has the address: choose another port, or 0 for any that is free"},
	{syscall.EADDRNOTAVAIL, "it is no address of this machine, or no port is free"},
	{syscall.EBADF, "the descriptor is not open: was it closed elsewhere?"},
	{syscall.EPERM, "files and directories cannot be waited for: use them inside G.Syscall; " +
		"a connection may be forbidden here"},
	{syscall.ENOTSOCK, "only sockets can do that"},
}

func failed(op, at string, err error) error { return &Error{Op: op, At: at, Err: cause(err)} }

// cause is the fact in err. It is the same whether package host, rt, net or os reports it.
func cause(err error) error {
	var errno syscall.Errno
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, rt.ErrPollClosed),
		errors.Is(err, net.ErrClosed),
		errors.Is(err, os.ErrClosed):
		return net.ErrClosed
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &timeout) && timeout.Timeout():
		return os.ErrDeadlineExceeded
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

// throw reports a wrong call.
func throw(format string, args ...any) { panic("gnet: " + fmt.Sprintf(format, args...)) }
