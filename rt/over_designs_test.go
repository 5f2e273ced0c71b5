package rt_test

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// overDesigns runs body over the designs, without variants and the baseline.
func overDesigns(t *testing.T, body func(t *testing.T, open opener)) {
	for _, name := range []string{"gm", "global", "gpm"} {
		row, err := all.Find(name)
		require.NoError(t, err)
		for _, procs := range []int{1, 2, 4} {
			t.Run(fmt.Sprintf("design=%s/procs=%d", name, procs), func(t *testing.T) {
				goroutines := runtime.NumGoroutine()
				body(t, func(cfg rt.Config) rt.Scheduler {
					cfg.Procs, cfg.Seed = procs, 1
					s, err := row.New(cfg)
					require.NoError(t, err)
					t.Cleanup(func() { _ = s.Close() }) // if body has failed before
					return s
				})
				for polls := 0; runtime.NumGoroutine() > goroutines && polls < 10e6; polls++ {
					runtime.Gosched()
				}
			})
		}
	}
}

type opener func(rt.Config) rt.Scheduler

// everything makes every kind of event happen that a program can bring about.
func everything(g *rt.G) {
	done := gsync.NewChan[int](g, 0)
	const workers = 20
	for i := range workers {
		g.Go(func(g *rt.G) {
			for range 20 {
				g.Go(func(g *rt.G) { g.Checkpoint() })
				g.Yield()
				g.Syscall(func() {})
			}
			g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return false })
			g.Sleep(int64(i) * 10_000)
			g.BlockingSyscall(runtime.Gosched)
			done.Send(g, i)
		})
	}
	for range workers / 2 {
		done.Recv(g)
	}
	g.StopTheWorld()
	g.Go(func(*rt.G) {})
	g.StartTheWorld()
	for range workers / 2 {
		done.Recv(g)
	}
}

// forEver blocks g.
func forEver(g *rt.G) {
	g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return true })
}

func await(cond func() bool) {
	for !cond() {
		runtime.Gosched()
	}
}

// listen waits again and again for bytes that a goroutine outside writes, until over.
func listen(g *rt.G, over *atomic.Bool) {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	defer r.Close()
	pd, err := g.Parker().OpenPoll(int(r.Fd()))
	if err != nil {
		panic(err)
	}
	host.Go(func() {
		defer w.Close()
		for !over.Load() {
			_, _ = w.Write([]byte{1}) // fails if the reader has just gone
			host.Sleep(30_000)
		}
	})
	for !over.Load() {
		if err := pd.Wait(g, rt.PollRead); err != nil { // each byte tells, read or not
			panic(err)
		}
	}
	if err := pd.Close(g); err != nil {
		panic(err)
	}
}
