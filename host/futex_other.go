//go:build (!linux || portable) && !model && !sim

package host

import (
	"sync"
	"time"
)

// sleepers replaces futex(2) on systems without it: a table of sleepers by address. It is
// slower by a channel operation, and the Go runtime does park the thread. What is counted
// stays the same. The build tag portable selects it everywhere, so that it can be tested
// where there is a futex(2).
//
// No wakeup is lost, because a waker changes the word before it takes the table's lock. A
// sleeper that takes the lock later sees the change; one that took it earlier is in the
// table.
var sleepers = struct {
	sync.Mutex
	at map[*Uint32][]chan struct{}
}{at: map[*Uint32][]chan struct{}{}}

// futexSleep sleeps while *w == val, at most ns nanoseconds (no limit if negative). It may
// return early, so callers look at the word again.
func futexSleep(w *Uint32, val uint32, ns int64) {
	sleepers.Lock()
	if w.Load() != val {
		sleepers.Unlock()
		return
	}
	c := make(chan struct{}, 1)
	sleepers.at[w] = append(sleepers.at[w], c)
	sleepers.Unlock()
	if ns < 0 {
		<-c
		return
	}
	limit := time.NewTimer(time.Duration(ns))
	defer limit.Stop()
	select {
	case <-c:
	case <-limit.C:
		withdraw(w, c)
	}
}

// withdraw takes c off the sleepers of w. If a waker has chosen it already, the wakeup is
// passed on: this sleeper's time is up, and it may not look at the word again.
func withdraw(w *Uint32, c chan struct{}) {
	sleepers.Lock()
	defer sleepers.Unlock()
	for i, other := range sleepers.at[w] {
		if other == c {
			sleepers.at[w] = append(sleepers.at[w][:i], sleepers.at[w][i+1:]...)
			if len(sleepers.at[w]) == 0 {
				delete(sleepers.at, w)
			}
			return
		}
	}
	wakeFirst(w)
}

// futexWake wakes one thread that sleeps on w, if there is one.
func futexWake(w *Uint32) {
	sleepers.Lock()
	defer sleepers.Unlock()
	wakeFirst(w)
}

// wakeFirst needs the sleepers' lock.
func wakeFirst(w *Uint32) {
	waiting := sleepers.at[w]
	if len(waiting) == 0 {
		return
	}
	waiting[0] <- struct{}{}
	if len(waiting) == 1 {
		delete(sleepers.at, w)
	} else {
		sleepers.at[w] = waiting[1:]
	}
}
