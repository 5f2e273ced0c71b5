package gsync_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// misuses panic, and leave every lock of ours free: the scheduler must come to its end after that.
// native is what Go's own type says; "" if the misuse ends the process there, or is none.
var misuses = []struct {
	name, ours, native string
	call               func(g *rt.G)
}{
	{"negative capacity",
		"gsync: NewChan: the capacity is -1; it must be 0 (unbuffered) or more", asOurs,
		func(g *rt.G) { gsync.NewChan[int](g, -1) }},
	{"capacity that overflows",
		"gsync: NewChan: 9223372036854775807 values of 8 bytes overflow an int", asOurs,
		func(g *rt.G) { gsync.NewChan[int64](g, math.MaxInt64) }},
	{"send on closed", "gsync: Chan.Send: send on closed channel", "send on closed channel",
		func(g *rt.G) { closed(g).Send(g, 1) }},
	{"try to send on closed",
		"gsync: Chan.TrySend: send on closed channel", "send on closed channel",
		func(g *rt.G) { closed(g).TrySend(g, 1) }},
	{"select to send on closed",
		"gsync: Select: send on closed channel", "send on closed channel",
		func(g *rt.G) {
			gsync.Select(g, gsync.NewChan[int](g, 0).OnRecv(nil, nil), closed(g).OnSend(1))
		}},
	{"close of closed", "gsync: Chan.Close: close of closed channel", "close of closed channel",
		func(g *rt.G) { closed(g).Close(g) }},
	{"close of nil", "gsync: Chan.Close: close of nil channel", "close of nil channel",
		func(g *rt.G) { (*gsync.Chan[int])(nil).Close(g) }},
	{"send case used twice",
		"gsync: Select: a case to send is used for a second time; " +
			"make one with OnSend for each Select", asOurs,
		func(g *rt.G) {
			cs := gsync.NewChan[int](g, 3).OnSend(1)
			gsync.Select(g, cs)
			gsync.Select(g, cs)
		}},
	{"unlock", "gsync: Mutex.Unlock: the mutex is not locked", "",
		func(g *rt.G) { new(gsync.Mutex).Unlock(g) }},
	{"second unlock", "gsync: Mutex.Unlock: the mutex is not locked", "",
		func(g *rt.G) {
			var mu gsync.Mutex
			mu.Lock(g)
			mu.Unlock(g)
			mu.Unlock(g)
		}},
	{"write unlock", "gsync: RWMutex.Unlock: the mutex is not locked for writing", "",
		func(g *rt.G) {
			var mu gsync.RWMutex
			mu.RLock(g)
			mu.Unlock(g)
		}},
	{"read unlock", "gsync: RWMutex.RUnlock: the mutex is not locked for reading", "",
		func(g *rt.G) {
			var mu gsync.RWMutex
			mu.Lock(g)
			mu.RUnlock(g)
		}},
	{"release",
		"gsync: Semaphore.Release: no permit is taken: there were more releases than acquisitions",
		asOurs,
		func(g *rt.G) { gsync.NewSemaphore(g, 2).Release(g) }},
	{"no permits", "gsync: NewSemaphore: 0 permits; there must be at least 1", asOurs,
		func(g *rt.G) { gsync.NewSemaphore(g, 0) }},
	{"negative count",
		"gsync: WaitGroup.Add: the count would be negative: there were more Dones than Adds",
		"sync: negative WaitGroup counter",
		func(g *rt.G) { new(gsync.WaitGroup).Done(g) }},
	{"wait without lock", "gsync: Cond.Wait: L is not locked", "",
		func(g *rt.G) { (&gsync.Cond{L: new(gsync.Mutex)}).Wait(g) }},
}

// asOurs: what native says is what ours says, as gsync finds it for both.
const asOurs = "as ours"

func closed(g *rt.G) *gsync.Chan[int] {
	c := gsync.NewChan[int](g, 1)
	c.Close(g)
	return c
}

func TestMisusePanics(t *testing.T) {
	for _, misuse := range misuses {
		t.Run(misuse.name, func(t *testing.T) {
			for _, design := range []string{"gm", "global", "gpm", "native"} {
				want := misuse.ours
				if design == "native" {
					switch misuse.native {
					case "":
						continue
					case asOurs:
					default:
						want = misuse.native
					}
				}
				s := open(t, design, 2)
				var got string
				run(t, s, func(g *rt.G) { got = panicOf(func() { misuse.call(g) }) })
				require.Equal(t, want, got, design)
				require.NoError(t, s.Close())
			}
		})
	}
}

// A misuse that was recovered from has left the object usable.
func TestObjectsSurviveTheirMisuse(t *testing.T) {
	s := open(t, "gpm", 2)
	var ok bool
	run(t, s, func(g *rt.G) {
		var mu gsync.Mutex
		panicOf(func() { mu.Unlock(g) })
		mu.Lock(g)
		mu.Unlock(g)
		cond := gsync.Cond{L: &mu}
		panicOf(func() { cond.Wait(g) })
		cond.Signal(g)
		var wg gsync.WaitGroup
		panicOf(func() { wg.Done(g) })
		wg.Wait(g)
		var rw gsync.RWMutex
		panicOf(func() { rw.Unlock(g) })
		panicOf(func() { rw.RUnlock(g) })
		rw.Lock(g)
		sem := gsync.NewSemaphore(g, 1)
		panicOf(func() { sem.Release(g) })
		sem.Acquire(g)
		c, open := closed(g), gsync.NewChan[int](g, 0)
		panicOf(func() { c.Send(g, 1) })
		panicOf(func() { c.Close(g) })
		panicOf(func() { gsync.Select(g, c.OnSend(1), open.OnRecv(nil, nil)) })
		_, ok = c.Recv(g)
		open.TryRecv(g)
	})
	require.False(t, ok)
	require.NoError(t, s.Close())
}
