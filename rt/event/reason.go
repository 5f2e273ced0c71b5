package event

import "fmt"

// WaitReason says what a waiting G waits for.
type WaitReason uint8

const (
	WaitNone WaitReason = iota
	WaitChanSend
	WaitChanReceive
	WaitSelect
	WaitMutex
	WaitSemaphore
	WaitWaitGroup
	WaitCond
	WaitSleep
	WaitIO
	WaitGC
	WaitOther

	NumWaitReasons
)

var waitReasonNames = [NumWaitReasons]string{
	"nothing", "chan send", "chan receive", "select", "mutex", "semaphore",
	"wait group", "cond", "sleep", "IO", "GC", "something of the user's",
}

func (r WaitReason) String() string {
	if r < NumWaitReasons {
		return waitReasonNames[r]
	}
	return fmt.Sprintf("WaitReason(%d)", uint8(r))
}
