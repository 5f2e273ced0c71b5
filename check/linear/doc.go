// Package linear checks that queue operations are linearizable: each has its effect, and gives
// the answer, of one moment between its call and its return (invariant I9; Herlihy and Wing,
// 1990).
//
// The nouns:
//
//   - [Op]: an operation with its answer, and its sequential specification.
//   - [Spec]: a specification: initial state and name. [FIFO], [RingsOf].
//   - [Recorder], [Client]: stamp operations while threads execute them.
//   - [History]: what was recorded. [Spec.Judge] gives the verdict, [Check] fails a test with
//     it and leaves a picture, [Cache] judges each history once.
//   - [Never], [GetSome], [NoEffect]: for operations that are pending when a history ends.
//   - [Stress]: many short histories of real threads.
//   - [QueueClient], [RingOwner]: clients that execute and record the operations of queues
//     and rings, on any host.
//
// # Files
//
//	history.go      operations, events, histories; the recorder and its clock
//	spec.go         specifications and verdicts
//	check.go        Check, for tests
//	cache.go        Cache, for checkers that meet a history again and again
//	seq.go          sequences of elements, of which states are made
//	fifo.go         the specification of a FIFO
//	ring.go         the specification of rings with runnext and steals
//	stress.go       Stress, for any object
//	stress_fifo.go  clients of FIFOs, StressQueue
//	stress_ring.go  owners of rings, StressRings
//
// # To check a queue
//
// A FIFO needs the four methods of [Queue], or the seven of [BatchQueue]:
//
//	func TestMyQueueIsLinearizable(t *testing.T) {
//		linear.StressQueue(t, linear.DefaultPlan, func() linear.Queue {
//			return &myQueue[linear.Item]{}
//		})
//	}
//
// For a ring with runnext and steals, use [StressRings]. For an object of another kind, write
// its operations as types that implement [Op], and give [Stress] workers that record them.
//
// # To explore a queue
//
// Let the threads of a program for package explore be QueueClients or RingOwners, or let them
// record their operations by Clients. At its end, judge the history of the execution:
//
//	explore.Test(t, func() {
//		rec, q := linear.NewRecorder[linear.Seq](2), &myQueue{}
//		a, b := linear.NewQueueClient(rec, 0, q), linear.NewQueueClient(rec, 1, q)
//		other := explore.Go(func() { b.Put(); b.Get() })
//		a.Put()
//		other.Join()
//		err := linear.FIFO.Judge(rec.History())
//		explore.Assert(err == nil, "%v", err)
//	})
//
// The verdict is exact: see 'Under package explore'. An operation that has not returned when
// the history is taken is pending: it may have had its effect, or may not. What that is must be
// said to [Client].Call, as QueueClients do. A [Cache] judges each history once.
//
// # Windows
//
// To decide linearizability is NP-complete, and in practice the time is exponential in the
// number of operations that overlap. So histories are short: some 40 operations. A longer life
// of an object is cut at moments when no client is in an operation and the state is known. It is
// known because [Subject].Settle has brought it back to the initial one by recorded operations.
//
// Rejected: to cut at any such moment, and go on from the final state of one explanation of the
// history. Another explanation may end in another state, so that would be a false alarm.
//
// Package porcupine decides (Athalye; the algorithm is that of Wing and Gong, with Lowe's memory
// of the states seen).
//
// # Limits
//
// A RingOwner's operations cannot be pending: some have two effects, each at a moment of its own.
//
// A history is one execution, and Stress misses what did not happen. Linearizability says
// nothing about liveness: a steal that always loses passes as long as there is another
// operation to lose against.
package linear
