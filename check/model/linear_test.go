//go:build model

package model_test

import (
	"testing"

	"schedlab/check/linear"
	"schedlab/explore"
	"schedlab/rt/queue"
)

// Queues whose histories are judged: each operation must have its effect at one moment.

type item = linear.Item

// fifoPrograms are scripts of clients of a FIFO: p puts, g gets, e asks whether it is empty.
var fifoPrograms = []struct {
	name       string
	fresh      func() linear.Queue
	scripts    []string
	executions uint64
}{
	{"locked", newLocked, []string{"p", "pg", "g"}, 60},
	{"lock-free, two puts", newLockFree, []string{"p", "p", "g"}, 118},
	{"lock-free, both", newLockFree, []string{"pg", "pg"}, 114},
	{"lock-free, in a row", newLockFree, []string{"pp", "gg"}, 31},
	{"lock-free, empty", newLockFree, []string{"pe", "pg"}, 82},
}

func newLocked() linear.Queue   { return &queue.Locked[item, *item]{} }
func newLockFree() linear.Queue { return queue.NewLockFree[item]() }

func TestFIFOsAreLinearizable(t *testing.T) {
	for _, p := range fifoPrograms {
		t.Run(p.name, func(t *testing.T) {
			verify(t, p.executions, func() {
				rec, q := linear.NewRecorder[linear.Seq](len(p.scripts)), p.fresh()
				all := []func(){}
				for i, script := range p.scripts {
					c := linear.NewQueueClient(rec, i, q)
					all = append(all, func() { client(c, script) })
				}
				beside(all...)
				judge(linear.FIFO, rec)
			})
		})
	}
}

func client(c *linear.QueueClient, script string) {
	for _, op := range script {
		switch op {
		case 'p':
			c.Put()
		case 'g':
			c.Get()
		case 'e':
			c.Empty()
		}
	}
}

func judge[S comparable](spec linear.Spec[S], rec *linear.Recorder[S]) {
	h := rec.History()
	err := spec.Judge(h)
	explore.Assert(err == nil, "%v\n%v", err, h)
}

type owner = linear.RingOwner[*queue.Ring[item]]

func stealItem(
	victim, own *queue.Ring[item], takeNext bool, max int,
) (*item, int, queue.Outcome) {
	if takeNext {
		return victim.Thief().StealAnyInto(own, max)
	}
	return victim.Thief().StealInto(own, max)
}

// TestRingsAreLinearizable: the owner of ring 0 and a thief.
func TestRingsAreLinearizable(t *testing.T) {
	for _, p := range []struct {
		name         string
		executions   uint64
		before       func(o *owner)
		owner, thief func(o *owner)
	}{
		{"a get", 17, func(o *owner) { o.Put(); o.Put() },
			func(o *owner) { o.Get(); o.Put() }, func(o *owner) { o.Steal(0, false, 0) }},
		{"runnext", 13, func(o *owner) { o.PutNext() },
			func(o *owner) { o.PutNext(); o.Get() }, func(o *owner) { o.Steal(0, true, 0) }},
		{"an overflow", 7, func(o *owner) { o.Put(); o.Put(); o.Put(); o.Put() },
			func(o *owner) { o.Put() }, func(o *owner) { o.Steal(0, false, 0) }},
		{"drain", 6, func(o *owner) { o.Put(); o.PutNext() },
			func(o *owner) { o.Drain() }, func(o *owner) { o.Steal(0, true, 0) }},
		{"length", 42, func(o *owner) { o.Put() },
			func(o *owner) { o.Put(); o.Get() }, func(o *owner) { o.Len(0); o.Empty(0) }},
	} {
		t.Run(p.name, func(t *testing.T) {
			verify(t, p.executions, func() {
				rec, size := linear.NewRecorder[linear.Rings](2), (&queue.Ring[item]{}).Room()
				rings := []*queue.Ring[item]{{}, {}}
				for _, r := range rings {
					r.StartAt(firstCount)
				}
				owners := []*owner{}
				for i := range rings {
					owners = append(owners, linear.NewRingOwner(rec, rings, i, size, stealItem))
				}
				p.before(owners[0])
				beside(func() { p.owner(owners[0]) }, func() { p.thief(owners[1]) })
				owners[0].Drain()
				owners[1].Drain()
				judge(linear.RingsOf(size), rec)
			})
		})
	}
}
