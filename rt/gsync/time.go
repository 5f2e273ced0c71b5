package gsync

import (
	"math"
	"sync"
	"time"
	"unsafe"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/rank"
)

// Sleep blocks g for at least d. If d is not positive g only gives way.
func Sleep(g *rt.G, d time.Duration) { g.Sleep(int64(d)) }

// After returns a channel that receives the time once d has passed. It is NewTimer(g, d).C.
func After(g *rt.G, d time.Duration) *Chan[time.Time] { return NewTimer(g, d).C }

// Timer is a single event in the future, made by NewTimer or AfterFunc. It means what a Timer of
// package time means since Go 1.23. Any G may call its methods at any time.
//
// It differs in what can be seen of C: Go's channel has no buffer, this one has room for the
// value, and Len tells that it is there. It also differs in what nobody waits for: Go leaves such
// timers to the garbage collector. Here an active Timer keeps its memory, and a Ticker an M busy,
// until it has fired or is stopped.
type Timer struct {
	// C receives the time at which the Timer fired. It is only for receiving. It is nil if the
	// Timer calls a function.
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

// Stop makes sure that t does not fire, and says whether it undid a start by that. If not, t was
// stopped already, or its value was received, or its function started. Nothing is received from C
// once Stop has returned.
func (t *Timer) Stop(g *rt.G) (undone bool) {
	t.check("Stop")
	if t.native != nil {
		return t.native.Stop()
	}
	return t.alarm.stop(g)
}

// Reset starts t anew, to fire after d, and says what Stop would. No value from before is received
// from C once Reset has returned.
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

// Ticker sends the time to C at intervals. A tick for which C has no room, because the one before
// has not been received, is dropped.
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

// Stop ends the ticks: nothing is received from C once it has returned. On a Ticker that is not
// initialized it does nothing, as in Go.
func (t *Ticker) Stop(g *rt.G) {
	switch {
	case t.native != nil:
		t.native.Stop()
	case t.alarm.mu != nil:
		t.alarm.stop(g)
	}
}

// Reset changes the interval to d; the next tick comes after d. It panics if d is not positive.
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
// To fire a timer an M takes it off its set of timers, and later puts the value into the channel.
// Anything can happen in between. So it decides nothing whether the set found the timer active.
// What decides is start, the seq of the start that has not been delivered, under mu.
//
//	an M that fires, with the seq of a start  a G that stops or restarts
//	1. lock mu                                1. lock mu
//	2. start is not seq: it was undone;       2. stop timer, or start it anew
//	   unlock, done                           3. start = 0, or the new seq
//	3. start = 0, unless it ticks             4. empty c's buffer
//	4. the value to c's first receiver, or    5. unlock
//	   into its buffer, if there is room      6. a start was undone if start was
//	5. unlock                                    not 0, or the buffer not empty
//	6. Ready the receiver, or Go(f)
//
// The two sides do not mix: mu is c's own lock. So steps 2 to 4 of one side come before or after
// steps 2 to 4 of the other. A receiver that takes the value takes it before all of the right
// side, or after it.
//
// Nothing stale: after the right side the buffer is empty, and a firing of an earlier start ends
// at step 2. A receiver that gets the value at step 4 on the left has received it, before the
// right side, even if it has not run yet.
//
// Nothing lost, and nothing double: each start is either delivered or undone. Step 3 on the left
// delivers it, for which start must be its seq. Step 3 on the right undoes it; start is never its
// seq again. If it was delivered, the value was received, or step 4 on the right finds it and
// takes it back. So each start of a Timer is received, called or said to be undone, once. Its
// value has room at step 4 on the left, because step 4 on the right came before. The start of a
// Ticker is delivered again and again; what finds no room is dropped.
type alarm struct {
	timer rt.Timer
	c     *Chan[time.Time] // where the time goes to, or nil
	f     func(*rt.G)      // what is called if c is nil
	ticks bool             // it is a Ticker's; never changes, like c and f
	own   host.Mutex       // what mu is if c is nil

	mu    *host.Mutex // guards the state of c and all below
	start uint64      // seq of the start that has not been delivered; 0: there is none
}

// send makes a, which is new, one that sends to c.
func (a *alarm) send(c *Chan[time.Time]) {
	a.c, a.mu = c, &c.mu
	a.timer.Fire, a.timer.Wakes = a.fire, a.wakes
}

// call makes a, which is new, one that starts f.
func (a *alarm) call(f func(*rt.G)) {
	a.f, a.mu = f, &a.own
	a.own.SetRank(rank.Object)
	a.timer.Fire = a.fire
}

// fire is the left side: see 'Stopping a timer that fires'. It uses neither Send nor any other
// safe point while mu is locked: g may be a real G.
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

// restart is the right side: see 'Stopping a timer that fires'.
func (a *alarm) restart(g *rt.G, d time.Duration) (undone bool) {
	when := host.Nanotime() + max(int64(d), 0)
	if when < 0 { // overflow: never
		when = math.MaxInt64
	}
	g.Parker().Enter(a.mu)
	undone = a.undo()
	if a.ticks {
		a.start, _ = a.timer.StartPeriodic(g, when, int64(d))
	} else {
		a.start, _ = a.timer.Start(g, when)
	}
	a.mu.Unlock()
	return undone
}

// stop is the right side, too.
func (a *alarm) stop(g *rt.G) (undone bool) {
	g.Parker().Enter(a.mu)
	undone = a.undo()
	a.timer.Stop(g)
	a.mu.Unlock()
	return undone
}

// undo is steps 3 (with 0) and 4, on the right, of 'Stopping a timer that fires'. It says whether
// a start was undone. Needs mu.
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

// wakes says whether a G receives. The scheduler asks at rest only, when every M has given back the
// scheduler's lock, which the asking thread holds. So wakes needs no lock.
func (a *alarm) wakes() bool { return a.c.recvq.head != nil }

// nativeTimes makes c one of ours. A Chan's native channel can be sent to as well, which the type
// of c forbids. So the conversion is unsafe; both types stand for the same channel.
func nativeTimes(c <-chan time.Time) *Chan[time.Time] {
	return &Chan[time.Time]{native: *(*chan time.Time)(unsafe.Pointer(&c)), boxes: &timeBoxes}
}

// timeBoxes is the boxes of all channels of native timers.
var timeBoxes = sync.Pool{New: func() any { return new(node[time.Time]) }}
