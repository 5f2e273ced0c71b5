package rt

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

// timerM is an M that has a set of timers and nothing else.
type timerM struct {
	graveyard
	M
	set  Timers
	told []int64 // by TimerFirst
}

func (m *timerM) Timers() *Timers       { return &m.set }
func (m *timerM) TimerFirst(when int64) { m.told = append(m.told, when) }

func newTimerM(c *Core) *timerM {
	m := &timerM{}
	m.core, m.impl = c, m
	m.g0.m = &m.M
	m.set.Init(c)
	return m
}

func newTimerMs(n int) []*timerM {
	c := &Core{}
	ms := make([]*timerM, n)
	for i := range ms {
		ms[i] = newTimerM(c)
	}
	return ms
}

func (m *timerM) run(now int64) (fired int, next int64) { return m.set.Run(&m.g0, now) }

func nothing(*G, *Timer, uint64) {}

// modelTimer is a timer and what must be true of it.
type modelTimer struct {
	timer  Timer
	set    *timerM // nil: stopped
	when   int64
	period int64
	seq    uint64
}

// timersModel is the reference: it keeps no order, but sorts when asked.
type timersModel struct {
	ms     []*timerM
	timers []*modelTimer
	rand   *rand.Rand
	now    int64
	fired  []*modelTimer
}

func newTimersModel(seed uint64, timers int) *timersModel {
	mo := &timersModel{ms: newTimerMs(3), rand: rand.New(rand.NewPCG(seed, 0)), now: 1}
	for range timers {
		mt := &modelTimer{}
		mt.timer.Fire = func(_ *G, _ *Timer, seq uint64) {
			if seq != mt.seq {
				panic("fired with another start's seq")
			}
			mo.fired = append(mo.fired, mt)
		}
		mo.timers = append(mo.timers, mt)
	}
	return mo
}

func (mo *timersModel) of(m *timerM) []*modelTimer {
	elsewhere := func(mt *modelTimer) bool { return mt.set != m }
	in := slices.DeleteFunc(slices.Clone(mo.timers), elsewhere)
	slices.SortStableFunc(in, func(a, b *modelTimer) int { return cmp.Compare(a.when, b.when) })
	return in
}

func (mo *timersModel) step(t *testing.T) {
	m := mo.ms[mo.rand.IntN(len(mo.ms))]
	mt := mo.timers[mo.rand.IntN(len(mo.timers))]
	switch mo.rand.IntN(10) {
	case 0, 1, 2, 3:
		mo.start(t, m, mt)
	case 4, 5:
		require.Equal(t, mt.set != nil, mt.timer.Stop(&m.g0))
		if mt.seq != 0 { // a timer that was never started has nothing to count
			mt.seq++
		}
		mt.set = nil
	case 6, 7, 8:
		mo.now += mo.rand.Int64N(30)
		mo.fire(t, m)
	case 9:
		to := mo.ms[mo.rand.IntN(len(mo.ms))]
		if to == m {
			return
		}
		m.set.MoveTo(&to.set, &m.M)
		for _, moved := range mo.of(m) {
			moved.set = to
		}
	}
}

func (mo *timersModel) start(t *testing.T, m *timerM, mt *modelTimer) {
	when, period := mo.now+mo.rand.Int64N(100)-20, int64(0)
	if mo.rand.IntN(3) == 0 {
		period = 1 + mo.rand.Int64N(40)
	}
	first := m.set.First()
	m.told = nil
	seq, active := mt.timer.start(&m.g0, when, period)
	require.Equal(t, mt.seq+1, seq)
	require.Equal(t, mt.set != nil, active)
	mt.seq, mt.set, mt.when, mt.period = seq, m, max(when, 1), period
	if first == 0 || mt.when < first {
		require.Equal(t, []int64{mt.when}, m.told, "the M was not told of an earlier first timer")
		return
	}
	require.Empty(t, m.told, "the M was told, and would look at the timers in time anyway")
}

