package rt

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

// takes is a sink that decodes at once.
type takes struct {
	events []Event
	lens   int
}

func (s *takes) Take(b *EventBatch) {
	s.events = slices.AppendSeq(s.events, b.All())
	s.lens += b.Len()
}

// tracer is an M with an event stream, and what its events must be.
type tracer struct {
	M
	sink takes
	want []Event
	g    uint64
	p    int16
}

func newTracer() *tracer {
	tr := &tracer{p: noP}
	c := &Core{}
	c.traces.init(&tr.sink)
	tr.id = 3
	tr.core, tr.trace = c, c.traces.add(3)
	return tr
}

func (tr *tracer) expect(e Event) {
	e.M, e.P = 3, tr.p
	tr.want = append(tr.want, e)
}

// tracerSteps are all that can happen on an M.
var tracerSteps = []func(tr *tracer, gp *G){
	func(tr *tracer, gp *G) {
		tr.event(EventSpawn, gp)
		tr.expect(Event{What: EventSpawn, G: gp.id, By: tr.g})
	},
	func(tr *tracer, gp *G) {
		tr.eventAfter(EventRun, gp)
		tr.g = gp.id
		tr.expect(Event{What: EventRun, G: gp.id})
	},
	func(tr *tracer, gp *G) {
		tr.eventAfter(EventReady, gp)
		tr.expect(Event{What: EventReady, G: gp.id, By: tr.g})
	},
	func(tr *tracer, gp *G) {
		reason := WaitReason(gp.id % uint64(numWaitReasons))
		tr.parked(reason, host.Ticks())
		tr.expect(Event{What: EventPark, G: tr.g, Reason: reason})
		tr.g = 0
	},
	func(tr *tracer, gp *G) {
		what := []EventKind{EventEnd, EventYield, EventPreempted, EventSyscallSlow}[gp.id%4]
		tr.timed(what)
		tr.expect(Event{What: what, G: tr.g})
		tr.g = 0
	},
	func(tr *tracer, gp *G) {
		what := []EventKind{EventSyscall, EventSyscallEnd, EventTimer, EventStopWorld, EventStopped, EventStartWorld}[gp.id%6]
		tr.timed(what)
		tr.expect(Event{What: what, G: tr.g})
	},
	func(tr *tracer, gp *G) {
		of, n := int(gp.id%MaxProcs)-1, int(gp.id>>20)
		tr.Event(EventSteal, of, n)
		tr.expect(Event{What: EventSteal, G: tr.g, Of: int16(of), N: n})
	},
	func(tr *tracer, gp *G) {
		tr.p = int16(gp.id%MaxProcs) - 1
		tr.SetP(int(tr.p))
	},
	func(tr *tracer, gp *G) { tr.core.traces.flush() },
}

// What comes out of the words is what went in, wherever a batch ends.
func TestEventsComeOutAsTheyWentIn(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		tr := newTracer()
		begin := host.Nanotime()
		for range 3000 {
			step := tracerSteps[random.IntN(len(tracerSteps))]
			if seed%2 == 0 && random.IntN(10) > 0 {
				step = tracerSteps[0] // long stretches that only carry over
			}
			step(tr, &G{id: random.Uint64() >> (5 + random.IntN(50)), lastM: int16(random.IntN(4))})
		}
		tr.core.traces.flush()
		end := host.Nanotime()

		got := tr.sink.events
		require.Len(t, got, len(tr.want))
		require.Equal(t, len(got), tr.sink.lens, "Len of all batches")
		slack := 1000 + end/100 // of the calibration
		last := begin - slack
		for i, e := range got {
			if e.When < last-slack || e.When > end+slack {
				require.Failf(t, "a wrong time", "event %d is at %d; the last was at %d, the end at %d", i, e.When, last, end)
			}
			last, e.When = e.When, 0
			if e != tr.want[i] {
				require.Equal(t, tr.want[i], e, "event %d", i)
			}
		}
	}
}

// All but what happens to Gs of the M's own has a new time.
func TestEventsHaveANewTime(t *testing.T) {
	for name, c := range map[string]struct {
		event func(mp *M)
		fresh bool
	}{
		"spawn":         {func(mp *M) { mp.event(EventSpawn, &G{}) }, false},
		"run":           {func(mp *M) { mp.eventAfter(EventRun, &G{lastM: 3}) }, false},
		"run elsewhere": {func(mp *M) { mp.eventAfter(EventRun, &G{lastM: 4}) }, true},
		"run injected":  {func(mp *M) { mp.eventAfter(EventRun, &G{lastM: noM}) }, true},
		"ready":         {func(mp *M) { mp.eventAfter(EventReady, &G{lastM: 3}) }, false},
		"park":          {func(mp *M) { mp.parked(WaitMutex, host.Ticks()) }, true},
		"end":           {func(mp *M) { mp.timed(EventEnd) }, true},
		"steal":         {func(mp *M) { mp.Event(EventSteal, 1, 1) }, true},
	} {
		tr := newTracer()
		tr.timed(EventTimer)
		for begin := host.Nanotime(); host.Nanotime()-begin < 100_000; {
			host.Pause(1)
		}
		c.event(&tr.M)
		tr.core.traces.flush()
		e := tr.sink.events
		require.Equal(t, c.fresh, e[1].When > e[0].When+50_000, name)
	}
}

