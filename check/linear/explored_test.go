package linear_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/linear"
	"schedlab/explore"
)

// Queues of the explorer's own types, which these tests explore in the default build.

type node struct {
	next explore.Pointer[node]
	x    *item
}

// mpsc is Vyukov's queue of several producers and one consumer (1024cores.net, 2010). It is not
// linearizable: while a put stands between its swap and its store, Get finds nothing, though
// other puts have returned since.
type mpsc struct {
	head explore.Pointer[node]
	tail *node // of the consumer
}

func newMPSC() linear.Queue {
	stub := &node{}
	q := &mpsc{tail: stub}
	q.head.Store(stub)
	explore.Name(&stub.next, "stub.next")
	return q
}

func (q *mpsc) Put(x *item) {
	n := &node{x: x}
	before := q.head.Swap(n)
	before.next.Store(n)
}

func (q *mpsc) Get() *item {
	next := q.tail.next.Load()
	if next == nil {
		return nil
	}
	q.tail = next
	return next.x
}

func (q *mpsc) Len() int    { panic("mpsc: Len: it has none") }
func (q *mpsc) Empty() bool { return q.tail.next.Load() == nil }

// michaelScott is the queue of Michael and Scott ("Simple, Fast, and Practical Non-Blocking and
// Blocking Concurrent Queue Algorithms", PODC 1996).
type michaelScott struct {
	head, tail explore.Pointer[node]
}

func newMichaelScott() linear.Queue {
	first := &node{}
	q := &michaelScott{}
	q.head.Store(first)
	q.tail.Store(first)
	explore.Name(&first.next, "first.next")
	return q
}

func (q *michaelScott) Put(x *item) {
	n := &node{x: x}
	for {
		tail := q.tail.Load()
		next := tail.next.Load()
		if next != nil {
			q.tail.CompareAndSwap(tail, next) // help
			continue
		}
		if tail.next.CompareAndSwap(nil, n) {
			q.tail.CompareAndSwap(tail, n)
			return
		}
	}
}

func (q *michaelScott) Get() *item {
	for {
		head, tail := q.head.Load(), q.tail.Load()
		next := head.next.Load()
		if next == nil {
			return nil
		}
		if head == tail {
			q.tail.CompareAndSwap(tail, next)
			continue
		}
		if q.head.CompareAndSwap(head, next) {
			return next.x
		}
	}
}

func (q *michaelScott) Len() int    { panic("michaelScott: Len: it has none") }
func (q *michaelScott) Empty() bool { return q.head.Load().next.Load() == nil }

// locked is a queue under one lock.
type locked struct {
	mu  explore.Mutex
	all []*item
}

func newLocked() linear.Queue {
	q := &locked{}
	explore.Name(&q.mu, "mu")
	return q
}

func (q *locked) Put(x *item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, x)
}

func (q *locked) Get() *item {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) == 0 {
		return nil
	}
	x := q.all[0]
	q.all = q.all[1:]
	return x
}

func (q *locked) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all)
}

func (q *locked) Empty() bool { return q.Len() == 0 }

// script is what one client does: p puts, g gets, e asks whether the queue is empty.
type script string

