package linear_test

import (
	"testing"

	"schedlab/check/linear"
	"schedlab/host"
	"schedlab/rt/queue"
)

type (
	item = linear.Item
	ring = queue.Ring[item]
)

// guarded is a Global with the lock that a scheduler has for it.
type guarded struct {
	mu host.CountedMutex
	queue.Global[item, *item]
}

func (g *guarded) Put(x *item) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Global.Put(x)
}

func (g *guarded) Get() *item {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Global.Get()
}

func (g *guarded) PutHead(x *item) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Global.PutHead(x)
}

func (g *guarded) PutBatch(batch []*item) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Global.PutBatch(batch)
}

func (g *guarded) GetBatch(buf []*item) []*item {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Global.GetBatch(buf)
}

func (g *guarded) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Global.Len()
}

func TestQueuesAreLinearizable(t *testing.T) {
	for _, c := range []struct {
		name  string
		fresh func() linear.Queue
	}{
		{"locked", func() linear.Queue { return &queue.Locked[item, *item]{} }},
		{"global", func() linear.Queue { return &guarded{} }},
		{"lockfree", func() linear.Queue { return queue.NewLockFree[item]() }},
	} {
		t.Run(c.name, func(t *testing.T) { linear.StressQueue(t, linear.DefaultPlan, c.fresh) })
	}
}

func steal(victim, own *ring, takeNext bool, max int) (*item, int, queue.Outcome) {
	if takeNext {
		return victim.Thief().StealAnyInto(own, max)
	}
	return victim.Thief().StealInto(own, max)
}

func TestRingsAreLinearizable(t *testing.T) {
	size := (&ring{}).Room()
	linear.StressRings(t, linear.DefaultPlan, size, func() *ring { return &ring{} }, steal)
}
