package gsync

import (
	"math"
	"sync"
	"time"
	"unsafe"

	"schedlab/host"
	"schedlab/rt"
)

// Sleep blocks g for at least d. If d is not positive it only gives way.
func Sleep(g *rt.G, d time.Duration) { g.Sleep(int64(d)) }

// After returns a channel that receives the time once d has passed. It is
// NewTimer(g, d).C.
func After(g *rt.G, d time.Duration) *Chan[time.Time] { return NewTimer(g, d).C }

// Timer is a single event in the future, made by NewTimer or AfterFunc; what a
// Timer of package time means since Go 1.23, it means. Any G may call its
// methods at any time.
//
// It differs in what can be seen of C: Go's has no buffer, this one has room
// for the value, and Len tells that it is there. And Go leaves timers that
// nobody waits for to the garbage collector; here an active Timer keeps its
// memory, and a Ticker an M busy, until it has fired or is stopped.
type Timer struct {
	// C receives the time at which the Timer fired. It is only for receiving. Nil
	// if the Timer calls a function.
	C *Chan[time.Time]

	native *time.Timer // for native Gs; alarm is then unused
	alarm  alarm
}

// NewTimer makes a Timer that sends the time to C after d.
func NewTimer(g *rt.G, d time.Duration) *Timer {
	if g.Native() {
		t := time.NewTimer(d)
		return &Timer{C: nativeTimes(t.C), native: t}
	}
	t := &Timer{C: NewChan[time.Time](g, 1)}
	t.alarm.send(t.C)
	t.alarm.restart(g, d)
	return t
}

// AfterFunc makes a Timer that starts f as a new G after d.
func AfterFunc(g *rt.G, d time.Duration, f func(*rt.G)) *Timer {
	if f == nil {
		throw("AfterFunc: the function is nil")
	}
	if g.Native() {
		return &Timer{native: time.AfterFunc(d, func() { rt.CallNative(g, f) })}
	}
	t := &Timer{}
	t.alarm.call(f)
	t.alarm.restart(g, d)
	return t
}

// Stop sees to it that t does not fire, and says whether it thereby undid a
// start: if not, then t was stopped already, or its value was received, or its
// function started. Nothing is received from C once Stop has returned.
func (t *Timer) Stop(g *rt.G) (undone bool) {
	t.check("Stop")
	if t.native != nil {
		return t.native.Stop()
	}
	return t.alarm.stop(g)
}

// Reset starts t anew, to fire after d, and says what Stop would. No value from
// before is received from C once Reset has returned.
func (t *Timer) Reset(g *rt.G, d time.Duration) (undone bool) {
	t.check("Reset")
	if t.native != nil {
		return t.native.Reset(d)
	}
	return t.alarm.restart(g, d)
}

func (t *Timer) check(call string) {
	if t.native == nil && t.alarm.mu == nil {
		throw("Timer.%s: the Timer is not initialized; make it with NewTimer or AfterFunc", call)
	}
}

// Ticker sends the time to C at intervals. Ticks for which C has no room, because
// the one before has not been received, are dropped.
type Ticker struct {
	// C receives the time of each tick. It is only for receiving.
	C *Chan[time.Time]

	native *time.Ticker // for native Gs; alarm is then unused
	alarm  alarm
}

// NewTicker makes a Ticker whose ticks are d apart. It panics if d is not positive.
func NewTicker(g *rt.G, d time.Duration) *Ticker {
	checkInterval("NewTicker", d)
	if g.Native() {
		t := time.NewTicker(d)
		return &Ticker{C: nativeTimes(t.C), native: t}
	}
	t := &Ticker{C: NewChan[time.Time](g, 1), alarm: alarm{ticks: true}}
	t.alarm.send(t.C)
	t.alarm.restart(g, d)
	return t
}

// Stop ends the ticks: nothing is received from C once it has returned. That of a
// Ticker that is not initialized does nothing, as in Go.
func (t *Ticker) Stop(g *rt.G) {
	switch {
	case t.native != nil:
		t.native.Stop()
	case t.alarm.mu != nil:
		t.alarm.stop(g)
	}
}

// Reset changes the interval to d; the next tick comes after d. It panics if d is
// not positive.
func (t *Ticker) Reset(g *rt.G, d time.Duration) {
	checkInterval("Ticker.Reset", d)
	switch {
	case t.native != nil:
		t.native.Reset(d)
	case t.alarm.mu == nil:
		throw("Ticker.Reset: the Ticker is not initialized; make it with NewTicker")
	default:
		t.alarm.restart(g, d)
	}
}

func checkInterval(call string, d time.Duration) {
	if d <= 0 {
		throw("%s: the interval is %v; it must be positive", call, d)
	}
}

