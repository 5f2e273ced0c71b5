package explore

import (
	"fmt"
	"math"
	"sync"

	"schedlab/explore/internal/engine"
)

// Once is a controlled [sync.Once]. Do takes the one step that finds it done, or the steps
// of a lock.
type Once struct {
	done Bool
	m    Mutex
}

// Do calls f if this is the first call of Do for o. Every call returns only after f has
// returned. If f calls o.Do, that is a deadlock.
func (o *Once) Do(f func()) {
	if o.done.Load() {
		return
	}
	o.m.Lock()
	defer o.m.Unlock()
	if !o.done.Load() {
		defer o.done.Store(true)
		f()
	}
}

// WaitGroup is a controlled [sync.WaitGroup]. Package sync forbids to call Add concurrently
// with Wait when the counter is zero. That is reported only where it makes a difference.
type WaitGroup struct{ n Uint32 }

// Add adds delta to the counter. If the counter becomes zero, Add wakes all threads that
// wait; if it becomes negative, Add panics.
func (wg *WaitGroup) Add(delta int) {
	n := int32(wg.n.Add(uint32(delta)))
	if n < 0 {
		panic(fmt.Sprintf("explore: WaitGroup.Add: the counter is %d; "+
			"Done was called more often than Add announced", n))
	}
	if n == 0 && len(wg.n.w.Waiters()) > 0 {
		wg.n.Wake(math.MaxInt)
	}
}

// Done subtracts 1 from the counter.
func (wg *WaitGroup) Done() { wg.Add(-1) }

// Wait waits until the counter is zero.
func (wg *WaitGroup) Wait() {
	for n := wg.n.Load(); n != 0; n = wg.n.Load() {
		if wg.n.Wait(n, engine.NoDeadline) {
			return
		}
	}
}

// Go runs f on a thread of its own, for which Wait waits.
func (wg *WaitGroup) Go(f func()) {
	wg.Add(1)
	Go(func() {
		f()
		wg.Done()
	})
}

// NewCond returns a Cond with the lock l.
func NewCond(l *Mutex) *Cond { return &Cond{L: l} }

// RLocker returns a locker that calls m.RLock and m.RUnlock.
func (m *RWMutex) RLocker() sync.Locker { return (*rlocker)(m) }

type rlocker RWMutex

func (r *rlocker) Lock()   { (*RWMutex)(r).RLock() }
func (r *rlocker) Unlock() { (*RWMutex)(r).RUnlock() }

func (o *Once) named(t *engine.Thread, name string) {
	o.done.named(t, name)
	o.m.named(t, name+"'s lock")
}

func (wg *WaitGroup) named(t *engine.Thread, name string) { wg.n.named(t, name) }
