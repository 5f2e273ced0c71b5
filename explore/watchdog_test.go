package explore

import (
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// impatient is a Patience within which every step begins, unless the machine is very busy.
const impatient = 300 * time.Millisecond

// whyBlocked returns the violation that the watchdog reports for program. Its message must
// match want, a regular expression. On a very busy machine the watchdog may have met a step
// that had no CPU yet. So it is wrong only if it says something else with more patience,
// too.
func whyBlocked(t *testing.T, program func(), want string) *Violation {
	for patience := impatient; ; patience *= 4 {
		r, err := Run(program, Patience(patience))
		require.NoError(t, err)
		require.Equal(t, Violated, r.Verdict)
		require.Equal(t, Blocking, r.Violation.Property)
		if patience > 10*impatient || regexp.MustCompile(want).MatchString(r.Violation.Message) {
			require.Regexp(t, want, r.Violation.Message)
			return r.Violation
		}
	}
}

func blocksOnChannel() {
	c := make(chan int)
	Go(func() { <-c })
}

func blocksOnMutex() {
	var m sync.Mutex
	m.Lock()
	m.Lock()
}

func sleepsForReal() { time.Sleep(time.Hour) }

func blocksAfterSteps() {
	var x Int32
	c := make(chan int)
	Go(func() { x.Store(1) })
	Go(func() {
		if x.Load() == 0 {
			<-c
		}
	})
}

func TestCodeThatBlocksOutsideIsNamed(t *testing.T) {
	for _, c := range []struct {
		name           string
		program        func()
		message, stack string
	}{
		{"channel", blocksOnChannel, `thread 1 has been blocked \(chan receive\)`,
			"blocksOnChannel"},
		{"mutex", blocksOnMutex, `thread 0 has been blocked \(sync.Mutex.Lock\)`, "blocksOnMutex"},
		{"sleep", sleepsForReal, `thread 0 has been blocked \(sleep\)`, "sleepsForReal"},
		{"after steps", blocksAfterSteps, `thread 2 has been blocked \(chan receive\)`,
			"blocksAfterSteps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, whyBlocked(t, c.program, c.message).Stack, c.stack)
		})
	}
}

func TestSleepingForRealAgainAndAgainIsNamed(t *testing.T) {
	v := whyBlocked(t, func() {
		var x Int32
		for range 1000 {
			x.Add(1)
			time.Sleep(impatient / 50)
		}
	}, `waits \(sleep\) outside the controlled types`)
	require.Contains(t, v.Stack, "TestSleepingForReal")
}

func TestALoopWithoutOperationIsNamed(t *testing.T) {
	var stop atomic.Bool // the real one
	defer stop.Store(true)
	loops := func() {
		for !stop.Load() {
		}
	}
	v := whyBlocked(t, loops, "without a controlled operation")
	require.Contains(t, v.Stack, "TestALoopWithoutOperationIsNamed")
}

func TestAStrayGoroutineIsAFailureOfItsExploration(t *testing.T) {
	for name, program := range map[string]func(){
		"it is waited for": func() {
			var x Int32
			var wg sync.WaitGroup
			wg.Add(1)
			go func() { defer wg.Done(); x.Store(1) }()
			wg.Wait()
			x.Load()
		},
		"it never lets go": func() {
			var x Int32
			c := make(chan int)
			go func() { x.Store(1); c <- 1 }()
			<-c
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := whyBlocked(t, program, "Int32.Store on a goroutine that is no controlled thread")
			require.Contains(t, v.Stack, "TestAStrayGoroutine")
		})
	}
}

// TestALongExecutionIsNotTakenForOneThatHangs: here the program itself is the watchdog, and
// asks after each step.
func TestALongExecutionIsNotTakenForOneThatHangs(t *testing.T) {
	c := newControl(defaults())
	var e *engine.Engine
	e = newEngine(defaults(), func() {
		var x Int32
		for range 10 * engine.SilentTicks {
			x.Add(1)
			require.Nil(t, c.Blocked([]*engine.Engine{e}))
		}
	}, dpor.New(nil, nil))
	defer e.Close()
	e.Control = c
	require.Nil(t, explore(e, nil).Violation)
}

func TestAnAbandonedEngineEndsWhenItCan(t *testing.T) {
	c := make(chan int)
	ended := make(chan int, 1)
	r, err := Run(func() {
		var x Int32
		defer func() { ended <- 1 }()
		<-c
		x.Store(1)
		t.Error("the abandoned thread took a step")
	}, Patience(impatient))
	require.NoError(t, err)
	require.Equal(t, Blocking, r.Violation.Property)
	close(c)
	<-ended
}
