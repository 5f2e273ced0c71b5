//go:build !unix

package main

import "schedlab/rt/gnet"

// socketPair is false: this system has no socket pairs, so that all streams are connections.
func socketPair(*actor, gnet.Network) (a, b *gnet.Conn, ok bool) { return nil, nil, false }
