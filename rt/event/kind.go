package event

// Kind says what happened.
type Kind uint8

const (
	Spawn       Kind = iota + 1 // G was made, by By; 0: from outside, or by no G
	Run                         // G runs, for the first time or again
	Ready                       // G waited; By made it runnable; 0: a timer or the network did
	Park                        // G waits for Reason; if that has happened already, it runs next
	End                         // G ended
	Yield                       // G gave way of its own will
	Preempted                   // G gave way because it was asked to
	Syscall                     // G makes a system call
	SyscallEnd                  // G is back from it and runs
	SyscallSlow                 // G is back from it and waits for its turn to run
	Timer                       // a timer fired
	StopWorld                   // G asks all others to stand still
	Stopped                     // they do
	StartWorld                  // G lets them go on
	Poll                        // the network has readied N Gs
	MStart                      // the M's thread was started

	// What designs tell, by methods of their M.

	MPark     // the M goes to sleep
	MWake     // the M was woken
	Steal     // the M took N Gs from P Of
	GlobalGet // the M took N Gs from the global queue
	Handoff   // P Of was given up because of a system call
	Retake    // P Of was taken from an M in a system call

	numKinds
)

// kindTexts say what happened: %g is the G, %b the one that did it, %o the P, %n
// the number, %r the reason.
var kindTexts = [numKinds]string{
	Spawn:       "%g is spawned by %b",
	Run:         "%g runs",
	Ready:       "%g is readied by %b",
	Park:        "%g waits: %r",
	End:         "%g ends",
	Yield:       "%g yields",
	Preempted:   "%g is preempted",
	Syscall:     "%g makes a system call",
	SyscallEnd:  "%g is back from the system call",
	SyscallSlow: "%g is back from the system call and queues",
	Timer:       "a timer fires",
	StopWorld:   "%g stops the world",
	Stopped:     "the world stands still",
	StartWorld:  "%g starts the world",
	Poll:        "the network readies %n",
	MStart:      "the M starts",
	MPark:       "the M parks",
	MWake:       "the M wakes",
	Steal:       "steals %n from %o",
	GlobalGet:   "takes %n from the global queue",
	Handoff:     "%o is handed off for a system call",
	Retake:      "%o is retaken from a system call",
}

// leavesM is the bit set of the kinds after which no G runs on the M.
const leavesM = 1<<Park | 1<<End | 1<<Yield | 1<<Preempted | 1<<SyscallSlow

// leaves says whether no G runs on the M after an event of kind k.
func (k Kind) leaves() bool { return leavesM>>k&1 != 0 }