func (mo *timersModel) fire(t *testing.T, m *timerM) {
	var want []*modelTimer
	var whens []int64
	for _, mt := range mo.of(m) {
		if mt.when <= mo.now {
			want, whens = append(want, mt), append(whens, mt.when)
		}
	}
	require.Equal(t, len(want) > 0, m.set.Due(mo.now))
	mo.fired = nil
	fired, next := m.run(mo.now)
	require.Equal(t, len(want), fired)
	require.ElementsMatch(t, want, mo.fired)
	for i, mt := range mo.fired {
		require.Equal(t, whens[i], mt.when, "out of order")
	}
	for _, mt := range want {
		if mt.period == 0 {
			mt.set = nil
		}
		for mt.period > 0 && mt.when <= mo.now {
			mt.when += mt.period
		}
	}
	require.Equal(t, mo.first(m), next)
}

func (mo *timersModel) first(m *timerM) int64 {
	if in := mo.of(m); len(in) > 0 {
		return in[0].when
	}
	return 0
}

func (mo *timersModel) check(t *testing.T) {
	for _, m := range mo.ms {
		in := mo.of(m)
		ok := len(m.set.heap) == len(in) && m.set.First() == mo.first(m)
		for i, timer := range m.set.heap {
			ok = ok && timer.at == i+1 && m.set.heap[max(i-1, 0)/heapWidth].when <= timer.when
		}
		for _, mt := range in {
			ok = ok && mt.timer.set.Load() == &m.set && mt.timer.when == mt.when
		}
		require.True(t, ok, "the heap is out of order, or holds other timers than it should: %v",
			m.set.heap)
	}
}

// Random calls are answered as by a reference that only sorts, and the heaps are in order after
// each.
func TestTimersAgreeWithASortedReference(t *testing.T) {
	for seed := range uint64(15) {
		mo := newTimersModel(seed, 1+int(seed)*3)
		for range 500 {
			mo.step(t)
			mo.check(t)
		}
	}
}

// racedTimer counts what becomes of its starts.
type racedTimer struct {
	timer  Timer
	starts atomic.Int64
	undone atomic.Int64 // starts that a later Start or Stop undid
	fired  atomic.Int64
	seqs   sync.Map // of the starts that fired
	twice  atomic.Bool
}

func newRacedTimer() *racedTimer {
	raced := &racedTimer{}
	raced.timer.Fire = func(_ *G, _ *Timer, seq uint64) {
		raced.fired.Add(1)
		if _, seen := raced.seqs.LoadOrStore(seq, true); seen {
			raced.twice.Store(true)
		}
	}
	return raced
}

func (raced *racedTimer) counted(undone bool) {
	if undone {
		raced.undone.Add(1)
	}
}

// Several Ms start, stop, fire and move timers in several sets. Each start fires exactly once,
// or was undone, and exactly one Start or Stop was told so.
func TestEachStartFiresOnceOrWasUndone(t *testing.T) {
	const workers, steps = 4, 20_000
	var clock atomic.Int64
	ms := newTimerMs(workers)
	timers := make([]*racedTimer, 2) // few, so that they meet
	for i := range timers {
		timers[i] = newRacedTimer()
	}
	var all sync.WaitGroup
	for w, m := range ms {
		all.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for range steps {
				raced := timers[r.IntN(len(timers))]
				switch r.IntN(8) {
				case 0, 1, 2:
					raced.starts.Add(1)
					_, active := raced.timer.Start(&m.g0, clock.Load()+r.Int64N(20))
					raced.counted(active)
				case 3:
					raced.counted(raced.timer.Stop(&m.g0))
				case 4, 5:
					m.run(clock.Add(1))
				case 6: // as an M that steals
					ms[r.IntN(workers)].set.Run(&m.g0, clock.Add(1))
				case 7:
					m.set.MoveTo(&ms[(w+1)%workers].set, &m.M)
				}
			}
		})
	}
	all.Wait()
	for _, m := range ms {
		m.run(math.MaxInt64)
		require.Empty(t, m.set.heap)
		require.Zero(t, m.set.First())
	}
	for _, raced := range timers {
		require.False(t, raced.twice.Load(), "a start fired twice")
		require.Equal(t, raced.starts.Load(), raced.fired.Load()+raced.undone.Load())
	}
}

