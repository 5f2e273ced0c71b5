//go:build unix

package main

import (
	"syscall"

	"schedlab/rt/gnet"
)

// socketPair returns the two ends of a stream without an address.
func socketPair(x *actor, n gnet.Network) (a, b *gnet.Conn, ok bool) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if !x.noError(err, "net: a socket pair") {
		return nil, nil, false
	}
	if a, err = n.NewConn(x.g, fds[0]); !x.noError(err, "net: a socket pair") {
		syscall.Close(fds[0])
		syscall.Close(fds[1])
		return nil, nil, false
	}
	if b, err = n.NewConn(x.g, fds[1]); !x.noError(err, "net: a socket pair") {
		syscall.Close(fds[1])
	}
	return a, b, err == nil
}
