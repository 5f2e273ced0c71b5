package event

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

// takes is a sink that decodes at once.
type takes struct {
	events []Event
	lens   int
}

func (s *takes) Take(b *Batch) {
	s.events = slices.AppendSeq(s.events, b.All())
	s.lens += b.Len()
}

// maxPs is more than a scheduler has.
const maxPs = 4096

// tracer is the recorder of M 3, and what its events must be.
type tracer struct {
	*Recorder
	stream Stream
	sink   takes
	want   []Event
	g      uint64
	p      int16
}

func newTracer() *tracer {
	tr := &tracer{p: None}
	tr.stream.Init(&tr.sink)
	tr.Recorder = tr.stream.Add(3)
	return tr
}

func (tr *tracer) expect(e Event) {
	e.M, e.P = 3, tr.p
	tr.want = append(tr.want, e)
}

// tracerSteps are all that can happen on an M. g is a G, which M m dealt with last.
var tracerSteps = []func(tr *tracer, g uint64, m int16){
	func(tr *tracer, g uint64, _ int16) {
		tr.G(Spawn, g)
		tr.expect(Event{What: Spawn, G: g, By: tr.g})
	},
	func(tr *tracer, g uint64, m int16) {
		tr.GFrom(Run, g, m)
		tr.g = g
		tr.expect(Event{What: Run, G: g})
	},
	func(tr *tracer, g uint64, m int16) {
		tr.GFrom(Ready, g, m)
		tr.expect(Event{What: Ready, G: g, By: tr.g})
	},
	func(tr *tracer, g uint64, _ int16) {
		reason := WaitReason(g % uint64(NumWaitReasons))
		tr.Park(reason, host.Ticks())
		tr.expect(Event{What: Park, G: tr.g, Reason: reason})
		tr.g = 0
	},
	func(tr *tracer, g uint64, _ int16) {
		what := []Kind{End, Yield, Preempted, SyscallSlow}[g%4]
		tr.Now(what)
		tr.expect(Event{What: what, G: tr.g})
		tr.g = 0
	},
	func(tr *tracer, g uint64, _ int16) {
		what := []Kind{Syscall, SyscallEnd, Timer, StopWorld, Stopped, StartWorld}[g%6]
		tr.Now(what)
		tr.expect(Event{What: what, G: tr.g})
	},
	func(tr *tracer, g uint64, _ int16) {
		of, n := int(g%maxPs)-1, int(g>>20)
		tr.Of(Steal, of, n)
		tr.expect(Event{What: Steal, G: tr.g, Of: int16(of), N: n})
	},
	func(tr *tracer, g uint64, _ int16) {
		tr.p = int16(g%maxPs) - 1
		tr.SetP(tr.p)
	},
	func(tr *tracer, _ uint64, _ int16) { tr.stream.Flush() },
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
			step(tr, random.Uint64()>>(5+random.IntN(50)), int16(random.IntN(4)))
		}
		tr.stream.Flush()
		end := host.Nanotime()

		got := tr.sink.events
		require.Len(t, got, len(tr.want))
		require.Equal(t, len(got), tr.sink.lens, "Len of all batches")
		slack := 1000 + end/100 // of the calibration
		last := begin - slack
		for i, e := range got {
			if e.When < last-slack || e.When > end+slack {
				require.Failf(t, "a wrong time",
					"event %d is at %d; the last was at %d, the end at %d", i, e.When, last, end)
			}
			last, e.When = e.When, 0
			if e != tr.want[i] {
				require.Equal(t, tr.want[i], e, "event %d", i)
			}
		}
	}
}

// Each event has a new time, except those of Gs that the M itself dealt with last.
func TestEventsHaveANewTime(t *testing.T) {
	for name, c := range map[string]struct {
		record func(r *Recorder)
		fresh  bool
	}{
		"spawn":         {func(r *Recorder) { r.G(Spawn, 1) }, false},
		"run":           {func(r *Recorder) { r.GFrom(Run, 1, 3) }, false},
		"run elsewhere": {func(r *Recorder) { r.GFrom(Run, 1, 4) }, true},
		"run injected":  {func(r *Recorder) { r.GFrom(Run, 1, None) }, true},
		"ready":         {func(r *Recorder) { r.GFrom(Ready, 1, 3) }, false},
		"park":          {func(r *Recorder) { r.Park(WaitMutex, host.Ticks()) }, true},
		"end":           {func(r *Recorder) { r.Now(End) }, true},
		"steal":         {func(r *Recorder) { r.Of(Steal, 1, 1) }, true},
	} {
		tr := newTracer()
		tr.Now(Timer)
		for begin := host.Nanotime(); host.Nanotime()-begin < 100_000; {
			host.Pause(1)
		}
		c.record(tr.Recorder)
		tr.stream.Flush()
		e := tr.sink.events
		require.Equal(t, c.fresh, e[1].When > e[0].When+50_000, name)
	}
}