// A timer that moves to another M's set is active all the time. A Stop at the same moment comes
// either before the Start, which then finds it stopped, or after.
func TestAStopDuringAMoveFindsTheTimerActive(t *testing.T) {
	const rounds = 20_000
	ms := newTimerMs(3)
	timer := &Timer{Fire: nothing}
	for range rounds {
		timer.Start(&ms[0].g0, 1000)
		var both sync.WaitGroup
		var restarted, stopped bool
		both.Go(func() { _, restarted = timer.Start(&ms[1].g0, 2000) })
		both.Go(func() { stopped = timer.Stop(&ms[2].g0) })
		both.Wait()
		require.True(t, stopped)
		require.Equal(t, restarted, len(ms[1].set.heap) == 0,
			"found active and stopped, or stopped and then started")
	}
}

// A call that waits for the lock of the set that the timer was in finds it where it is now.
func TestATimerThatMovedMeanwhileIsFollowed(t *testing.T) {
	for name, op := range map[string]func(timer *Timer, g *G) (active bool){
		"stop": func(timer *Timer, g *G) bool { return timer.Stop(g) },
		"start": func(timer *Timer, g *G) bool {
			_, active := timer.Start(g, 3000)
			return active
		},
	} {
		for range 20 {
			ms := newTimerMs(3)
			from, to := &ms[0].set, &ms[1].set
			timer := &Timer{Fire: nothing}
			timer.Start(&ms[0].g0, 1000)
			from.mu.Lock()
			var active bool
			waits := begin(func() { active = op(timer, &ms[2].g0) })
			from.drop(timer)
			to.mu.Lock()
			timer.set.Store(to)
			to.place(timer)
			to.mu.Unlock()
			from.mu.Unlock()
			<-waits
			require.True(t, active, name)
			require.Empty(t, from.heap, name)
			require.Empty(t, to.heap, name)
		}
	}
}

func TestTwoSetsAreLockedInTheSameOrderByAll(t *testing.T) {
	ms := newTimerMs(2)
	low, high := &ms[0].set, &ms[1].set
	for _, swap := range []bool{false, true} {
		low.mu.Lock()
		waits := begin(func() {
			if swap {
				lockBoth(high, low, new(host.Count))
			} else {
				lockBoth(low, high, new(host.Count))
			}
			low.mu.Unlock()
			high.mu.Unlock()
		})
		require.True(t, high.mu.TryLock(), "who waits for the first lock holds the second")
		high.mu.Unlock()
		low.mu.Unlock()
		<-waits
	}
}

// begin runs f, which is to wait for a lock, and returns when f probably waits.
func begin(f func()) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	for range 200 {
		runtime.Gosched()
	}
	return done
}

// A firing that was under way when the timer was started anew is told apart by its seq.
func TestAFiringUnderWayHasTheSeqOfItsOwnStart(t *testing.T) {
	m := newTimerMs(1)[0]
	var seqs []uint64
	timer := &Timer{}
	var second uint64
	timer.Fire = func(g *G, timer *Timer, seq uint64) {
		if seqs = append(seqs, seq); len(seqs) > 1 {
			return
		}
		require.False(t, timer.Stop(g), "what fires is not active")
		var active bool
		second, active = timer.Start(g, 10)
		require.False(t, active)
	}
	first, _ := timer.Start(&m.g0, 10)
	fired, next := m.run(10)
	require.Equal(t, 2, fired)
	require.Zero(t, next)
	require.Equal(t, []uint64{first, second}, seqs)
	require.Greater(t, second, first)
}

