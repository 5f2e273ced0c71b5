package sim

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// broken returns what does not hold of the machine, as one of its threads sees it.
func (m *machine) broken() (found []string) {
	fails := func(ok bool, format string, args ...any) {
		if !ok {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	idle := 0
	for i, w := range m.idle {
		idle += bits.OnesCount64(w)
		fails(w&^m.allCPUs(i) == 0, "the idle set has CPUs that are not there")
	}
	fails(idle == m.idles, "%d CPUs are idle, but %d are counted", idle, m.idles)
	fails(idle == 0 || len(m.runq) == 0, "%d CPUs are idle, but threads wait", idle)
	for _, c := range m.cpus {
		leaf := m.clocks.tree[m.clocks.leaves+int(c.id)]
		fails((c.thread == nil) == m.idle.has(c), "CPU %d: idle, or not", c.id)
		fails(c.thread == nil || c.thread.on == c, "CPU %d runs a thread that is elsewhere", c.id)
		fails((leaf == never) == (c.thread == nil || c == m.cpu), "CPU %d: its leaf", c.id)
		fails(c == m.cpu || c.thread == nil || int64(leaf>>leafBits) >= m.limit,
			"CPU %d is behind the limit", c.id)
	}
	for _, t := range m.runq {
		fails(t.on == nil && t.futex == nil && t.timer == 0, "thread %d waits and does more", t.id)
	}
	for i, t := range m.timers.heap {
		fails(t.timer == i+1 && t.futex != nil && t.on == nil, "thread %d: its timer", t.id)
		fails(i == 0 || !t.before(m.timers.heap[(i-1)/2]), "timer %d is before its parent", i)
	}
	live := 0
	for _, t := range m.threads {
		if t != nil {
			live++
		}
	}
	fails(live == m.live, "%d threads live, but %d are counted", live, m.live)
	return found
}

// allCPUs returns the CPUs of word i of a set.
func (m *machine) allCPUs(i int) uint64 { return 1<<min(len(m.cpus)-i*64, 64) - 1 }

// Threads that start others, compute, sleep, wake and wait at random never break the machine.
func TestInvariants(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		cfg := Config{CPUs: 1 + rnd.IntN(9), Costs: server, Seed: seed}
		cfg.Costs.Slice = 20_000
		cfg.Costs.WakePreempts = 5_000
		p := randomProgram{rnd: rnd, left: 300}
		_, err := Run(cfg, p.thread)
		require.NoError(t, err)
		require.Empty(t, p.broken, "seed %d, %d CPUs", seed, cfg.CPUs)
	}
}

type randomProgram struct {
	rnd    *rand.Rand
	left   int // threads to be started
	words  [4]Uint32
	line   Line
	broken []string
}

func (p *randomProgram) thread() {
	for range 20 {
		p.act()
		if m := running.Load(); len(p.broken) == 0 {
			p.broken = m.broken()
		}
	}
}

func (p *randomProgram) act() {
	w := &p.words[p.rnd.IntN(len(p.words))]
	switch p.rnd.IntN(9) {
	case 0:
		if p.left > 0 {
			p.left--
			Go(p.thread)
		}
	case 1:
		Work(p.rnd.Int64N(30_000))
	case 2:
		w.Wait(w.Load(), p.rnd.Int64N(100_000))
	case 3:
		w.Wake()
	case 4:
		w.AwaitSwap(p.rnd.Uint32N(3), p.rnd.Uint32N(3), p.rnd.IntN(300), 5)
	case 5:
		w.Store(p.rnd.Uint32N(3))
	case 6:
		p.line.Touch(1 + p.rnd.IntN(3))
	case 7:
		p.line.Read(1)
	default:
		Pause(3)
	}
}
