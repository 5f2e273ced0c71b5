package linear

import (
	"math/rand/v2"
	"testing"

	"schedlab/explore"
	"schedlab/rt/queue"
)

func init() { explore.Wrapper() }

// Item is an element of a queue under test.
type Item struct {
	queue.Link[Item]
	ID Elem
}

// name returns the name of x, or 0 if there is none.
func name(x *Item) Elem {
	if x == nil {
		return 0
	}
	return x.ID
}

// ids returns the names of items.
func ids(items ...*Item) Seq {
	names := make([]Elem, len(items))
	for i, x := range items {
		names[i] = name(x)
	}
	return Of(names...)
}

// maker makes items whose names no other client uses. A name is used again only after
// namesPerClient others, when its former item is gone.
type maker struct {
	first, made Elem
}

// namesPerClient is how many names a client has.
const namesPerClient = 1 << 13

func newMaker(client int) maker { return maker{first: Elem(client) * namesPerClient} }

func (m *maker) item() *Item {
	m.made = m.made%(namesPerClient-1) + 1
	return &Item{ID: m.first + m.made}
}

func (m *maker) items(n int) []*Item {
	all := make([]*Item, n)
	for i := range all {
		all[i] = m.item()
	}
	return all
}

// Queue is what a FIFO must have to be tested. Any number of threads calls it.
type Queue interface {
	Put(x *Item)
	Get() *Item
	Len() int
	Empty() bool
}

// BatchQueue is a Queue with batches and puts at the head.
type BatchQueue interface {
	Queue
	PutHead(x *Item)
	PutBatch(batch []*Item)
	GetBatch(buf []*Item) []*Item
}

// QueueClient does operations on a queue, for one thread, and records them.
type QueueClient struct {
	c    *Client[Seq]
	q    Queue
	make maker
}

// NewQueueClient returns client i of rec, which works on q.
func NewQueueClient(rec *Recorder[Seq], i int, q Queue) *QueueClient {
	return &QueueClient{rec.Client(i), q, newMaker(i)}
}

// Put puts a new item.
func (c *QueueClient) Put() {
	x := c.make.item()
	at := c.c.Call(Put{ids(x)})
	c.q.Put(x)
	c.c.Return(at, Put{ids(x)})
}

// Get gets an item and says whether there was one.
func (c *QueueClient) Get() bool {
	at := c.c.Call(GetSome{1})
	x := c.q.Get()
	c.c.Return(at, Get{1, ids(x)})
	return x != nil
}

// Len asks for the length.
func (c *QueueClient) Len() {
	at := c.c.Call(NoEffect[Seq]{})
	n := c.q.Len()
	c.c.Return(at, Len{n})
}

// Empty asks whether the queue is empty.
func (c *QueueClient) Empty() {
	at := c.c.Call(NoEffect[Seq]{})
	yes := c.q.Empty()
	c.c.Return(at, Empty{yes})
}

// PutHead puts a new item before the head.
func (c *QueueClient) PutHead(q BatchQueue) {
	x := c.make.item()
	at := c.c.Call(PutHead{x.ID})
	q.PutHead(x)
	c.c.Return(at, PutHead{x.ID})
}

// PutBatch puts n new items.
func (c *QueueClient) PutBatch(q BatchQueue, n int) {
	batch := c.make.items(n)
	at := c.c.Call(Put{ids(batch...)})
	q.PutBatch(batch)
	c.c.Return(at, Put{ids(batch...)})
}

// GetBatch gets up to n items.
func (c *QueueClient) GetBatch(q BatchQueue, n int) {
	buf := make([]*Item, n)
	at := c.c.Call(GetSome{n})
	batch := q.GetBatch(buf)
	c.c.Return(at, Get{n, ids(batch...)})
}

// any does an operation at random. Puts and gets are in balance, so that the queue is often
// empty.
func (c *QueueClient) any(rng *rand.Rand) {
	batches, ok := c.q.(BatchQueue)
	switch op := rng.IntN(16); {
	case op < 5:
		c.Put()
	case op < 10:
		c.Get()
	case op == 10:
		c.Len()
	case op == 11 || !ok:
		c.Empty()
	case op == 12:
		c.PutHead(batches)
	case op == 13:
		c.PutBatch(batches, 2)
	default:
		c.GetBatch(batches, 1+rng.IntN(3))
	}
}

// StressQueue checks the queues that fresh makes, with 2, 3 and 4 clients. If they have the
// methods of a [BatchQueue], it checks these, too.
func StressQueue(t testing.TB, plan Plan, fresh func() Queue) {
	t.Helper()
	for clients := 2; clients <= 4; clients++ {
		Stress(t, FIFO, plan, func() Subject[Seq] {
			q, rec := fresh(), NewRecorder[Seq](clients)
			s := Subject[Seq]{Recorder: rec}
			all := []*QueueClient{}
			for i := range clients {
				all = append(all, NewQueueClient(rec, i, q))
				s.Workers = append(s.Workers, all[i].any)
			}
			s.Settle = func() {
				for all[0].Get() {
				}
			}
			return s
		})
	}
}
