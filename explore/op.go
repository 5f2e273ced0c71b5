package explore

// kind is what a visible operation does.
type kind uint8

// The visible operations. Each is one event; everything between two of them
// belongs to the first.
const (
	opNone kind = iota
	opLoad
	opStore
	opSwap
	opCAS
	opAdd
	opAnd
	opOr
	opLock // of an RWMutex with readers: shuts others out, and opDrain follows
	opTryLock
	opUnlock
	opRLock
	opTryRLock
	opRUnlock
	opNoteSleep
	opNoteWakeup
	opNoteClear
	opCondWait // releases the mutex and queues the thread
	opSignal
	opBroadcast
	opFutexWait // compares, and queues the thread if equal
	opFutexWake
	opWoken // goes on after having been queued
	opTimeout
	opJoin
	opNow
	opDrain // waits for the readers of an RWMutex, and locks it
)

var kindNames = [...]string{
	opNone: "none", opLoad: "load", opStore: "store", opSwap: "swap", opCAS: "CAS", opAdd: "add", opAnd: "and", opOr: "or",
	opLock: "lock", opTryLock: "try lock", opUnlock: "unlock", opRLock: "read lock", opTryRLock: "try read lock",
	opRUnlock: "read unlock", opNoteSleep: "sleep", opNoteWakeup: "wakeup", opNoteClear: "clear", opCondWait: "wait",
	opSignal: "signal", opBroadcast: "broadcast", opFutexWait: "futex wait", opFutexWake: "futex wake", opWoken: "woken",
	opTimeout: "time out", opJoin: "join", opNow: "now",
	opDrain: "lock after the readers",
}

func (k kind) String() string { return kindNames[k] }

// valid says whether there is such a kind.
func (k kind) valid() bool { return int(k) < len(kindNames) }

// mode is how an event touches an object. Two events of different threads are
// dependent if they touch an object in common and one of them changes it.
type mode uint8

const (
	reads mode = iota
	writes
)

// op is what a thread is about to do: its next visible operation.
type op struct {
	kind kind
	obj  *object // nil: none
	obj2 *object // nil: none; always written
	want uint64  // CAS: the value expected
	join *thread // Join: the thread waited for
}

// mode returns how o would touch obj if it were executed now. Only a CAS
// depends on the state: one that fails is a read.
func (o *op) mode() mode {
	switch o.kind {
	case opLoad, opRLock, opTryRLock, opRUnlock, opNoteSleep, opNow:
		return reads
	case opCAS, opFutexWait:
		if o.obj.bits != o.want {
			return reads
		}
	}
	return writes
}

// Event is one executed operation.
type event struct {
	thread int32
	seq    int32 // the thread's how manieth, from 1
	kind   kind
	mode   mode
	ok     bool  // CAS, TryLock, timed waits: whether it succeeded
	waited bool  // it had waited, after Pause, for others to write
	timed  bool  // it had a time limit
	early  bool  // it timed out before its time
	after  bool  // time had advanced before it: it follows everything
	aw0    int32 // waited: what it had waited for is e.awaited[aw0:aw1]
	aw1    int32
	from   int32 // an event that it follows besides: of the thread joined, of who woke it; -1
	obj    int32 // id, or noObject
	obj2   int32
	old    uint64 // the value before
	new    uint64 // the value after
	want   uint64 // CAS: the value expected
	now    int64  // the time before it
	due    int64  // timed: its limit
}

const noObject = -1

// lapsed says whether ev timed out.
func (ev *event) lapsed() bool { return ev.timed && (ev.kind == opTimeout || !ev.ok) }
