package workloads

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/native"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// cspWorkloads are the workloads that csp_test.go is about, and the metrics they report.
var cspWorkloads = []struct {
	Workload
	metrics []string
}{
	{yieldMany, nil},
	{pingPong, nil},
	{pingPongMany, nil},
	{pingPongHog, []string{"bounce-ns", "hogged-bounces"}},
	{ring, nil},
	{fanOutIn, nil},
	{chanContended, nil},
	{sieve, nil},
	{hackbench, nil},
	{mutexContended, []string{"streak-max-locks", "spread-ratio"}},
	{syscallMix, []string{"delays"}},
	{syscallMixBlocking, []string{"delays"}},
	{wakeupSpinning, wakeupMetrics},
	{wakeupSyscall, wakeupMetrics},
}

var wakeupMetrics = []string{
	"d0us-ns", "d1us-ns", "d2us-ns", "d5us-ns", "d10us-ns", "d20us-ns", "d50us-ns", "d100us-ns",
}

// Each row is the state that a run leaves behind, with a right or a wrong answer in it.
func TestCSPVerificationBites(t *testing.T) {
	for _, row := range []struct {
		workload, answer string
		verify           func() error
		wrong            string // what the error says; "" if the answer is right
	}{
		{"yield_many", "right", afterYields(3, 3), ""},
		{"yield_many", "a yield lost", afterYields(3, 2), "2 yields of task 1, expected 3"},
		{"yield_many", "a task run twice", afterYields(6, 3), "6 yields of task 0, expected 3"},
		{"ping_pong", "right", afterBounces("ping_pong", 3, 6), ""},
		{"ping_pong", "half a bounce lost", afterBounces("ping_pong", 3, 5), "5, expected 6"},
		{"ping_pong_many", "right", afterExchanges(4, 4), ""},
		{"ping_pong_many", "a pair that was not run", afterExchanges(4, 0),
			"0 of pair 1, expected 4"},
		{"ring", "right", afterLaps(3, 384), ""},
		{"ring", "a node skipped", afterLaps(3, 383), "383, expected 384"},
		{"fan_out_in", "right", afterFan(7, 8), ""},
		{"fan_out_in", "another sum", afterFan(6, 8), "6, expected 7"},
		{"fan_out_in", "a worker missing", afterFan(7, 7), "7, expected 8"},
		{"chan_contended", "right", afterBursts(1000, 18_900), ""},
		{"chan_contended", "a number changed", afterBursts(1000, 18_901), "19901, expected 19900"},
		{"sieve", "right", afterSieve(2, 3, 5), ""},
		{"sieve", "the last stage missing",
			(&sieveRun{want: []int{2}, found: []int{2}, begun: 1}).verify, "1, expected 2"},
		{"sieve", "a prime missing", afterSieve(2, 3), "2 primes, expected 3"},
		{"sieve", "not a prime", afterSieve(2, 3, 4), "[2 3 4], expected [2 3 5]"},
		{"sieve", "out of order", afterSieve(3, 2, 5), "[3 2 5], expected [2 3 5]"},
		{"hackbench", "right", afterMessages(40), ""},
		{"hackbench", "out of order", afterMessages(39),
			"39 messages in order at receiver 19 of group 0, expected 40"},
		{"mutex_contended", "right", afterLocks(5, 2, 3), ""},
		{"mutex_contended", "an acquisition lost", afterLocks(5, 3, 3),
			"5 acquisitions, 6 by the Gs' own count, expected 5"},
		{"mutex_contended", "too few", afterLocks(4, 2, 2),
			"4 acquisitions, 4 by the Gs' own count, expected 5"},
		{"syscall_mix", "right", afterCalls(2, 7), ""},
		{"syscall_mix", "a call lost", afterCalls(1, 7), "1 calls of caller 0, expected 2"},
		{"syscall_mix", "another result", afterCalls(2, 8), "0x8 of computer 0, expected 0x7"},
	} {
		t.Run(row.workload+"/"+row.answer, func(t *testing.T) {
			err := row.verify()
			if row.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "workloads: "+row.workload+": wrong answer "+row.wrong)
		})
	}
}

func afterYields(yields ...int) func() error {
	w := &yieldManyRun{rounds: 3}
	for _, n := range yields {
		w.tasks = append(w.tasks, yielder{yields: n})
	}
	return w.verify
}

func afterBounces(workload string, bounces, number int) func() error {
	b := &bouncer{bounces: bounces, number: number}
	return func() error { return b.verify(workload) }
}

func afterExchanges(totals ...int) func() error {
	w := &pingPongManyRun{rounds: 2}
	for _, n := range totals {
		w.pairs = append(w.pairs, pair{total: n})
	}
	return w.verify
}

func afterLaps(laps, token int) func() error {
	return (&ringRun{laps: laps, token: token}).verify
}

// afterBursts: two Gs, one burst each.
func afterBursts(sums ...int) func() error {
	w := &chanContendedRun{rounds: 1}
	for _, sum := range sums {
		w.gs = append(w.gs, burster{sum: sum})
	}
	return w.verify
}