func (s script) run(c *linear.QueueClient) {
	for _, op := range s {
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

// recorded returns a program in which each script is executed by a client on a thread of its
// own, and whose history must be linearizable.
func recorded(fresh func() linear.Queue, scripts ...script) func() {
	return func() {
		rec := linear.NewRecorder[linear.Seq](len(scripts))
		q := fresh()
		var threads []*explore.Thread
		for i, s := range scripts {
			c := linear.NewQueueClient(rec, i, q)
			threads = append(threads, explore.Go(func() { s.run(c) }))
		}
		for _, th := range threads {
			th.Join()
		}
		h := rec.History()
		err := linear.FIFO.Judge(h)
		explore.Assert(err == nil, "%v\n%v", err, h)
	}
}

// unrecorded is recorded without a history.
func unrecorded(fresh func() linear.Queue, scripts ...script) func() {
	return func() {
		q := fresh()
		var threads []*explore.Thread
		for _, s := range scripts {
			threads = append(threads, explore.Go(func() { s.runPlain(q) }))
		}
		for _, th := range threads {
			th.Join()
		}
	}
}

func (s script) runPlain(q linear.Queue) {
	for _, op := range s {
		switch op {
		case 'p':
			q.Put(&item{})
		case 'g':
			q.Get()
		case 'e':
			q.Empty()
		}
	}
}

// TestExploredQueues has two numbers of executions for each program. What is recorded has more:
// those that differ in nothing but whether one operation had returned before another was called.
func TestExploredQueues(t *testing.T) {
	for _, c := range []struct {
		name             string
		fresh            func() linear.Queue
		scripts          []script
		recorded, before uint64
	}{
		{"locked", newLocked, []script{"p", "p", "g"}, 6, 6},
		{"locked, twice", newLocked, []script{"pg", "pg", "g"}, 30, 30},
		{"Michael and Scott, one each", newMichaelScott, []script{"p", "g"}, 6, 4},
		{"Michael and Scott, two puts", newMichaelScott, []script{"p", "p", "g"}, 232, 128},
		{"Michael and Scott, both", newMichaelScott, []script{"pg", "pg"}, 150, 100},
		{"Michael and Scott, in a row", newMichaelScott, []script{"pp", "gg"}, 86, 24},
		{"Michael and Scott, empty", newMichaelScott, []script{"pe", "pg"}, 94, 44},
		{"Vyukov, one producer", newMPSC, []script{"pp", "gg"}, 15, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			program := recorded(c.fresh, c.scripts...)
			require.Equal(t, c.recorded, explore.Test(t, program).Complete)
			require.Equal(t, c.recorded, explore.Test(t, program, explore.Workers(3)).Complete)
			plain := unrecorded(c.fresh, c.scripts...)
			require.Equal(t, c.before, explore.Test(t, plain).Complete)
			for _, opt := range []explore.Option{
				explore.Preemptions(2), explore.Strategy("random"), explore.Strategy("pct"),
			} {
				r, err := explore.Run(program, opt, explore.Executions(500))
				require.NoError(t, err)
				require.Nil(t, r.Violation, "a false alarm: the queue is correct")
			}
		})
	}
}

// everyStrategy finds violations: those that draw do so by chance, here with a fixed seed.
var everyStrategy = map[string][]explore.Option{
	"exhaustive": nil,
	"bounded":    {explore.Preemptions(1)},
	"naive":      {explore.Strategy("naive")},
	"random":     {explore.Strategy("random"), explore.Seed(1)},
	"pct":        {explore.Strategy("pct"), explore.Seed(1)},
	"pos":        {explore.Strategy("pos"), explore.Seed(1)},
}

func TestExplorationFindsQueuesThatAreNotLinearizable(t *testing.T) {
	for name, opts := range everyStrategy {
		t.Run(name, func(t *testing.T) {
			r, err := explore.Run(recorded(newMPSC, "p", "p", "g"), opts...)
			require.NoError(t, err)
			require.Equal(t, explore.Violated, r.Verdict)
			require.Equal(t, explore.Assertion, r.Violation.Property)
			require.Contains(t, r.Violation.Text(), "linear: not linearizable")
			require.Contains(t, r.Violation.Text(), "client 2: get 1: []")
		})
	}
}

// lazy is a queue that has room for one element. Its Put has an effect after it has returned.
type lazy struct {
	slot  explore.Pointer[item]
	later []*explore.Thread
}

func (q *lazy) Put(x *item) {
	q.later = append(q.later, explore.Go(func() { q.slot.Store(x) }))
}

func (q *lazy) Get() *item  { return q.slot.Swap(nil) }
func (q *lazy) Len() int    { panic("lazy: Len: it has none") }
func (q *lazy) Empty() bool { return q.slot.Load() == nil }

// An operation without a step is called and returns at a moment of its own.
func TestAnOperationWithoutAStepIsOrdered(t *testing.T) {
	for name, opts := range everyStrategy {
		t.Run(name, func(t *testing.T) {
			fresh := func() linear.Queue { return &lazy{} }
			r, err := explore.Run(recorded(fresh, "p", "g"), opts...)
			require.NoError(t, err)
			require.Equal(t, explore.Violated, r.Verdict)
			require.Contains(t, r.Violation.Text(), "client 1: get 1: []")
		})
	}
}

// TestHistoryMayBeTakenWhileOthersWork judges what the others have done so far: what is pending
// may have had its effect or not.
func TestHistoryMayBeTakenWhileOthersWork(t *testing.T) {
	program := func(fresh func() linear.Queue, seen map[string]bool) func() {
		return func() {
			rec := linear.NewRecorder[linear.Seq](2)
			q := fresh()
			for i := range 2 {
				c := linear.NewQueueClient(rec, i, q)
				explore.Go(func() { c.Put(); c.Get() })
			}
			h := rec.History()
			seen[fmt.Sprint(h)] = true
			err := linear.FIFO.Judge(h)
			explore.Assert(err == nil, "%v\n%v", err, h)
		}
	}
	histories := map[string]map[string]bool{}
	for _, strategy := range []string{"exhaustive", "naive"} {
		histories[strategy] = map[string]bool{}
		explore.Test(t, program(newLocked, histories[strategy]), explore.Strategy(strategy))
	}
	require.Equal(t, histories["naive"], histories["exhaustive"])
	require.Contains(t, histories["naive"], "   1-     client 0: perhaps put [1]\n")
}

// A thread that ends in an operation leaves it pending for ever.
func TestAnOperationThatNeverReturns(t *testing.T) {
	for _, c := range []struct {
		name  string
		good  bool
		fresh func() linear.Queue
		stop  func(q linear.Queue, x *item) // a put that does not return
	}{
		{"before its effect", true, newLocked, func(q linear.Queue, _ *item) { q.Len() }},
		{"after its effect", true, newLocked, func(q linear.Queue, x *item) { q.Put(x) }},
		{"between its steps", false, newMPSC, func(q linear.Queue, x *item) {
			q.(*mpsc).head.Swap(&node{x: x})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := explore.Run(func() {
				rec := linear.NewRecorder[linear.Seq](2)
				q := c.fresh()
				th := explore.Go(func() {
					x := &item{ID: 1 << 14}
					rec.Client(1).Call(linear.Put{In: linear.Of(x.ID)})
					c.stop(q, x)
				})
				client := linear.NewQueueClient(rec, 0, q)
				client.Put()
				client.Get()
				client.Get()
				th.Join()
				h := rec.History()
				err := linear.FIFO.Judge(h)
				explore.Assert(err == nil, "%v\n%v", err, h)
			})
			require.NoError(t, err)
			require.Equal(t, c.good, r.Verdict == explore.Verified)
			if !c.good {
				require.Contains(t, r.Violation.Text(), "whatever the 1 that is pending has done")
			}
		})
	}
}

func TestWhatCannotBeRecorded(t *testing.T) {
	type recorder = linear.Recorder[linear.Seq]
	type client = linear.Client[linear.Seq]
	for _, c := range []struct {
		want   string
		misuse func(rec *recorder, c *client)
	}{
		{"linear: Return: client 1 is in no operation", func(_ *recorder, c *client) {
			c.Return(0, linear.Len{})
		}},
		{"linear: Return: client 1 is in no operation", func(_ *recorder, c *client) {
			at := c.Call()
			c.Return(at, linear.Len{})
			c.Return(at, linear.Len{})
		}},
		{"linear: Call: client 1 is in operation 1", func(_ *recorder, c *client) {
			c.Call()
			c.Call()
		}},
		{"linear: Return: client 1 is in operation 2, not 1", func(_ *recorder, c *client) {
			first := c.Call()
			c.Return(first, linear.Len{})
			c.Call()
			c.Return(first, linear.Len{})
		}},
		{"linear: Return: client 1 is in no operation", func(rec *recorder, c *client) {
			at := c.Call()
			rec.Reset()
			c.Return(at, linear.Len{})
		}},
	} {
		t.Run(c.want, func(t *testing.T) {
			run := func() {
				rec := linear.NewRecorder[linear.Seq](2)
				c.misuse(rec, rec.Client(1))
			}
			requirePanic(t, c.want, run)
			r, err := explore.Run(run)
			require.NoError(t, err)
			require.Equal(t, explore.Violated, r.Verdict)
			require.Equal(t, explore.Panic, r.Violation.Property)
			require.Contains(t, r.Violation.Text(), c.want)
		})
	}
}

// requirePanic checks that f panics with a message that contains want.
func requirePanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() { require.Contains(t, fmt.Sprint(recover()), want) }()
	f()
}

