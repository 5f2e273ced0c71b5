// Package linear checks that queue operations are linearizable: that each has
// its effect, and gives the answer, of one moment between its call and its
// return (invariant I9; Herlihy and Wing, 1990).
//
// The nouns:
//
//   - [Op]: an operation with its answer, and its sequential specification.
//   - [Spec]: a specification: initial state and name. [FIFO], [RingsOf].
//   - [Recorder], [Client]: stamp operations while threads execute them.
//   - [History]: what was recorded. [Spec.Judge] gives the verdict, [Check] fails
//     a test with it and leaves a picture, [Cache] judges each history once.
//   - [Stress]: many short histories of real threads.
//   - [QueueClient], [RingOwner]: clients that execute and record the operations
//     of queues and rings, on any host.
//
// # To check a queue
//
// A FIFO with the four methods of [Queue], or the seven of [BatchQueue]:
//
//	func TestMyQueueIsLinearizable(t *testing.T) {
//		linear.StressQueue(t, linear.DefaultPlan, func() linear.Queue { return &myQueue[linear.Item]{} })
//	}
//
// A ring with runnext and steals: [StressRings]. An object of another kind:
// write its operations as types that implement [Op], and give [Stress] workers
// that record them. Under a controlled host, let the threads of the program be
// QueueClients or RingOwners, and give the history of each execution to a Cache.
//
// # Windows
//
// Deciding linearizability is NP-complete, and in practice exponential in what
// overlaps, so histories are short: some 40 operations. A longer life of an
// object is cut where nobody is in an operation, and only where the state is
// known besides, because [Subject].Settle has brought it back to the initial one
// by recorded operations. Rejected: cutting at any quiescent moment and going on
// from the final state of one explanation; another explanation may end in
// another state, so that would be a false alarm.
//
// The decision is porcupine's (Athalye; the algorithm is Wing and Gong's with
// Lowe's memory of states seen).
//
// # Limits
//
// A history is one execution; Stress misses what did not happen. Liveness is no
// matter of linearizability: a steal that always loses passes as long as there
// is somebody to lose against.
package linear