func afterSieve(found ...int) func() error {
	return (&sieveRun{want: []int{2, 3, 5}, found: found, begun: len(found) + 1}).verify
}

func afterFan(sum uint64, ended int64) func() error {
	w := &fanOutInRun{sum: sum, want: 7}
	w.ended.Store(ended)
	return w.verify
}

// afterMessages: all receivers but the last got 40 messages in order.
func afterMessages(last int) func() error {
	w := &hackbenchRun{loops: 2, groups: make([]hackGroup, 1)}
	receivers := &w.groups[0].receivers
	for i := range receivers {
		receivers[i].inOrder = 40
	}
	receivers[hackSide-1].inOrder = last
	return w.verify
}

func afterLocks(taken int, own ...int) func() error {
	w := &mutexContendedRun{quota: 5, taken: taken}
	for _, n := range own {
		w.gs = append(w.gs, contender{taken: n, ends: 1})
	}
	return w.verify
}

func afterCalls(calls int, result uint64) func() error {
	w := &syscallMixRun{name: "syscall_mix", calls: 2, want: 7}
	w.callers = []caller{{done: calls}}
	w.workers = []computer{{result: result, ends: 1}}
	return w.verify
}

// After a right run, a run that does nothing must not pass.
func TestCSPAnswerOfTheLastRunDoesNotPassForThisOnes(t *testing.T) {
	for _, w := range cspWorkloads {
		t.Run(w.Name, func(t *testing.T) {
			in := prepared(t, w.Workload, 1)
			require.NoError(t, in.Run(newNative(t, 1)))
			require.ErrorContains(t, in.Run(lazy{}), "workloads: "+w.Name+": wrong answer")
		})
	}
}

func TestCSPInstanceCanBeRunAgainOnAnotherScheduler(t *testing.T) {
	for _, w := range cspWorkloads {
		t.Run(w.Name, func(t *testing.T) {
			in := prepared(t, w.Workload, 2)
			for range 2 {
				s := newNative(t, 2)
				for range 2 {
					require.NoError(t, in.Run(s))
				}
			}
		})
	}
}

func TestCSPMetricsArePresentAndFinite(t *testing.T) {
	for _, w := range cspWorkloads {
		t.Run(w.Name, func(t *testing.T) {
			in := prepared(t, w.Workload, 1)
			require.NoError(t, in.Run(newNative(t, 1)))
			if w.metrics == nil {
				require.Nil(t, in.Metrics)
				return
			}
			var names []string
			for _, m := range in.Metrics() {
				// Percentiles are left out if there are too few samples.
				if !strings.Contains(m.Unit, "-p") {
					names = append(names, m.Unit)
				}
				finite := !math.IsInf(m.Value, 0) && !math.IsNaN(m.Value)
				require.True(t, finite, "%s is %v", m.Unit, m.Value)
				require.GreaterOrEqual(t, m.Value, 0.0, m.Unit)
			}
			require.Equal(t, w.metrics, names)
		})
	}
}

func TestCSPWorkloadsThatScaleWithProcsRefuseSenselessOnes(t *testing.T) {
	for _, w := range []Workload{chanContended, mutexContended, syscallMix, syscallMixBlocking} {
		for _, procs := range []int{-1, 0, rt.MaxProcs + 1} {
			_, err := w.Prepare(Params{Size: Small, Procs: procs})
			require.ErrorContains(t, err,
				fmt.Sprintf("Procs is %d; it must be 1 to 4096", procs), w.Name)
		}
	}
}

// The rest of the bounces is made without the hog, whatever its patience.
func TestHogThatLosesPatienceLeavesThePairToFinish(t *testing.T) {
	const bounces = 500
	for _, patience := range []int64{0, 1_000, 100_000} {
		w := newPingPongHog(bounces, patience)
		require.NoError(t, w.run(newNative(t, 1)))
		require.LessOrEqual(t, w.beside, int64(bounces))
		require.Greater(t, w.ns, int64(0))
	}
}

func TestHogWithoutAPairLosesPatience(t *testing.T) {
	const patience = 10_000
	w := newPingPongHog(1, patience)
	require.NoError(t, newNative(t, 1).Run(func(g *rt.G) {
		w.stop = gsync.NewChan[int](g, 0)
		w.start = host.Nanotime()
		w.spin(g)
	}))
	require.Zero(t, w.beside)
	require.Greater(t, w.ns, int64(patience))
}

func TestMetricsOfAHogWithoutBouncesAreTheWholeTime(t *testing.T) {
	w := &pingPongHogRun{beside: 0, ns: 5000}
	require.Equal(t, []Metric{{"bounce-ns", 5000}, {"hogged-bounces", 0}}, w.metrics())
}

