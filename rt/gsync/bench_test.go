package gsync_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// overDesigns measures body, which runs as a G and does b.N operations.
func overDesigns(b *testing.B, body func(g *rt.G, n int)) {
	for _, row := range all.Table {
		for _, procs := range []int{1, 2} {
			b.Run(fmt.Sprintf("design=%s/procs=%d", row.Name, procs), func(b *testing.B) {
				s, err := row.New(rt.Config{Procs: procs})
				require.NoError(b, err)
				require.NoError(b, s.Run(func(g *rt.G) { body(g, 100) })) // warm
				before := s.Stats()
				b.ReportAllocs()
				b.ResetTimer()
				require.NoError(b, s.Run(func(g *rt.G) { body(g, b.N) }))
				b.StopTimer()
				d := s.Stats().Sub(before)
				b.ReportMetric(float64(d.Readied)/float64(b.N), "readied/op")
				contended := d.Locks[rt.LockObjects].Contended
				b.ReportMetric(float64(contended)/float64(b.N), "contended/op")
				require.NoError(b, s.Close())
			})
		}
	}
}

// An operation is a round trip: two sends, two receives.
func BenchmarkChan(b *testing.B) {
	b.Run("kind=pingpong", func(b *testing.B) { overDesigns(b, pingPong) })
	b.Run("kind=buffered", func(b *testing.B) { overDesigns(b, buffered) })
	b.Run("kind=contended", func(b *testing.B) { overDesigns(b, contended) })
}

// pingPong: one G is always blocked. n round trips over unbuffered channels.
func pingPong(g *rt.G, n int) {
	ping, pong := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
	g.Go(func(g *rt.G) {
		for range n {
			v, _ := ping.Recv(g)
			pong.Send(g, v)
		}
	})
	for i := range n {
		ping.Send(g, i)
		pong.Recv(g)
	}
}

// buffered: n messages from one G to another through a buffer of 100.
func buffered(g *rt.G, n int) {
	c := gsync.NewChan[int](g, 100)
	g.Go(func(g *rt.G) {
		for i := range n {
			c.Send(g, i)
		}
		c.Close(g)
	})
	for _, ok := c.Recv(g); ok; _, ok = c.Recv(g) {
	}
}

// contended: 8 Gs send to and receive from one channel in turns, n messages.
func contended(g *rt.G, n int) {
	const gs = 8
	c := gsync.NewChan[int](g, 100)
	for i := range gs {
		share := n / gs
		if i < n%gs {
			share++
		}
		g.Go(func(g *rt.G) {
			for range share {
				c.Send(g, 0)
				c.Recv(g)
			}
		})
	}
}

// An operation is a Lock and an Unlock.
func BenchmarkMutex(b *testing.B) {
	for _, gs := range []int{1, 8} {
		b.Run(fmt.Sprintf("gs=%d", gs), func(b *testing.B) {
			overDesigns(b, func(g *rt.G, n int) { lockInTurns(g, gs, n) })
		})
	}
}

// lockInTurns: n times in all, gs Gs lock a Mutex to add to a counter.
func lockInTurns(g *rt.G, gs, n int) {
	var mu gsync.Mutex
	var wg gsync.WaitGroup
	total := 0
	for i := range gs {
		share := n / gs
		if i < n%gs {
			share++
		}
		wg.Go(g, func(g *rt.G) {
			for range share {
				mu.Lock(g)
				total++
				mu.Unlock(g)
			}
		})
	}
	wg.Wait(g)
	if total != n {
		panic(fmt.Sprintf("%d of %d", total, n))
	}
}

// An operation is a Select that sends or receives on one of two unbuffered channels, with the Send
// or Recv for it.
func BenchmarkSelect(b *testing.B) { overDesigns(b, selectInTurns) }

func selectInTurns(g *rt.G, n int) {
	in, out := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
	g.Go(func(g *rt.G) {
		for i := range n {
			if i%2 == 0 {
				in.Send(g, i)
			} else {
				out.Recv(g)
			}
		}
	})
	var v int
	for i := range n {
		gsync.Select(g, in.OnRecv(&v, nil), out.OnSend(i))
	}
}
