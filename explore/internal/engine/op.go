package engine

// Kind is what a visible operation does.
type Kind uint8

// The visible operations. Each is one event; everything between two of them belongs to the
// first.
const (
	OpNone Kind = iota
	OpLoad
	OpStore
	OpSwap
	OpCAS
	OpAdd
	OpAnd
	OpOr
	OpLock // of an RWMutex with readers: shuts others out, and OpDrain follows
	OpTryLock
	OpUnlock
	OpRLock
	OpTryRLock
	OpRUnlock
	OpNoteSleep
	OpNoteWakeup
	OpNoteClear
	OpCondWait // releases the mutex and queues the thread
	OpSignal
	OpBroadcast
	OpFutexWait // compares, and queues the thread if equal
	OpFutexWake
	OpWoken // goes on after having been queued
	OpTimeout
	OpJoin
	OpNow
	OpDrain  // waits for the readers of an RWMutex, and locks it
	OpRecord // nothing else: see 'Recorded operations'
)

var kindNames = [...]string{
	OpNone: "none", OpLoad: "load", OpStore: "store", OpSwap: "swap", OpCAS: "CAS", OpAdd: "add",
	OpAnd: "and", OpOr: "or", OpLock: "lock", OpTryLock: "try lock", OpUnlock: "unlock",
	OpRLock: "read lock", OpTryRLock: "try read lock", OpRUnlock: "read unlock",
	OpNoteSleep: "sleep", OpNoteWakeup: "wakeup", OpNoteClear: "clear", OpCondWait: "wait",
	OpSignal: "signal", OpBroadcast: "broadcast", OpFutexWait: "futex wait",
	OpFutexWake: "futex wake", OpWoken: "woken", OpTimeout: "time out", OpJoin: "join",
	OpNow: "now", OpDrain: "lock after the readers", OpRecord: "record",
}

// String returns the name of k.
func (k Kind) String() string { return kindNames[k] }

// Compares says whether it depends on the value what an operation of this kind does.
func (k Kind) Compares() bool { return k == OpCAS || k == OpFutexWait }

// waits says whether operations of this kind are impossible in some states.
func (k Kind) waits() bool { return 1<<(k&31)&waiting != 0 }

// waiting has a bit for each kind of operations that may have to wait.
const waiting = 1<<OpLock | 1<<OpRLock | 1<<OpNoteSleep | 1<<OpWoken | 1<<OpTimeout | 1<<OpJoin |
	1<<OpDrain

// wakes says whether operations of this kind wake threads in a queue.
func (k Kind) wakes() bool { return k == OpSignal || k == OpBroadcast || k == OpFutexWake }

// Learns says whether the thread of an operation of this kind may do something else afterwards
// if other threads do something else before. One that only tells others something does not.
func (k Kind) Learns() bool {
	switch k {
	case OpStore, OpUnlock, OpRUnlock, OpNoteWakeup, OpNoteClear, OpSignal, OpBroadcast:
		return false
	}
	return true
}

// WaitsForLock says whether operations of this kind wait for what Event.Locks has taken.
func (k Kind) WaitsForLock() bool { return k == OpLock || k == OpRLock || k == OpNoteSleep }

// Valid says whether there is such a kind.
func (k Kind) Valid() bool { return int(k) < len(kindNames) }

// Mode is how an event touches an object. Two events of different threads are dependent if
// they touch an object in common and one of them changes it.
type Mode uint8

const (
	Reads Mode = iota
	Writes
)

// Op is what a thread is about to do: its next visible operation.
type Op struct {
	Kind Kind
	Obj  *Object // nil: none
	Obj2 *Object // nil: none; always written
	want uint64  // CAS: the value expected
	Join *Thread // Join: the thread waited for
}

// mode returns how o would touch Obj if it were executed now. Only operations that compare
// depend on the state: one that fails is a read.
func (o *Op) mode() Mode {
	switch o.Kind {
	case OpLoad, OpRLock, OpTryRLock, OpRUnlock, OpNoteSleep, OpNow, OpRecord:
		return Reads
	case OpCAS, OpFutexWait:
		if o.Obj.bits != o.want {
			return Reads
		}
	}
	return Writes
}
