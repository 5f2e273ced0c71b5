package host

import "errors"

// PollEvent says that the descriptor added with Tag may be read or written again. Errors
// and hang-ups set both: the next read or write tells which it is.
type PollEvent struct {
	Tag                uint64
	Readable, Writable bool
}

// BreakTag is the one tag that Poller.Add refuses.
const BreakTag = ^uint64(0)

var errPollerClosed = errors.New(
	"host: Poller: it is not open: call Open first, and see that it succeeds")
