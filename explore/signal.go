package explore

import (
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// askedToEnd is the signal by which the process was asked to end; nil: it was not.
// Those explorations end at once that begin later.
var askedToEnd atomic.Pointer[os.Signal]

// endBySignal ends an exploration when the process is asked to end, so that it has
// its verdict. The function that it returns ends that.
func (x *exploration) endBySignal() (done func()) {
	if s := askedToEnd.Load(); s != nil {
		x.ctl.Stop(x.ended(*s))
		return func() {}
	}
	asked, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-asked:
			signal.Stop(asked) // a second one ends the process
			askedToEnd.Store(&s)
			x.ctl.Stop(x.ended(s))
		case <-over:
		}
	}()
	return func() { signal.Stop(asked); close(over) }
}

// ended says that s has ended x, and how what was done could be of use.
func (x *exploration) ended(s os.Signal) string {
	text := fmt.Sprintf("the process was asked to end (%v)", s)
	switch {
	case x.kept():
		text += "; run it again to go on"
	case x.shared != nil:
		text += "; -explore.resume=$PWD/part.json would have kept what was done"
	}
	return text
}
