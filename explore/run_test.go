package explore

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
)

// fakeTB stands for a test, and keeps what it logs.
type fakeTB struct {
	testing.TB
	t      *testing.T
	errors []string
	logs   []string
	clean  []func()
}

// fatal is the panic that ends a fakeTB.
type fatal struct{}

func (f *fakeTB) Helper()                   {}
func (f *fakeTB) Name() string              { return "TestFake" }
func (f *fakeTB) ArtifactDir() string       { return f.t.TempDir() }
func (f *fakeTB) Cleanup(g func())          { f.clean = append(f.clean, g) }
func (f *fakeTB) Logf(s string, a ...any)   { f.logs = append(f.logs, fmt.Sprintf(s, a...)) }
func (f *fakeTB) Errorf(s string, a ...any) { f.errors = append(f.errors, fmt.Sprintf(s, a...)) }
func (f *fakeTB) Fatal(a ...any) {
	f.errors = append(f.errors, fmt.Sprint(a...))
	panic(fatal{})
}

// watched runs Test on a fakeTB.
func watched(t *testing.T, program func(), opts ...Option) (*fakeTB, Result) {
	f := &fakeTB{t: t}
	var r Result
	func() {
		defer func() {
			if p := recover(); p != nil && p != (fatal{}) {
				panic(p)
			}
		}()
		r = Test(f, program, opts...)
	}()
	for _, g := range f.clean {
		g()
	}
	return f, r
}

var storeBuffering = bodies(bufferedStores).started()

func lockForGood() {
	var m Mutex
	m.Lock()
	m.Lock()
}

// spins reads x again and again without Pause.
func spins() {
	var x Int32
	Go(func() {
		for x.Load() == 0 {
		}
	})
	Go(func() { x.Store(1) })
}

func TestVerdictsFailOrPassATest(t *testing.T) {
	for _, c := range []struct {
		name    string
		program func()
		opts    []Option
		verdict Verdict
		fails   string // what the failure says; "": passes
		logs    string
	}{
		{"verified", storeBuffering, nil, Verified, "",
			"Verified (every execution): 3 executions complete, 12 steps"},
		{"bounded", storeBuffering, []Option{Preemptions(0)}, Verified, "", "preemption"},
		{"violated", lockForGood, nil, Violated, "deadlock after 1 step", ""},
		{"declared", lockForGood, []Option{MustViolate(Deadlock)}, Violated, "",
			"Violated (every execution)"},
		{"another declared", lockForGood, []Option{MustViolate(DataRace)}, Violated,
			`MustViolate("data race"): that was not violated`, ""},
		{"declared in vain", storeBuffering, []Option{MustViolate(Deadlock)}, Verified,
			`MustViolate("deadlock"): that was not violated`, ""},
		{"budget of executions", storeBuffering, []Option{Executions(2)}, Unknown,
			"the budget of 2 executions is spent", ""},
		{"budget just enough", storeBuffering, []Option{Executions(3)}, Verified, "",
			"3 executions complete"},
		{"random", storeBuffering, []Option{Strategy("random"), Executions(5)}, Unknown,
			"leaves executions out", ""},
		{"steps", spins, []Option{Steps(50)}, Unknown,
			"1 execution was given up after 50 steps: thread 1 goes round run_test.go:", ""},
		{"no such option", storeBuffering, []Option{Preemptions(-1)}, Unknown,
			"Preemptions: -1; it must be 0 or more", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, r := watched(t, c.program, c.opts...)
			require.Equal(t, c.verdict, r.Verdict, "%v", f)
			if c.fails == "" {
				require.Empty(t, f.errors)
			} else {
				require.Len(t, f.errors, 1)
				require.Contains(t, f.errors[0], c.fails)
			}
			require.Contains(t, strings.Join(f.logs, "\n"), c.logs)
		})
	}
}

func TestNothingIsVerifiedWithoutACompleteExecution(t *testing.T) {
	c := newControl(defaults())
	for _, r := range []Result{{}, {Cut: 3}, {TooLong: 2}} {
		r.conclude(c, dpor.New(nil, nil))
		require.Equal(t, Unknown, r.Verdict)
		require.NotEmpty(t, r.Why)
		require.NotEmpty(t, r.Bound)
	}
}

func TestABudgetOfTimeEndsInUnknown(t *testing.T) {
	r, err := Run(lastZero(14).started(), Budget(time.Millisecond))
	require.NoError(t, err)
	require.Equal(t, Unknown, r.Verdict)
	require.Contains(t, r.Why, "the budget of 1ms is spent")
}

// late stands for a test that go test will soon end.
type late struct{ *fakeTB }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(10 * time.Millisecond), true }

func TestAnExplorationEndsBeforeGoTestDoes(t *testing.T) {
	f := &fakeTB{t: t}
	r := Test(late{f}, lastZero(14).started())
	require.Equal(t, Unknown, r.Verdict)
	require.Contains(t, f.errors[0], "the time of go test is running out")
}

func TestEarlyTimeoutsBelongToTheBound(t *testing.T) {
	waits := func() {
		var n Note
		Go(func() { n.SleepFor(1000) })
		Go(func() { n.Wakeup() })
	}
	for _, c := range []struct {
		program func()
		n       int
		bound   string
	}{
		{waits, 1, "every execution; at most 1 early timeout in each"},
		{waits, 0, "every execution; no early timeout"},
		{waits, 2, "every execution"},
		{storeBuffering, 1, "every execution"},
	} {
		r, err := Run(c.program, Timeouts(c.n))
		require.NoError(t, err)
		require.Equal(t, c.bound, r.Bound)
	}
}