func TestTicksAreCompletedFromTheirLastBits(t *testing.T) {
	const low = 1<<59 - 1
	for _, c := range []struct{ prev, next, want uint64 }{
		{0, 0, 0},
		{5, 7, 7},
		{low, low + 1, low + 1},
		{7<<59 + low - 3, 8<<59 + 10, 8<<59 + 10},
		{7<<59 + 5, 7<<59 + 3, 7<<59 + 5}, // another CPU's
		{8<<59 + 3, 7<<59 + low, 8<<59 + 3},
	} {
		require.Equal(t, c.want, ticksAfter(c.prev, c.next&low), "%#x after %#x", c.next, c.prev)
	}
}

func TestEventsHaveTexts(t *testing.T) {
	seen := map[string]bool{}
	for what := EventKind(1); what < numEventKinds; what++ {
		e := Event{What: what, When: 1_234_567, G: 7, By: 8, N: 9, M: 1, P: 2, Of: 3, Reason: WaitMutex}
		text := e.String()
		require.Regexp(t, `^1\.234567 ms M1 P2: [a-zGP].*[a-z0-9]$`, text)
		require.NotContains(t, text, "%")
		require.False(t, seen[text], text)
		seen[text] = true
	}
	require.Equal(t, "0.000001 ms outside: G 7 is spawned by no G", Event{What: EventSpawn, When: 1, G: 7, M: noM, P: noP}.String())
	require.Contains(t, Event{What: EventPark, G: 7, Reason: WaitMutex}.String(), "G 7 waits: mutex")
	require.Contains(t, Event{What: EventSteal, N: 9, Of: 3}.String(), "steals 9 Gs from P 3")
	require.Contains(t, Event{What: numEventKinds}.String(), "EventKind")
	require.Contains(t, Event{}.String(), "EventKind(0)")
}

func TestEventKindsFitAWord(t *testing.T) {
	require.Less(t, numEventKinds, eventP)
	what, arg := splitEventWord(eventWord(EventRetake, 1<<59-1))
	require.Equal(t, EventRetake, what)
	require.EqualValues(t, 1<<59-1, arg)
}

// The newest Limit events, and what comes with them in a batch.
func TestEventLogKeepsTheNewest(t *testing.T) {
	const perBatch, batches, limit = 10, 20, 45
	l := &EventLog{Limit: limit}
	c := &Core{}
	c.traces.init(l)
	mp := &M{core: c, trace: c.traces.add(0)}
	for i := range perBatch * batches {
		mp.event(EventSpawn, &G{id: uint64(i)})
		if i%perBatch == perBatch-1 {
			c.traces.flush()
		}
	}
	events := l.Events()
	require.Len(t, events, 50)
	require.Equal(t, perBatch*batches-50, l.Dropped())
	for i, e := range events {
		require.EqualValues(t, perBatch*batches-50+i, e.G)
	}
}

// Those of several Ms are sorted by time, and stay in order where it is one time.
func TestEventLogSorts(t *testing.T) {
	l := &EventLog{}
	c := &Core{}
	c.traces.init(l)
	var ms []*M
	for id := range int16(3) {
		ms = append(ms, &M{core: c, trace: c.traces.add(id)})
	}
	for i := range 300 {
		mp := ms[i%3]
		nextTick() // so that this one is later than that of another M
		mp.timed(EventEnd)
		mp.event(EventSpawn, &G{id: uint64(i)})
	}
	c.traces.flush()
	events := l.Events()
	require.Len(t, events, 600)
	require.Zero(t, l.Dropped())
	var spawned []uint64
	for i, e := range events {
		if e.What == EventSpawn {
			spawned = append(spawned, e.G)
		} else if i > 0 {
			require.Equal(t, EventSpawn, events[i-1].What)
		}
	}
	require.True(t, slices.IsSorted(spawned))
}

// nextTick waits until events get another time. Some counters are coarse.
func nextTick() {
	for begin := host.Ticks(); host.Ticks() == begin; {
		host.Pause(1)
	}
}

// Without a sink nobody pays, with one nobody allocates.
func TestEventsDoNotAllocate(t *testing.T) {
	for _, sink := range []EventSink{nil, &counts{}} {
		c := &Core{}
		c.traces.init(sink)
		mp := &M{core: c, trace: c.traces.add(0)}
		gp := &G{id: 1}
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			mp.event(EventSpawn, gp)
			mp.eventAfter(EventRun, gp)
			mp.parked(WaitMutex, 1)
			mp.timed(EventEnd)
			mp.Event(EventSteal, 1, 2)
			mp.SetP(1)
			c.Event(EventRetake, 1, 0)
		}))
	}
}

// counts is a sink that only counts.
type counts struct{ n int }

func (s *counts) Take(b *EventBatch) { s.n += b.Len() }

// BenchmarkEvents: one op is the life of a G that never blocks.
func BenchmarkEvents(b *testing.B) {
	for _, sink := range []EventSink{nil, &counts{}, &EventLog{Limit: 1e5}} {
		name := "off"
		if sink != nil {
			name = strings.ToLower(reflect.TypeOf(sink).Elem().Name())
		}
		b.Run("sink="+name, func(b *testing.B) {
			c := &Core{}
			c.traces.init(sink)
			mp := &M{core: c, trace: c.traces.add(0)}
			gp := &G{id: 1}
			b.ReportAllocs()
			for b.Loop() {
				mp.event(EventSpawn, gp)
				mp.eventAfter(EventRun, gp)
				mp.timed(EventEnd)
			}
		})
	}
}
