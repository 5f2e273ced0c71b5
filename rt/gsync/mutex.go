package gsync

import (
	"sync"

	"schedlab/host"
	"schedlab/rt"
)

// Mutex is a lock of Gs. The zero Mutex is unlocked. It belongs to no G: one may lock it and
// another unlock it.
//
// # Fairness
//
// Waiters are served first come, first served, with one exception. A G that finds the Mutex
// unlocked may take it before the waiter that was woken for it. The G runs already, while the
// waiter may wait long for its turn on a run queue. The alternative is that each Unlock hands the
// Mutex over. Once one G was preempted while it held the Mutex, all Gs that lock it in loops
// would then have to switch at every turn, for ever.
//
// The bound: the first waiter is overtaken at most maxOvertaken times. Then, or once it was woken
// and found the Mutex taken, the next Unlock hands the Mutex over. A waiter that was overtaken
// goes back to the head of the queue, so a G with n waiters ahead of it is overtaken at most
// (n+1)*maxOvertaken times. (Go's own Mutex once put it at the tail, and had no bound: Go issue
// 13086.)
//
// # Mutex
//
// word is all there is while nobody waits. Once it has the bit waited, it changes under mu alone:
// the CASes by which Lock and Unlock do without mu fail then.
//
//	Lock (G)                                Unlock
//	1. CAS free to held: done               1. CAS held to free: done
//	2. lock mu                              2. lock mu
//	3. swap in held and waited: if it was   3. nobody waits: word is free; done
//	   free, G has it; take back waited     4. the first waiter was overtaken
//	   if nobody waits; done                   enough: word stays held, it is
//	4. get on the queue, ParkUnlock            the waiter's; Ready, unless it
//	5. lock mu                                 is woken already
//	6. not in woken: it was handed over     5. else: word is waited but not
//	7. leave woken; word is free: take it      held; the first waiter moves
//	   else: to the head of the queue,         from the queue to woken, if that
//	   count as overtaken enough, go to 4      is empty; Ready
//
// No wakeup is lost. Step 3 of Lock sets waited before G queues, both under mu. If an Unlock
// comes before, G gets the Mutex at step 3. If it comes after, its step 1 fails, and it finds G
// on the queue. The field woken holds the one G that was readied to try; that G is on a run
// queue, so it cannot be on ours.
type Mutex struct {
	native sync.Mutex // for native Gs; the rest is then unused

	// word is free, or held and waited. Partners: the CASes that lock and unlock without mu.
	word host.Uint32

	mu        host.Mutex
	waiters   gs
	woken     *rt.G
	overtaken int // others that took the Mutex since the first waiter is first
}

const (
	mutexFree   = 0
	mutexHeld   = 1
	mutexWaited = 2

	// High enough to make a hand-over's switch cheap per Lock, and low enough to wait for: 64
	// critical sections are some µs.
	maxOvertaken = 64
)

// Lock takes m, and blocks until it can.
func (m *Mutex) Lock(g *rt.G) {
	if g.Native() {
		m.native.Lock()
		return
	}
	g.Checkpoint()
	if !m.word.CompareAndSwap(mutexFree, mutexHeld) {
		m.lockSlow(g.Parker())
	}
}

func (m *Mutex) lockSlow(p rt.Parker) {
	g := p.G()
	p.Lock(&m.mu)
	if m.take() {
		m.settle()
		m.mu.Unlock()
		return
	}
	m.waiters.Put(g)
	p.ParkUnlock(rt.WaitMutex, &m.mu)
	p.Lock(&m.mu)
	for m.woken == g && !m.takeWoken() {
		m.overtaken = maxOvertaken
		m.waiters.PutHead(g)
		p.ParkUnlock(rt.WaitMutex, &m.mu)
		p.Lock(&m.mu)
	}
	m.mu.Unlock()
}

// TryLock takes m if nobody holds it, and says whether it did.
func (m *Mutex) TryLock(g *rt.G) bool {
	if g.Native() {
		return m.native.TryLock()
	}
	g.Checkpoint()
	if m.word.CompareAndSwap(mutexFree, mutexHeld) {
		return true
	}
	if m.word.Load()&mutexHeld != 0 {
		return false
	}
	g.Parker().Lock(&m.mu) // somebody waits, but nobody holds it
	taken := m.take()
	m.settle()
	m.mu.Unlock()
	return taken
}

// take takes m if nobody holds it. Needs mu, which from now on word needs, too.
func (m *Mutex) take() bool {
	if m.word.Swap(mutexHeld|mutexWaited)&mutexHeld != 0 {
		return false
	}
	m.overtaken++
	return true
}

// takeWoken is take for the G in woken, which leaves it. Needs mu.
func (m *Mutex) takeWoken() bool {
	m.woken = nil
	if m.word.Load()&mutexHeld != 0 {
		return false
	}
	m.overtaken = 0
	m.word.Store(m.held())
	return true
}

// settle lets Lock and Unlock do without mu again, if nobody waits. Needs mu.
func (m *Mutex) settle() {
	if !m.waited() {
		m.overtaken = 0
		m.word.Store(mutexHeld)
	}
}

func (m *Mutex) waited() bool { return m.woken != nil || !m.waiters.Empty() }

// held is what word must be while m is held.
func (m *Mutex) held() uint32 {
	if m.waited() {
		return mutexHeld | mutexWaited
	}
	return mutexHeld
}

// Unlock gives m back. It panics if m is not locked.
func (m *Mutex) Unlock(g *rt.G) {
	if g.Native() {
		m.native.Unlock()
		return
	}
	g.Checkpoint()
	p := g.Parker()
	gp, locked := m.unlock(p)
	if !locked {
		throw("Mutex.Unlock: the mutex is not locked")
	}
	if gp != nil {
		p.Ready(gp)
	}
}

// unlock is Unlock without the safe point, the panic, and the Ready of gp, if that is not nil.
func (m *Mutex) unlock(p rt.Parker) (gp *rt.G, locked bool) {
	if m.word.CompareAndSwap(mutexHeld, mutexFree) {
		return nil, true
	}
	p.Lock(&m.mu)
	if locked = m.word.Load()&mutexHeld != 0; locked {
		gp = m.release()
	}
	m.mu.Unlock()
	return gp, locked
}

// release is steps 3 to 5 of Unlock in 'Mutex'. It returns the G to be readied, if any. Needs mu.
func (m *Mutex) release() *rt.G {
	switch {
	case !m.waited():
		m.word.Store(mutexFree)
		return nil
	case m.overtaken >= maxOvertaken:
		return m.handOver()
	}
	m.word.Store(mutexWaited)
	if m.woken != nil {
		return nil
	}
	m.woken = m.waiters.Get()
	return m.woken
}

// handOver makes m, which stays held, the first waiter's. Needs mu.
func (m *Mutex) handOver() (gp *rt.G) {
	if m.woken != nil {
		m.woken = nil // it is on its way, and will see that it need not try
	} else {
		gp = m.waiters.Get()
	}
	m.overtaken = 0
	m.word.Store(m.held())
	return gp
}