func TestKeepGoingCountsViolations(t *testing.T) {
	r, err := Run(philosophers(4).started(), KeepGoing())
	require.NoError(t, err)
	require.Equal(t, Violated, r.Verdict)
	require.Equal(t, []uint64{14, 1, 1}, []uint64{r.Complete, r.Stuck, r.Violations})
}

func TestTheLoopIsNamed(t *testing.T) {
	twoLoops := func() {
		var x, y Int32
		Go(func() {
			for range 3 {
				y.Add(1)
			}
			for x.Load() == 0 {
				y.Load()
			}
		})
	}
	r, err := Run(twoLoops, Steps(100))
	require.NoError(t, err)
	require.Equal(t, Unknown, r.Verdict)
	require.Regexp(t,
		`thread 1 goes round run_test\.go:(\d+), run_test\.go:(\d+)\. If it waits`, r.Why)
}

// withFlags runs f as if the test binary had been given args.
func withFlags(t *testing.T, f func(), args ...string) {
	was := flags
	defer func() { flags = was }()
	now, err := parsed(args...)
	require.NoError(t, err)
	flags = *now
	f()
}

func addsByHand() {
	var x Int32
	a := Go(func() { x.Store(x.Load() + 1) })
	b := Go(func() { x.Store(x.Load() + 1) })
	a.Join()
	b.Join()
	Assert(x.Load() == 2, "x is %d", x.Load())
}

var replayLine = regexp.MustCompile(`-explore\.replay=\S+`)

func TestTheReplayLineDoesItAgain(t *testing.T) {
	f, _ := watched(t, addsByHand)
	require.Len(t, f.errors, 1)
	line := replayLine.FindString(f.errors[0])
	require.NotEmpty(t, line, "%s", f.errors[0])
	withFlags(t, func() {
		again, r := watched(t, addsByHand)
		require.Equal(t, Violated, r.Verdict)
		require.EqualValues(t, 1, r.Violations)
		require.Contains(t, again.errors[0], "x is 1")

		other, r := watched(t, storeBuffering)
		require.Equal(t, Nondeterminism, r.Violation.Property)
		require.Contains(t, other.errors[0], "the schedule is of another program")
	}, line)
}

func TestAReplayThatBreaksNothingIsNoPass(t *testing.T) {
	repaired := false
	program := func() {
		var x Int32
		a := Go(func() { x.Store(x.Load() + 1) })
		b := Go(func() { x.Store(x.Load() + 1) })
		a.Join()
		b.Join()
		right := x.Load() == 2
		Assert(right || repaired, "an update is lost")
	}
	f, _ := watched(t, program)
	repaired = true
	withFlags(t, func() {
		f, r := watched(t, program)
		require.Equal(t, Unknown, r.Verdict)
		require.Contains(t, f.errors[0], "breaks")
	}, replayLine.FindString(f.errors[0]))
}

// The other explorations of a test are left out when one is replayed.
func TestTheSecondExplorationOfATestIsReplayedAlone(t *testing.T) {
	two := func(f *fakeTB) (first, second Result) {
		return Test(f, storeBuffering), Test(f, addsByHand)
	}
	f := &fakeTB{t: t}
	two(f)
	require.Len(t, f.errors, 1)
	line := replayLine.FindString(f.errors[0])
	require.Contains(t, line, "-explore.replay=2:")
	withFlags(t, func() {
		f := &fakeTB{t: t}
		first, second := two(f)
		require.Zero(t, first.Complete)
		require.Equal(t, Violated, second.Verdict)
		require.Contains(t, f.logs[0], "the first exploration of this test is left out")
	}, line)
}

func TestGarbageInTheReplayFlagIsAnError(t *testing.T) {
	withFlags(t, func() {
		f, _ := watched(t, storeBuffering)
		require.Len(t, f.errors, 1)
		require.Contains(t, f.errors[0], "not a schedule")
	}, "-explore.replay=garbage")
}

// See the documentation of KeepGoing: of what would follow nothing is known.
func TestKeepGoingExploresNothingAfterAFault(t *testing.T) {
	program := func() {
		var x Int32
		Go(func() { x.Store(1) })
		Go(func() { Assert(x.Load() != 0, "too early") })
	}
	for strategy, complete := range map[string]uint64{"exhaustive": 0, "naive": 1} {
		r, err := Run(program, KeepGoing(), Strategy(strategy))
		require.NoError(t, err)
		require.EqualValues(t, complete, r.Complete, strategy)
		require.NotZero(t, r.Violations, strategy)
	}
}

func TestAViolationHasTheTextThatTestPrints(t *testing.T) {
	program := func() { Go(func() { panic("boom") }) }
	r, err := Run(program)
	require.NoError(t, err)
	v := r.Violation
	require.True(t, v.Minimal)
	require.Contains(t, v.HTML, "boom")
	require.Contains(t, v.Text(), v.Table)
	require.Contains(t, v.Text(), v.Stack)
	require.Contains(t, v.Text(), "replay: -explore.replay="+v.Schedule.String())
	f, r := watched(t, program)
	require.Contains(t, strings.Join(f.errors, ""), r.Violation.Text())
}
