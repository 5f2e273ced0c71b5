//go:build race && !model && !sim

package host

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// locks are what a thread of the tests takes.
type locks struct {
	outer, middle, inner, aside Mutex
	counted                     CountedMutex // of rank inner
	first, second, equal        Mutex        // of rank middle: numbers 1, 2 and 2
	plain, plainToo             Mutex
}

func newLocks() *locks {
	l := &locks{}
	l.outer.SetRank(outer)
	l.middle.SetRank(middle)
	l.inner.SetRank(inner)
	l.counted.SetRank(inner)
	l.aside.SetRank(aside)
	l.first.SetRankNth(middle, 1)
	l.second.SetRankNth(middle, 2)
	l.equal.SetRankNth(middle, 2)
	return l
}

// onAThread runs f on a thread of its own and returns the text of its panic.
func onAThread(f func()) (says string) {
	done := make(chan struct{})
	Go(func() {
		defer close(done)
		says = panicOf(f)
	})
	<-done
	return says
}

func panicOf(f func()) (says string) {
	defer func() {
		if v := recover(); v != nil {
			says = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}

const (
	underNothing = "order: nothing may be held when it is taken"
	underOuter   = "order: it may be taken under outer, and under what those may be taken under"
)

// rankTests are what a thread does. says is how it panics: "" if the order allows it.
var rankTests = map[string]struct {
	do   func(l *locks)
	says string
}{
	"in order":     {func(l *locks) { l.outer.Lock(); l.middle.Lock(); l.inner.Lock() }, ""},
	"one left out": {func(l *locks) { l.outer.Lock(); l.counted.Lock() }, ""},
	"against the order": {
		func(l *locks) { l.middle.Lock(); l.outer.Lock() },
		"host: Mutex.Lock: outer is taken while middle is held; " + underNothing +
			"; the thread holds middle",
	},
	"counted": {
		func(l *locks) { l.counted.Lock(); l.middle.LockCounted(&Count{}) },
		"host: Mutex.LockCounted: middle is taken while inner is held; " + underOuter +
			"; the thread holds inner",
	},
	"no order": {
		func(l *locks) { l.aside.Lock(); l.middle.Lock() },
		"host: Mutex.Lock: middle is taken while aside is held; " + underOuter +
			"; the thread holds aside",
	},
	"not the last one": {
		func(l *locks) { l.inner.Lock(); l.plain.TryLock(); l.outer.Lock() },
		"host: Mutex.Lock: outer is taken while inner is held; " + underNothing +
			"; the thread holds inner, a lock without a rank",
	},
	"tried": {
		func(l *locks) { l.inner.Lock(); l.outer.TryLock(); l.middle.TryLockCounted(&Count{}) },
		"",
	},
	"tried in vain": {
		func(l *locks) { l.outer.Lock(); l.outer.TryLock(); l.outer.Unlock(); l.aside.Lock() },
		"",
	},
	"after a try": {
		func(l *locks) { l.inner.TryLock(); l.middle.Lock() },
		"middle is taken while inner is held",
	},
	"released": {func(l *locks) { l.inner.Lock(); l.inner.Unlock(); l.outer.Lock() }, ""},
	"released in another order": {
		func(l *locks) {
			l.outer.Lock()
			l.middle.Lock()
			l.outer.Unlock()
			l.inner.Lock()
			l.outer.Lock()
		},
		"outer is taken while middle is held; " + underNothing + "; the thread holds middle, inner",
	},
	"released by another thread": {
		func(l *locks) { l.inner.Lock(); onAThread(func() { l.inner.Unlock() }); l.outer.Lock() },
		"",
	},
	"held by another thread": {
		func(l *locks) { onAThread(func() { l.inner.Lock() }); l.outer.Lock() },
		"",
	},
	"twice": {
		func(l *locks) { l.outer.Lock(); l.outer.Lock() },
		"host: Mutex.Lock: outer is taken by the thread that holds it; the thread holds outer",
	},
	"ascending numbers": {
		func(l *locks) { l.middle.Lock(); l.first.Lock(); l.second.Lock() },
		"",
	},
	"descending numbers": {
		func(l *locks) { l.second.Lock(); l.first.Lock() },
		"host: Mutex.Lock: middle number 1 is taken while number 2 is held; " +
			"order: the lower number first; the thread holds middle",
	},
	"equal numbers": {
		func(l *locks) { l.second.Lock(); l.equal.Lock() },
		"host: Mutex.Lock: middle is taken while another lock of its rank is held; " +
			"order: one at a time, unless SetRankNth numbers them; the thread holds middle",
	},
	"no rank": {func(l *locks) { l.plain.Lock() }, ""},
	"no rank, twice": {
		func(l *locks) { l.plain.Lock(); l.plainToo.Lock() },
		"a lock without a rank is taken while another lock of its rank is held",
	},
	"no rank, inside": {
		func(l *locks) { l.inner.Lock(); l.plain.Lock() },
		"a lock without a rank is taken while inner is held; " + underNothing,
	},
	"no rank, outside": {
		func(l *locks) { l.plain.Lock(); l.outer.Lock() },
		"outer is taken while a lock without a rank is held; " + underNothing,
	},
	"read out": {func(l *locks) { l.middle.Lock(); l.counted.Count(); l.first.Lock() }, ""},
}

func TestTheOrderOfRanksIsChecked(t *testing.T) {
	for name, c := range rankTests {
		t.Run(name, func(t *testing.T) {
			says := onAThread(func() { c.do(newLocks()) })
			require.Contains(t, says, c.says)
			require.Equal(t, c.says == "", says == "", says)
		})
	}
}

// A thread takes its locks along, and leaves none behind.
func TestLocksGoAlongWithTheThread(t *testing.T) {
	var says [3]string
	l := newLocks()
	var s, thread, other Stack
	s.Init(func() {
		says[0] = panicOf(func() { l.outer.Lock() }) // inner came along
		l.inner.Unlock()
		l.outer.Lock()
		s.Switch(&thread)
		says[1] = panicOf(func() { l.aside.Lock() }) // outer stayed with the other thread
		l.aside.Unlock()
		s.Switch(&other)
	})
	done := make(chan struct{})
	Go(func() {
		l.inner.Lock()
		thread.Switch(&s)
		says[2] = panicOf(func() { l.aside.Lock() }) // outer came back
		onAThread(func() { other.Switch(&s) })
		l.outer.Unlock()
		close(done)
	})
	<-done
	s.Destroy()
	require.Contains(t, says[0], "outer is taken while inner is held")
	require.Empty(t, says[1])
	require.Contains(t, says[2], "aside is taken while outer is held")
}

// A Stack that is to end does not switch, so it keeps what it holds.
func TestLocksStayWithAStackThatEnds(t *testing.T) {
	l := newLocks()
	var says string
	var s, thread Stack
	s.Init(func() {
		s.Switch(&thread)
		l.outer.Lock()
		s.Switch(&thread)
		says = panicOf(func() { l.aside.Lock() })
		l.outer.Unlock()
	})
	onAThread(func() { thread.Switch(&s) })
	s.Destroy()
	require.Contains(t, says, "aside is taken while outer is held")
}

func TestWhatWasTakenUnderWhatIsKnown(t *testing.T) {
	l := newLocks()
	last := NewRank("last", outer)
	l.inner.SetRank(last)
	onAThread(func() { l.outer.Lock(); l.middle.TryLock(); l.inner.TryLock() })
	require.True(t, last.WasTakenUnder(outer))
	require.True(t, last.WasTakenUnder(middle))
	require.False(t, last.WasTakenUnder(aside))
	require.False(t, outer.WasTakenUnder(last))
}

const raceEnv = "HOST_TEST_RACE"

// Two threads race for x. What both note about their ranks must not put them in order.
func TestRanksHideNoRace(t *testing.T) {
	if os.Getenv(raceEnv) != "" {
		race()
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRanksHideNoRace$")
	cmd.Env = append(os.Environ(), raceEnv+"=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "WARNING: DATA RACE")
}

func race() {
	x := 0
	var first Bool
	take := func() {
		l := newLocks()
		l.outer.Lock()
		l.inner.Lock()
		l.inner.Unlock()
		l.outer.Unlock()
	}
	done := make(chan struct{})
	Go(func() {
		take()
		x++
		take()
		runtime.RaceDisable() // the detector must not see which thread is first
		first.Store(true)
		runtime.RaceEnable()
		done <- struct{}{}
	})
	Go(func() {
		runtime.RaceDisable()
		for !first.Load() {
			runtime.Gosched()
		}
		runtime.RaceEnable()
		take()
		x++
		done <- struct{}{}
	})
	<-done
	<-done
}
