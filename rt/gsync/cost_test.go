package gsync_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/conform"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// operations, each done n times by the Gs of one Run.
var operations = map[string]func(g *rt.G, n int){
	"unbuffered": pingPong,
	"buffered":   buffered,
	"mutex":      func(g *rt.G, n int) { lockInTurns(g, 4, n) },
	"select":     selectInTurns,
	"semaphore": func(g *rt.G, n int) {
		sem := gsync.NewSemaphore(g, 1)
		for range 3 {
			g.Go(func(g *rt.G) {
				for range n {
					sem.Acquire(g)
					g.Yield()
					sem.Release(g)
				}
			})
		}
	},
	"rwmutex": func(g *rt.G, n int) {
		var mu gsync.RWMutex
		for range 3 {
			g.Go(func(g *rt.G) {
				for range n {
					mu.Lock(g)
					g.Yield()
					mu.Unlock(g)
					mu.RLock(g)
					g.Yield()
					mu.RUnlock(g)
				}
			})
		}
	},
	"waitgroup": func(g *rt.G, n int) {
		var ping, pong gsync.WaitGroup
		ping.Add(g, 1)
		pong.Add(g, 1)
		g.Go(func(g *rt.G) {
			for range n {
				ping.Wait(g)
				ping.Add(g, 1)
				pong.Done(g)
			}
		})
		for range n {
			ping.Done(g)
			pong.Wait(g)
			pong.Add(g, 1)
		}
	},
	"cond": func(g *rt.G, n int) {
		var mu gsync.Mutex
		cond := gsync.Cond{L: &mu}
		turn := 0
		for me := range 2 {
			g.Go(func(g *rt.G) {
				mu.Lock(g)
				for range n {
					for turn != me {
						cond.Wait(g)
					}
					turn = 1 - me
					cond.Signal(g)
				}
				mu.Unlock(g)
			})
		}
	},
}

func TestOperationsDoNotAllocate(t *testing.T) { costNoMemory(t, operations) }

func costNoMemory(t *testing.T, operations map[string]func(g *rt.G, n int)) {
	for name, operation := range operations {
		for _, design := range []string{"gm", "global", "gpm", "native"} {
			t.Run("operation="+name+"/design="+design, func(t *testing.T) {
				s := open(t, design, 1)
				t.Cleanup(func() { require.NoError(t, s.Close()) }) // after a skip, too
				conform.CostsNoMemory(t, s, operation)
			})
		}
	}
}
