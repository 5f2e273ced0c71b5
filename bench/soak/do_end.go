package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// outcome is how a program is to end.
type outcome struct {
	begin  func(x *actor)                // at the beginning of the last Run; may be nil
	finish func(x *actor)                // when all parts have ended; may be nil
	after  func(s rt.Scheduler)          // after the last Run; may be nil
	verify func(run, closed error) error // what Run and Close say
	blocks *blocked                      // Gs that never end; nil: none
}

// returns: nothing is the matter.
func returns(p *program) *outcome {
	return &outcome{verify: func(run, closed error) error {
		if run != nil || closed != nil {
			return fmt.Errorf("the program returns, but Run says %v, Close says %v", run, closed)
		}
		p.counts.add(countRuns, len(p.plan.runs))
		return nil
	}}
}

// blocked is Gs that nothing will ever ready.
type blocked struct {
	mu sync.Mutex
	gs []rt.BlockedG // what must be told of them
}

func (b *blocked) add(g *rt.G, reason rt.WaitReason, locked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gs = append(b.gs, rt.BlockedG{ID: g.ID(), Status: rt.Waiting, Reason: reason, Locked: locked})
}

// waysToBlock for ever, each with the reason that is told.
var waysToBlock = []struct {
	reason rt.WaitReason
	block  func(g *rt.G)
}{
	{rt.WaitChanReceive, func(g *rt.G) { gsync.NewChan[int](g, 1).Recv(g) }},
	{rt.WaitChanSend, func(g *rt.G) { gsync.NewChan[int](g, 0).Send(g, 1) }},
	{rt.WaitChanSend, func(g *rt.G) { (*gsync.Chan[int])(nil).Send(g, 1) }},
	{rt.WaitSelect, func(g *rt.G) { gsync.Select(g) }},
	{rt.WaitSelect, func(g *rt.G) { gsync.Select(g, gsync.NewChan[int](g, 0).OnSend(1)) }},
	{rt.WaitMutex, func(g *rt.G) {
		var mu gsync.Mutex
		mu.Lock(g)
		mu.Lock(g)
	}},
	{rt.WaitSemaphore, func(g *rt.G) {
		s := gsync.NewSemaphore(g, 1)
		s.Acquire(g)
		s.Acquire(g)
	}},
	{rt.WaitWaitGroup, func(g *rt.G) {
		var wg gsync.WaitGroup
		wg.Add(g, 1)
		wg.Wait(g)
	}},
	{rt.WaitOther, func(g *rt.G) {
		g.Parker().Park(rt.WaitOther, func(*rt.G) bool { return true })
	}},
}

// block blocks x for ever.
func (b *blocked) block(x *actor) {
	way := waysToBlock[x.rnd.IntN(len(waysToBlock))]
	locked := x.oneIn(4)
	if locked {
		x.g.LockM()
	}
	b.add(x.g, way.reason, locked)
	way.block(x.g)
	x.p.fault("deadlock: G %d waits for ever (%s), and goes on", x.g.ID(), way.reason)
}

// deadlocks: some Gs are blocked, of which Run must tell.
func deadlocks(p *program) *outcome {
	b := &blocked{}
	return &outcome{
		blocks: b,
		finish: func(x *actor) {
			for range x.upTo(40) {
				x.spawn(func(x *actor) {
					x.lull()
					b.block(x)
				})
			}
		},
		verify: func(run, closed error) error { return b.verify(p, "Run", run, "Close", closed) },
	}
}

// deadlocksAtClose leaves them to Close, which must tell as well.
func deadlocksAtClose(p *program) *outcome {
	b := &blocked{}
	return &outcome{
		blocks: b,
		after: func(s rt.Scheduler) {
			for i := range 5 {
				if err := s.Go(p.body(p.ledger.issue(1), p.plan.seed+uint64(i), b.block)); err != nil {
					p.fault("deadlock: Go: %v", err)
				}
			}
		},
		verify: func(run, closed error) error { return b.verify(p, "Close", closed, "Run", run) },
	}
}

// verify compares what who told must have told, and that the other had no error.
func (b *blocked) verify(p *program, who string, told error, other string, err error) error {
	if err != nil {
		return fmt.Errorf("the program deadlocks; %s says so, but %s says %w", who, other, err)
	}
	var d *rt.DeadlockError
	if !errors.As(told, &d) {
		return fmt.Errorf("%d Gs are blocked for ever, but %s says %v", len(b.gs), who, told)
	}
	got := make([]rt.BlockedG, len(d.Gs))
	for i, g := range d.Gs {
		got[i] = rt.BlockedG{ID: g.ID, Status: g.Status, Reason: g.Reason, Locked: g.Locked}
	}
	if d.Blocked != len(b.gs) || len(got) != len(b.gs) {
		return fmt.Errorf("%d Gs are blocked for ever; %s tells of %d, and lists %d%s", len(b.gs), who, d.Blocked, len(got), b.differences(got))
	}
	if text := b.differences(got); text != "" {
		return fmt.Errorf("%s tells of Gs that are blocked for ever, but not of those%s", who, text)
	}
	p.counts.add(countDeadlocks, 1)
	return nil
}

// differences says which Gs are in one of two lists alone; "" if none.
func (b *blocked) differences(told []rt.BlockedG) (text string) {
	for _, g := range b.gs {
		if !slices.Contains(told, g) {
			text += fmt.Sprintf("; not told: %v, locked: %t", g, g.Locked)
		}
	}
	for _, g := range told {
		if !slices.Contains(b.gs, g) {
			text += fmt.Sprintf("; told: %v, locked: %t", g, g.Locked)
		}
	}
	return text
}

// bang is a panic of which Run must tell.
type bang struct {
	id    atomic.Uint64 // of the G
	value error
}

func newBang(p *program) *bang {
	return &bang{value: fmt.Errorf("a panic on purpose in round %d", p.plan.round)}
}

func (b *bang) explode(x *actor) {
	b.id.Store(x.g.ID())
	panic(b.value)
}

func (b *bang) verify(p *program, run, closed error) error {
	var e *rt.PanicError
	if !errors.As(run, &e) {
		return fmt.Errorf("G %d panicked, but Run says %v", b.id.Load(), run)
	}
	if e.Value != b.value || e.G != b.id.Load() {
		return fmt.Errorf("G %d panicked with %q; Run tells of G %d and %v", b.id.Load(), b.value, e.G, e.Value)
	}
	if closed != nil {
		return fmt.Errorf("Run has told of the panic, and Close says %w", closed)
	}
	p.counts.add(countPanics, 1)
	return nil
}

// panicsAtEnd: when nobody else is left, and no goroutine submits any more.
func panicsAtEnd(p *program) *outcome {
	b := newBang(p)
	return &outcome{
		finish: func(x *actor) {
			x.await(func() bool { return p.submitting.Load() == 0 && p.ledger.unfinished() == 1 })
			b.explode(x)
		},
		verify: func(run, closed error) error { return b.verify(p, run, closed) },
	}
}

// panicsAmid: while others do whatever they do. They are abandoned: their deferred calls
// run, and that is all.
func panicsAmid(p *program) *outcome {
	b := newBang(p)
	return &outcome{
		begin: func(x *actor) {
			x.spawn(func(x *actor) {
				x.g.Sleep(x.rnd.Int64N(30e6))
				b.explode(x)
			})
		},
		// Whoever is done before that waits for it.
		finish: func(x *actor) { x.await(func() bool { return false }) },
		verify: func(run, closed error) error { return b.verify(p, run, closed) },
	}
}
