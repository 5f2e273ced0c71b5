package gnet_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/conform"
	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/rt/gnet"
)

// bounce sends n bytes to an echo server, one after the other.
func bounce(g *rt.G, c *gnet.Conn, n int) {
	buf := make([]byte, 1)
	for range n {
		_, err := c.Write(g, buf)
		must.NoError(err)
		_, err = c.Read(g, buf)
		must.NoError(err)
	}
}

// Reads and writes cost no memory. (How a G that waits is readied is not ours.)
func TestReadsAndWritesDoNotAllocate(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, network gnet.Network) {
		var a, b *gnet.Conn
		run(t, s, func(g *rt.G) { a, b = pair(g, network) })
		conform.CostsNoMemory(t, s, func(g *rt.G, n int) {
			buf := make([]byte, 1)
			for range n {
				_, err := a.Write(g, buf)
				must.NoError(err)
				_, err = b.Read(g, buf)
				must.NoError(err)
			}
		})
		run(t, s, func(g *rt.G) { closeAll(g, a, b) })
	})
}

// BenchmarkBounce: a byte to another G of the scheduler and back, over loopback.
func BenchmarkBounce(b *testing.B) {
	for _, design := range []string{"gm", "global", "gpm", "native"} {
		for _, network := range []gnet.Network{gnet.Polled, gnet.Threads} {
			if design == "native" && network == gnet.Threads {
				continue // it is the same
			}
			b.Run(fmt.Sprintf("design=%s/network=%v", design, network), func(b *testing.B) {
				s, err := all.New(design, rt.Config{Procs: 2, Seed: 1})
				require.NoError(b, err)
				require.NoError(b, s.Run(func(g *rt.G) {
					x, y := pair(g, network)
					g.Go(func(g *rt.G) { echo(g, y) })
					b.ResetTimer()
					bounce(g, x, b.N)
					b.StopTimer()
					must.NoError(x.Close(g))
				}))
				require.NoError(b, s.Close())
			})
		}
	}
}
