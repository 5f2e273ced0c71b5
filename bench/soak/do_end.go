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

// outcome is how a program is to end. begin, finish and after may be nil.
type outcome struct {
	begin  func(x *actor)                // runs at the beginning of the last Run
	finish func(x *actor)                // runs when all parts have ended
	after  func(s rt.Scheduler)          // runs after the last Run
	verify func(run, closed error) error // checks the errors of Run and Close
	stuck  *stuck                        // Gs that never end; nil: none
}

// returns is the outcome without any error.
func returns(p *program) *outcome {
	return &outcome{verify: func(run, closed error) error {
		if run != nil || closed != nil {
			return fmt.Errorf("the program returns, but Run says %v, Close says %v", run, closed)
		}
		p.counts.add(countRuns, len(p.plan.runs))
		return nil
	}}
}

// stuck are Gs that nothing will ever ready.
type stuck struct {
	mu sync.Mutex
	gs []rt.BlockedG // what the error must say of them
}

func (b *stuck) add(g *rt.G, reason rt.WaitReason, locked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gs = append(b.gs,
		rt.BlockedG{ID: g.ID(), Status: rt.Waiting, Reason: reason, Locked: locked})
}

// waysToBlock are the ways to block for ever, each with its wait reason.
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
func (b *stuck) block(x *actor) {
	way := waysToBlock[x.rnd.IntN(len(waysToBlock))]
	locked := x.oneIn(4)
	if locked {
		x.g.LockM()
	}
	b.add(x.g, way.reason, locked)
	way.block(x.g)
	x.p.fault("deadlock: G %d waits for ever (%s), but goes on", x.g.ID(), way.reason)
}

// deadlocks blocks some Gs at the end. Run must report them.
func deadlocks(p *program) *outcome {
	b := &stuck{}
	return &outcome{
		stuck: b,
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

// deadlocksAtClose blocks some Gs after the last Run. Close must report them.
func deadlocksAtClose(p *program) *outcome {
	b := &stuck{}
	return &outcome{
		stuck: b,
		after: func(s rt.Scheduler) {
			for i := range 5 {
				body := p.body(p.ledger.issue(1), p.plan.seed+uint64(i), b.block)
				if err := s.Go(body); err != nil {
					p.fault("deadlock: Go: %v", err)
				}
			}
		},
		verify: func(run, closed error) error { return b.verify(p, "Close", closed, "Run", run) },
	}
}

// verify checks that teller, which is Run or Close, has reported exactly the blocked Gs, and
// that the other of the two has no error.
func (b *stuck) verify(p *program, teller string, told error, other string, err error) error {
	if err != nil {
		return fmt.Errorf("the program deadlocks; %s says so, but %s says %w", teller, other, err)
	}
	var d *rt.DeadlockError
	if !errors.As(told, &d) {
		return fmt.Errorf("%d Gs are blocked for ever, but %s says %v", len(b.gs), teller, told)
	}
	got := make([]rt.BlockedG, len(d.Gs))
	for i, g := range d.Gs {
		got[i] = rt.BlockedG{ID: g.ID, Status: g.Status, Reason: g.Reason, Locked: g.Locked}
	}
	if d.Blocked != len(b.gs) || len(got) != len(b.gs) {
		return fmt.Errorf("%d Gs are blocked for ever; %s tells of %d, and lists %d%s",
			len(b.gs), teller, d.Blocked, len(got), b.differences(got))
	}
	if text := b.differences(got); text != "" {
		return fmt.Errorf("%s tells of other Gs than those that are blocked%s", teller, text)
	}
	p.counts.add(countDeadlocks, 1)
	return nil
}

// differences says which Gs stand in only one of the two lists; "" if none.
func (b *stuck) differences(told []rt.BlockedG) (text string) {
	for _, g := range b.gs {
		if !slices.Contains(told, g) {
			text += fmt.Sprintf("; not listed: %v, locked: %t", g, g.Locked)
		}
	}
	for _, g := range told {
		if !slices.Contains(b.gs, g) {
			text += fmt.Sprintf("; listed: %v, locked: %t", g, g.Locked)
		}
	}
	return text
}

// bang is a panic that Run must report.
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
		return fmt.Errorf("after the panic of G %d, Run says %v", b.id.Load(), run)
	}
	if e.Value != b.value || e.G != b.id.Load() {
		return fmt.Errorf("after the panic of G %d with %q, Run tells of G %d and %v",
			b.id.Load(), b.value, e.G, e.Value)
	}
	if closed != nil {
		return fmt.Errorf("after Run has told of the panic, Close says %w", closed)
	}
	p.counts.add(countPanics, 1)
	return nil
}

// panicsAtEnd panics when no other G is left, and no goroutine submits any more.
func panicsAtEnd(p *program) *outcome {
	b := newBang(p)
	return &outcome{
		finish: func(x *actor) {
			x.await(func() bool {
				return p.submitting.Load() == 0 && p.ledger.unfinished() == 1
			})
			b.explode(x)
		},
		verify: func(run, closed error) error { return b.verify(p, run, closed) },
	}
}

// panicsAmid panics while other Gs are at work. Those are abandoned: only their deferred calls
// still run.
func panicsAmid(p *program) *outcome {
	b := newBang(p)
	return &outcome{
		begin: func(x *actor) {
			x.spawn(func(x *actor) {
				x.g.Sleep(x.rnd.Int64N(30e6))
				b.explode(x)
			})
		},
		// A first G that has nothing left to do waits for the panic.
		finish: func(x *actor) { x.await(func() bool { return false }) },
		verify: func(run, closed error) error { return b.verify(p, run, closed) },
	}
}
