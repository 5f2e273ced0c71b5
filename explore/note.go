package explore

import "schedlab/explore/internal/engine"

// Note is a one-shot event: one thread sleeps on it, another wakes that thread. A
// wakeup before the sleep is not lost. The zero Note is clear.
type Note struct{ w engine.Word }

// Sleep waits until the Note has been signaled since the last Clear.
func (n *Note) Sleep() { n.w.NoteSleep("Note.Sleep", engine.NoDeadline) }

// SleepFor is Sleep for at most ns nanoseconds of virtual time: see [Now]. It
// says whether the Note was signaled.
func (n *Note) SleepFor(ns int64) (signaled bool) {
	return n.w.NoteSleep("Note.SleepFor", max(ns, 0))
}

// Wakeup signals the Note. A second Wakeup without a Clear between is a violation of
// [DoubleWakeup]: two threads believe that the sleeper is theirs to wake.
func (n *Note) Wakeup() { n.w.NoteWakeup("Note.Wakeup") }

// Clear makes the Note ready for another use.
func (n *Note) Clear() { n.w.NoteClear("Note.Clear") }

// Signaled says whether the Note is signaled.
func (n *Note) Signaled() bool { return n.w.NoteLooked("Note.Signaled") }

// Cond is a controlled [sync.Cond]. It wakes threads in the order in which they began to
// wait.
type Cond struct {
	L *Mutex
	w engine.Word
}

// Wait releases c.L, waits for Signal or Broadcast, and takes c.L again.
func (c *Cond) Wait() {
	engine.CondWait(&c.w, &c.L.w, "Cond.Wait")
	c.L.Lock()
}

// Signal wakes the thread that has waited longest, if there is one.
func (c *Cond) Signal() { c.w.CondWake(engine.OpSignal, 1, "Cond.Signal") }

// Broadcast wakes all threads that wait.
func (c *Cond) Broadcast() { c.w.CondWake(engine.OpBroadcast, -1, "Cond.Broadcast") }

// Wait is the wait of futex(2): if the value is still v it waits until Wake. It waits for
// at most ns nanoseconds of virtual time, or without limit if ns is negative. It says
// whether it was woken.
func (x *Uint32) Wait(v uint32, ns int64) (woken bool) {
	return x.w.FutexWait(v, ns, "Uint32.Wait")
}

// Wake wakes up to n of the threads in Wait, any of them, and returns how many it woke.
func (x *Uint32) Wake(n int) (woken int) { return x.w.FutexWake(n, "Uint32.Wake") }
