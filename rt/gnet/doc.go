// Package gnet is the network for Gs: TCP connections, and descriptors of the caller's, that block
// the G alone. The Gs of designs/native get package net itself. The others get the same API, in
// one of two ways ([Network]):
//
//   - Polled: the descriptor does not block, and a G for which there is nothing to do parks until
//     the scheduler's poller readies it. Its M runs others.
//   - Threads: package net, with each call that may block inside G.BlockingSyscall. A call takes a
//     thread from the design for as long as it lasts. That is how it was before pollers, and how
//     it is on other systems than Linux.
//
// Addresses are an IP and a port, "127.0.0.1:80" or "[::1]:80": names are not resolved. Any G may
// use a Conn or a Listener concurrently with others. Reads take turns, and so do writes and
// accepts. Close ends what is under way.
//
// # Closing a descriptor in use
//
// The kernel gives the number of a closed descriptor to the next one that is opened. A G that was
// about to read(2) would then read from a stranger. So the G that leaves last closes, and after a
// Close no other enters (as in Go's internal/poll/fd_mutex.go). The word users counts the Gs that
// are inside and knows whether the descriptor is closing:
//
//	a G that uses the descriptor              a G that closes it
//	1. CAS: one user more, unless it is       1. CAS: closing, and one user more,
//	   closing: then fail                        unless it is closing: then fail
//	2. try; while that would block, wait      2. PollDesc.Close: a G that waits is
//	   for the poller, unless the PollDesc       woken and fails, one that would wait
//	   is closed: then fail                      fails, the poller forgets the number
//	3. one user less; closing, and it was     3. one user less; it was the last:
//	   the last: close(2)                        close(2)
//
// Each step 1 is a change of the same word. So of two closers one fails, and each user comes
// before the closing or not at all. From then on the count only falls, since no G enters. And each
// step 3 on the left comes, since no G waits on after step 2 on the right. So the count falls
// to 0 exactly once. That is after the last use of the number, and after step 2 on the right,
// whose G is counted as well; close(2) comes then.
//
// Step 3 is deferred. So a G that is abandoned while it waits leaves as any other, and its own
// deferred Close, or another's, gives the descriptor back.
//
// # Turns
//
// A PollDesc has one place for a G that reads and one for a G that writes. A gsync.Mutex for each
// lets one G at a time in, before step 1, for a whole Write: the bytes of two are not mixed. Gs
// that queue when the Conn is closed get their turns one after the other, and fail at step 1.
//
// # What nobody closes
//
// A Conn that is forgotten keeps its descriptor until its scheduler is closed and neither can be
// reached any more; then the garbage collector closes it. (Package net's are closed when they
// cannot be reached.)
package gnet
