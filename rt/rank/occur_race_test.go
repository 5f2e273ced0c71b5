//go:build race && !model && linux

package rank_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/event"
	"schedlab/rt/gsync"
)

// Every line of the table is needed: what it allows happens in one of these programs. Some
// of it takes two Gs that meet, so the programs are repeated until it has happened.
func TestEveryDeclaredOrderOccurs(t *testing.T) {
	const rounds = 100
	for round := 0; round < rounds && len(missing()) > 0; round++ {
		for _, design := range []string{"gm", "global", "gpm"} {
			for name, program := range programs {
				require.NoError(t, run(design, program), "%s on %s", name, design)
			}
		}
	}
	require.Empty(t, missing())
}

// missing lists the declared orders that have not occurred yet.
func missing() (list []string) {
	for _, r := range host.Ranks() {
		for _, u := range r.Under() {
			if !r.WasTakenUnder(u) {
				list = append(list, fmt.Sprintf("%v under %v", r, u))
			}
		}
	}
	return list
}

func run(design string, program func(g *rt.G)) error {
	s, err := all.New(design, rt.Config{Procs: 2, Events: &event.Log{}, SampleReady: 1})
	if err != nil {
		return err
	}
	if err := s.Run(program); err != nil {
		return err
	}
	return s.Close()
}

const tick = time.Microsecond

var programs = map[string]func(g *rt.G){
	"sleep":   func(g *rt.G) { gsync.Sleep(g, tick) },
	"timer":   func(g *rt.G) { gsync.After(g, tick).Recv(g) },
	"yield":   yield,
	"stacks":  stacks,
	"select":  twoChannels,
	"cond":    cond,
	"world":   world,
	"procs":   procs,
	"network": network,
}

func yield(g *rt.G) {
	g.Go(func(*rt.G) {})
	g.Yield()
}

// stacks has an M make more stacks than it keeps, and then need them again in its yields.
func stacks(g *rt.G) {
	for range 2 {
		var wg gsync.WaitGroup
		for range 256 {
			wg.Go(g, (*rt.G).Yield)
		}
		wg.Wait(g)
	}
}

func twoChannels(g *rt.G) {
	a, b := gsync.NewChan[int](g, 0), gsync.NewChan[int](g, 0)
	g.Go(func(g *rt.G) { b.Send(g, 1) })
	gsync.Select(g, a.OnRecv(nil, nil), b.OnRecv(nil, nil))
}

// cond has Gs wait for the Mutex of a Cond that one has waited for.
func cond(g *rt.G) {
	var mu gsync.Mutex
	ready := gsync.Cond{L: &mu}
	n := 0
	mu.Lock(g)
	for range 4 {
		g.Go(func(g *rt.G) {
			mu.Lock(g)
			n++
			g.Yield()
			ready.Signal(g)
			mu.Unlock(g)
		})
	}
	for n < 4 {
		ready.Wait(g)
	}
	mu.Unlock(g)
}

// world has Gs wait for their turn to stop the world.
func world(g *rt.G) {
	together(g, func(g *rt.G) {
		for range 20 {
			g.StopTheWorld()
			g.StartTheWorld()
		}
	})
}

// procs has a P go whose cache and free list are not empty.
func procs(g *rt.G) {
	together(g, func(g *rt.G) {
		g.Free(g.Alloc(64))
		g.Yield()
	})
	for _, n := range []int{1, 2} {
		if _, err := g.SetProcs(n); err != nil {
			panic(err)
		}
	}
}

// together runs four Gs that do f, and waits for them.
func together(g *rt.G, f func(*rt.G)) {
	var wg gsync.WaitGroup
	for range 4 {
		wg.Go(g, f)
	}
	wg.Wait(g)
}

// network has a G wait for a pipe.
func network(g *rt.G) {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	defer r.Close()
	defer w.Close()
	conn, err := r.SyscallConn()
	if err != nil {
		panic(err)
	}
	var pd *rt.PollDesc
	failed := conn.Control(func(fd uintptr) { pd, err = g.Parker().OpenPoll(int(fd)) })
	if err := errors.Join(failed, err); err != nil {
		panic(err)
	}
	g.Go(func(g *rt.G) {
		gsync.Sleep(g, tick)
		w.WriteString("x")
	})
	if err := pd.Wait(g, rt.PollRead); err != nil {
		panic(err)
	}
	if err := pd.Close(g); err != nil {
		panic(err)
	}
}