func TestReceiversCountMessagesOutOfOrder(t *testing.T) {
	for _, row := range []struct {
		messages []hackMessage // sender and number
		inOrder  int
	}{
		{[]hackMessage{{0, 0}, {1, 0}, {0, 1}, {1, 1}}, 4},
		{[]hackMessage{{0, 1}, {1, 0}, {0, 0}, {1, 1}}, 2},
		{[]hackMessage{{0, 0}, {0, 0}, {1, 0}, {1, 2}}, 2},
	} {
		require.NoError(t, newNative(t, 1).Run(func(g *rt.G) {
			in := gsync.NewChan[hackMessage](g, len(row.messages))
			for _, m := range row.messages {
				in.Send(g, m)
			}
			require.Equal(t, row.inOrder, collect(g, in, len(row.messages)), "%v", row.messages)
		}))
	}
}

// A G's own two busy times never overlap.
func TestWakeupRoundsTakeNoLessThanBothBusyTimesOfAG(t *testing.T) {
	for _, w := range []Workload{wakeupSpinning, wakeupSyscall} {
		in := prepared(t, w, 2)
		require.NoError(t, in.Run(newNative(t, 2)))
		for i, m := range in.Metrics() {
			busy := float64(2*1000*wakeupDelaysUs[i] + wakeDelayNs)
			require.GreaterOrEqual(t, m.Value, busy, "%s of %s", m.Unit, w.Name)
		}
	}
}

func TestSequentialSieveFindsThePrimes(t *testing.T) {
	primes, messages := sieveSequentially(3)
	require.Equal(t, []int{2, 3, 5}, primes)
	require.Equal(t, 1+2+1+3, messages, "for the numbers 2, 3, 4 and 5")
	primes, _ = sieveSequentially(1000)
	require.Equal(t, 7919, primes[999])
}

func TestMutexMetrics(t *testing.T) {
	for _, row := range []struct {
		name   string
		takers []int // of four Gs, in this order
		streak float64
		spread float64
	}{
		{"even shares", []int{0, 1, 2, 3, 0, 1, 2, 3}, 1, 0},
		{"one gets all", []int{2, 2, 2, 2}, 4, 4},
		{"longest streak in the middle", []int{0, 1, 1, 1, 2, 3, 3, 2}, 3, 1},
		{"a streak that is taken up again counts anew", []int{0, 0, 1, 0, 0, 2, 3, 2}, 2, 1.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &mutexContendedRun{quota: len(row.takers), gs: make([]contender, 4)}
			for _, i := range row.takers {
				require.True(t, w.take(&w.gs[i]))
			}
			require.False(t, w.take(&w.gs[0]), "beyond the quota")
			require.ErrorContains(t, w.verify(), "0, expected 4", "Gs that have not ended")
			for i := range w.gs {
				w.gs[i].ends = 1
			}
			require.NoError(t, w.verify())
			want := []Metric{{"streak-max-locks", row.streak}, {"spread-ratio", row.spread}}
			require.Equal(t, want, w.metrics())
		})
	}
}

// Only a yield during which a call began counts as a delay.
func TestDelaysAreCountedBesideCallsOnly(t *testing.T) {
	w := &syscallMixRun{}
	c := &computer{w: w, delays: rt.NewLatencies()}
	w.workers = []computer{*c}
	require.NoError(t, newNative(t, 1).Run(func(g *rt.G) {
		c.yield(g)
		require.Zero(t, c.delays.TotalCount(), "nobody calls")
		calls := uint64(0)
		for c.delays.TotalCount() == 0 {
			g.Go(func(*rt.G) { w.begun.Add(1) })
			calls++
			c.yield(g)
		}
		for w.begun.Load() < calls {
			g.Yield()
		}
		c.yield(g) // nobody calls any more
	}))
	require.EqualValues(t, 1, c.delays.TotalCount())
	require.Equal(t, []Metric{{"delays", 1}}, w.metrics(), "one sample has no percentiles")
}

func TestNanosleepSleepsNoLessThanAskedFor(t *testing.T) {
	for _, ns := range []int64{0, 1, 300_000} {
		start := host.Nanotime()
		nanosleep(ns)
		require.GreaterOrEqual(t, host.Nanotime()-start, ns)
	}
}

func TestRandomInputFollowsTheSeed(t *testing.T) {
	want := func(seed uint64) (sums []uint64) {
		for range 2 {
			w := newFanOutIn(Params{Size: Small, Procs: 1, Seed: seed})
			sums = append(sums, w.want)
		}
		return sums
	}
	one, two := want(1), want(2)
	require.Equal(t, one[0], one[1])
	require.NotEqual(t, one[0], two[0])
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(append(one, two...)))), 2)
}

func prepared(t *testing.T, w Workload, procs int) *Instance {
	in, err := w.Prepare(Params{Size: Small, Procs: procs, Seed: 1})
	require.NoError(t, err)
	require.Positive(t, in.Ops)
	require.NotEmpty(t, in.Op)
	return in
}

func newNative(t *testing.T, procs int) rt.Scheduler {
	s, err := native.New(rt.Config{Procs: procs, Seed: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