func TestTicksAreCompletedFromTheirLastBits(t *testing.T) {
	const low = 1<<argBits - 1
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
	for what := Kind(1); what < numKinds; what++ {
		e := Event{
			What: what, When: 1_234_567, G: 7, By: 8, N: 9, M: 1, P: 2, Of: 3, Reason: WaitMutex,
		}
		text := e.String()
		require.Regexp(t, `^1\.234567 ms M1 P2: [a-zGP].*[a-z0-9]$`, text)
		require.NotContains(t, text, "%")
		require.False(t, seen[text], text)
		seen[text] = true
	}
	require.Equal(t, "0.000001 ms outside: G 7 is spawned by no G",
		Event{What: Spawn, When: 1, G: 7, M: None, P: None}.String())
	require.Contains(t, Event{What: Park, G: 7, Reason: WaitMutex}.String(), "G 7 waits: mutex")
	require.Contains(t, Event{What: Steal, N: 9, Of: 3}.String(), "steals 9 Gs from P 3")
	require.Contains(t, Event{What: numKinds}.String(), "Kind(")
	require.Contains(t, Event{}.String(), "Kind(0)")
}

func TestKindsFitAWord(t *testing.T) {
	require.Less(t, numKinds, markP)
	w := wordOf(Retake, 1<<argBits-1)
	require.Equal(t, Retake, w.kind())
	require.EqualValues(t, 1<<argBits-1, w.arg())
	for _, id := range []int{None, 0, maxPs - 1} {
		of, n := splitArg(argOf(id, 1<<20))
		require.EqualValues(t, id, of)
		require.Equal(t, 1<<20, n)
	}
}

// The newest Limit events are kept, and what comes with them in a batch.
func TestLogKeepsTheNewest(t *testing.T) {
	const perBatch, batches, limit = 10, 20, 45
	l := &Log{Limit: limit}
	var stream Stream
	stream.Init(l)
	r := stream.Add(0)
	for i := range perBatch * batches {
		r.G(Spawn, uint64(i))
		if i%perBatch == perBatch-1 {
			stream.Flush()
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
func TestLogSorts(t *testing.T) {
	l := &Log{}
	var stream Stream
	stream.Init(l)
	var ms []*Recorder
	for id := range int16(3) {
		ms = append(ms, stream.Add(id))
	}
	for i := range 300 {
		r := ms[i%3]
		nextTick() // so that this one is later than that of another M
		r.Now(End)
		r.G(Spawn, uint64(i))
	}
	stream.Flush()
	events := l.Events()
	require.Len(t, events, 600)
	require.Zero(t, l.Dropped())
	byTime := func(a, b Event) int { return cmp.Compare(a.When, b.When) }
	require.True(t, slices.IsSortedFunc(events, byTime))
	var spawned []uint64
	for i, e := range events {
		if e.What == Spawn {
			spawned = append(spawned, e.G)
		} else if i > 0 {
			require.Equal(t, Spawn, events[i-1].What)
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

func TestAStreamWithoutASinkRecordsNothing(t *testing.T) {
	var stream Stream
	stream.Init(nil)
	require.Nil(t, stream.Add(0))
	stream.Injected(1, None)
	stream.Flush()
}

// counts is a sink that only counts.
type counts struct{ n int }

func (s *counts) Take(b *Batch) { s.n += b.Len() }

func TestRecordingDoesNotAllocate(t *testing.T) {
	var stream Stream
	stream.Init(&counts{})
	r := stream.Add(0)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		r.G(Spawn, 1)
		r.GFrom(Run, 1, 1)
		r.Park(WaitMutex, 1)
		r.Now(End)
		r.Of(Steal, 1, 2)
		r.SetP(1)
		stream.Injected(1, None)
	}))
}
