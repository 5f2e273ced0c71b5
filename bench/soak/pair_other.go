//go:build !unix

package main

import "schedlab/rt/gnet"

// socketPair: there are none here, so streams come of connections alone.
func socketPair(*actor, gnet.Network) (a, b *gnet.Conn, ok bool) { return nil, nil, false }