// alarm is what a Timer and a Ticker are.
//
// # Stopping a timer that fires
//
// Between the moment that an M takes a timer off its set of timers, to fire it,
// and the moment that the value is in the channel, anything can happen: so
// whether the set found the timer active decides nothing. What decides is start,
// the seq of the start that has not been delivered, under mu.
//
//	who fires (M), with the seq of a start    who stops or restarts (G)
//	1. lock mu                                1. lock mu
//	2. start is not seq: it was undone;       2. stop timer, or start it anew
//	   unlock, done                           3. start = 0, or the new seq
//	3. start = 0, unless it ticks             4. empty c's buffer
//	4. the value to c's first receiver, or    5. unlock
//	   into its buffer, if there is room      6. a start was undone if start was
//	5. unlock                                    not 0, or the buffer not empty
//	6. Ready the receiver, or Go(f)
//
// mu is c's own lock, so receivers take part: one that takes the value does so
// before all of the right side, or after. Of 2-4 on the left and 2-4 on the
// right, too, one comes first.
//
// Nothing stale: after the right side the buffer is empty, and a firing of an
// earlier start ends at 2. A receiver that gets the value at 4 on the left has
// received it, before the right side, even if it has not run yet.
//
// Nothing lost, nothing double: each start is delivered (3 on the left, for which
// start must be its seq) or undone (3 on the right, after which start is never its
// seq again). If it was delivered, the value was received, or is found at 4 on the
// right, and taken back. So each start of a Timer is received, called or said to be
// undone, once. It has room at 4 on the left, because 4 on the right came before.
// The start of a Ticker is delivered again and again; what finds no room is dropped.
type alarm struct {
	timer rt.Timer
	c     *Chan[time.Time] // where the time goes to; or else
	f     func(*rt.G)      // what is called
	ticks bool             // it is a Ticker's; never changes, like c and f
	own   host.Mutex       // what mu is without c

	mu    *host.Mutex // guards the state of c and all below
	start uint64      // seq of the start that has not been delivered; 0: none
}

// send makes a, which is new, one that sends to c.
func (a *alarm) send(c *Chan[time.Time]) {
	a.c, a.mu = c, &c.mu
	a.timer.Fire, a.timer.Wakes = a.fire, a.wakes
}

// call makes a, which is new, one that starts f.
func (a *alarm) call(f func(*rt.G)) {
	a.f, a.mu = f, &a.own
	a.timer.Fire = a.fire
}

// fire is the left side of "Stopping a timer that fires". It uses neither Send nor
// any other safe point while mu is locked: g may be a real G.
func (a *alarm) fire(g *rt.G, _ *rt.Timer, seq uint64) {
	p := g.Parker()
	p.Lock(a.mu)
	due := a.start == seq
	var to *waiter
	if due {
		to = a.deliver()
	}
	a.mu.Unlock()
	switch {
	case to != nil:
		to.ready(p)
	case due && a.f != nil:
		g.Go(a.f)
	}
}

// deliver returns a receiver to be readied, if there is one. Needs mu.
func (a *alarm) deliver() (to *waiter) {
	if !a.ticks {
		a.start = 0
	}
	if a.c != nil && !a.c.closed {
		now := host.Epoch().Add(time.Duration(host.Nanotime()))
		to, _ = a.c.offer(&now)
	}
	return to
}

// restart is the right side.
func (a *alarm) restart(g *rt.G, d time.Duration) (undone bool) {
	when, period := host.Nanotime()+max(int64(d), 0), int64(0)
	if when < 0 { // overflow: never
		when = math.MaxInt64
	}
	if a.ticks {
		period = int64(d)
	}
	g.Parker().Enter(a.mu)
	undone = a.undo()
	a.start, _ = a.timer.Start(g, when, period)
	a.mu.Unlock()
	return undone
}

// stop is the right side.
func (a *alarm) stop(g *rt.G) (undone bool) {
	g.Parker().Enter(a.mu)
	undone = a.undo()
	a.timer.Stop(g)
	a.mu.Unlock()
	return undone
}

// undo needs mu.
func (a *alarm) undo() (undone bool) {
	undone = a.start != 0
	a.start = 0
	if a.c != nil && a.c.n > 0 {
		var v time.Time
		a.c.pop(&v)
		undone = true
	}
	return undone
}

// wakes says whether somebody receives. It is asked at rest only, when every M has
// given the scheduler's lock back, which who asks holds: so it needs no other.
func (a *alarm) wakes() bool { return a.c.recvq.head != nil }

// nativeTimes makes c one of ours. A Chan's native channel can be sent to as well,
// which the type of c forbids, so the conversion is unsafe; what it stands for is
// the same.
func nativeTimes(c <-chan time.Time) *Chan[time.Time] {
	return &Chan[time.Time]{native: *(*chan time.Time)(unsafe.Pointer(&c)), boxes: &timeBoxes}
}

// timeBoxes is for all channels of native timers.
var timeBoxes = sync.Pool{New: func() any { return new(node[time.Time]) }}
