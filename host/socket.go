package host

import "errors"

// ErrWouldBlock says that the operation can do nothing now. It may when the Poller says so:
// see 'Edges'.
var ErrWouldBlock = errors.New(
	"host: the socket is not ready: wait for an event of the Poller, then try again")