func TestAPeriodStaysInStepAndDropsWhatWasMissed(t *testing.T) {
	for _, c := range []struct{ when, period, now, next int64 }{
		{when: 10, period: 10, now: 10, next: 20},
		{when: 10, period: 10, now: 19, next: 20},
		{when: 10, period: 10, now: 20, next: 30},
		{when: 10, period: 10, now: 1005, next: 1010},
		{when: 10, period: math.MaxInt64, now: 10, next: math.MaxInt64},
		{when: 10, period: math.MaxInt64 - 5, now: 100, next: math.MaxInt64},
	} {
		m := newTimerMs(1)[0]
		fires := 0
		timer := &Timer{Fire: func(*G, *Timer, uint64) {
			if fires++; fires > 10 {
				panic("it fires again and again")
			}
		}}
		timer.StartPeriodic(&m.g0, c.when, c.period)
		fired, next := m.run(c.now)
		require.Equal(t, 1, fired, "%+v", c)
		require.Equal(t, c.next, next, "%+v", c)
		require.True(t, timer.Stop(&m.g0))
	}
}

// Fire may make its G change Ms, if that is a real one: Go is a safe point.
func TestAnMIsLeftAloneOnceFireHasLeftIt(t *testing.T) {
	ms := newTimerMs(2)
	g := &G{m: &ms[0].M}
	var before Stats
	timer := &Timer{Fire: func(g *G, _ *Timer, _ uint64) {
		before = ms[0].stats
		g.m = &ms[1].M
	}}
	timer.Start(g, 1)
	(&Timer{Fire: nothing}).Start(g, 2)
	ms[0].set.Run(g, 5)
	require.Equal(t, before, ms[0].stats)
	require.EqualValues(t, 1, ms[1].stats.TimersFired)
}

func TestMayWakeAsksEveryTimer(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	for name, c := range map[string]struct {
		wakes []func() bool
		want  bool
	}{
		"none":         {nil, false},
		"always":       {[]func() bool{nil}, true},
		"never":        {[]func() bool{no, no}, false},
		"one of three": {[]func() bool{no, no, yes}, true},
	} {
		m := newTimerMs(1)[0]
		for _, wakes := range c.wakes {
			(&Timer{Fire: nothing, Wakes: wakes}).Start(&m.g0, 10)
		}
		require.Equal(t, c.want, m.set.mayWake(&host.Count{}), name)
	}
}

func TestWrongStartsPanicAndLeaveTheTimerStopped(t *testing.T) {
	m := newTimerMs(1)[0]
	native, good := newNativeG(), &Timer{Fire: nothing}
	for name, c := range map[string]struct {
		want  string
		start func()
	}{
		"no Fire":         {"Fire is nil", func() { new(Timer).Start(&m.g0, 1) }},
		"negative period": {"the period is -1", func() { good.StartPeriodic(&m.g0, 1, -1) }},
		"no period":       {"the period is 0", func() { good.StartPeriodic(&m.g0, 1, 0) }},
		"native G":        {"this G is one of Go's own", func() { good.Start(native, 1) }},
	} {
		require.Contains(t, panicText(c.start), c.want, name)
	}
	require.Zero(t, m.set.First())
}

// panicText returns what f panics with; "" if it does not.
func panicText(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestTimersDoNotAllocateOnceTheirSetHasGrown(t *testing.T) {
	ms := newTimerMs(2)
	timers := make([]*Timer, 100)
	for i := range timers {
		timers[i] = &Timer{Fire: nothing}
	}
	now := int64(0)
	cycle := func() {
		for i, timer := range timers {
			timer.Start(&ms[i%2].g0, now+int64(i))
		}
		ms[0].set.MoveTo(&ms[1].set, &ms[0].M)
		for _, timer := range timers[:30] {
			timer.Stop(&ms[0].g0)
		}
		now += 200
		ms[1].run(now)
	}
	cycle()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		cycle()
		ms[0].told, ms[1].told = ms[0].told[:0], ms[1].told[:0]
	}))
}
