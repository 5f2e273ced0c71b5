package host

// FutexNote is the [Note] of the real host: a one-shot event on which one thread sleeps and
// which another thread signals. It is the way to park and unpark an M. The zero FutexNote
// is clear.
//
// A wakeup before the sleep is not lost: the sleep returns at once. A second wakeup without
// a Clear in between panics, because two threads then believe that they own the same
// sleeper.
//
// Protocol:
//
//	Sleep                                 Wakeup
//	1. done if the word is signaled       1. swap in signaled
//	2. CAS clear -> sleeping              2. if it was signaled: panic
//	3. sleep while the word is sleeping   3. if it was sleeping: wake one
//	4. go to 1
//
// If the swap of Wakeup comes before step 2 of Sleep, the CAS fails and step 1 sees the
// signal. If the swap comes after, it finds sleeping. Then the kernel has the sleeper on
// its list, or refuses to put it there, since the word has changed. A note without a
// sleeper costs the waker no system call.
//
// Between steps 1 and 3 of Wakeup the sleeper may see the signal, clear the note and sleep
// on it again. The waker's system call then ends that sleep too early, which is why step 4
// of Sleep looks at the word again.
type FutexNote struct {
	word Uint32
}

const (
	noteClear    = 0
	noteSleeping = 1
	noteSignaled = 2
)

// Clear makes a signaled Note ready for another use. It may be called once the Wakeup of
// the last use has been seen and before anybody can call the next: by the sleeper, or by
// the thread that prepares the note for it.
func (n *FutexNote) Clear() { n.word.Store(noteClear) }

// Sleep waits until Wakeup has been called since the last Clear. It says whether it asked
// the kernel to sleep. Executed by one thread at a time.
func (n *FutexNote) Sleep() (slept bool) {
	for n.word.Load() != noteSignaled {
		if n.word.CompareAndSwap(noteClear, noteSleeping) || n.word.Load() == noteSleeping {
			slept = true
			futexSleep(&n.word, noteSleeping, -1)
		}
	}
	return slept
}

// SleepFor is Sleep with a limit in nanoseconds. It says whether the Note was signaled.
// After false the Note is clear, and may be signaled at any time.
func (n *FutexNote) SleepFor(ns int64) (signaled bool) {
	start := Nanotime()
	for n.word.Load() != noteSignaled {
		elapsed := Nanotime() - start // never start+ns, which may overflow
		if elapsed >= ns {
			return n.giveUp()
		}
		if n.word.CompareAndSwap(noteClear, noteSleeping) || n.word.Load() == noteSleeping {
			futexSleep(&n.word, noteSleeping, ns-elapsed)
		}
	}
	return true
}

// giveUp takes back "sleeping", so that a later Wakeup spends no system call on a sleeper
// that has gone. It says true, and does nothing, if Wakeup came first.
func (n *FutexNote) giveUp() (signaled bool) {
	n.word.CompareAndSwap(noteSleeping, noteClear)
	return n.word.Load() == noteSignaled
}

// Wakeup signals the Note and wakes its sleeper if there is one. It says whether that took
// a system call. Executed by anybody, once per Clear.
func (n *FutexNote) Wakeup() (woke bool) {
	switch n.word.Swap(noteSignaled) {
	case noteSignaled:
		panic("host: Note.Wakeup: the note was already signaled: two wakers own one sleeper")
	case noteSleeping:
		futexWake(&n.word)
		return true
	}
	return false
}
