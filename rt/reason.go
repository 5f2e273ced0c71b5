package rt

import "schedlab/rt/event"

// WaitReason says what a Waiting G waits for. Package event defines it, because events
// tell it, too.
type WaitReason = event.WaitReason

const (
	WaitNone        = event.WaitNone
	WaitChanSend    = event.WaitChanSend
	WaitChanReceive = event.WaitChanReceive
	WaitSelect      = event.WaitSelect
	WaitMutex       = event.WaitMutex
	WaitSemaphore   = event.WaitSemaphore
	WaitWaitGroup   = event.WaitWaitGroup
	WaitCond        = event.WaitCond
	WaitSleep       = event.WaitSleep
	WaitIO          = event.WaitIO
	WaitGC          = event.WaitGC
	WaitOther       = event.WaitOther
)