// What an operation may have done must be said before it is pending.
func TestAPendingOperationMustBeDescribed(t *testing.T) {
	const want = "linear: History: client 1 is in an operation"
	program := func() {
		rec := linear.NewRecorder[linear.Seq](2)
		var x explore.Bool
		rec.Client(1).Call()
		x.Store(true)
		rec.History()
	}
	r, err := explore.Run(program)
	require.NoError(t, err)
	require.Equal(t, explore.Panic, r.Violation.Property)
	require.Contains(t, r.Violation.Text(), want)
	requirePanic(t, want, func() {
		rec := linear.NewRecorder[linear.Seq](2)
		rec.Client(1).Call()
		rec.History()
	})
}

func TestAnotherThreadMustNotReturn(t *testing.T) {
	r, err := explore.Run(func() {
		c := linear.NewRecorder[linear.Seq](1).Client(0)
		at := c.Call()
		explore.Go(func() { c.Return(at, linear.Len{}) })
	})
	require.NoError(t, err)
	require.Equal(t, explore.Panic, r.Violation.Property)
	require.Contains(t, r.Violation.Text(), "thread 1 returns from what thread 0 has called")
}

// A recorder that is made outside of the program outlives executions that are cut in the middle
// of an operation, or fail there.
func TestARecorderOutsideOfTheProgram(t *testing.T) {
	rec := linear.NewRecorder[linear.Seq](3)
	program := func() {
		rec.Reset()
		q := newLocked()
		var threads []*explore.Thread
		for i := range 3 {
			c := linear.NewQueueClient(rec, i, q)
			threads = append(threads, explore.Go(func() { c.Put(); c.Get() }))
		}
		for _, th := range threads {
			th.Join()
		}
		h := rec.History()
		err := linear.FIFO.Judge(h)
		explore.Assert(err == nil, "%v\n%v", err, h)
	}
	r := explore.Test(t, program, explore.Preemptions(2))
	require.Positive(t, r.Cut, "no execution is given up")
}
