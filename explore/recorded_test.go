package explore

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// recWays are ways to explore a program. Each returns how many executions there were.
var recWays = []struct {
	name    string
	share   int // it is compared on one in so many programs
	explore func(t *testing.T, program func(), seed uint64) int
	want    func(b *recBrute) int // executions; nil: any number
}{
	{"exhaustive", 1, recRun(Strategy("exhaustive")), (*recBrute).traced},
	{"bounded", 5, recRun(Preemptions(1000)), nil},
	{"naive", 10, recRun(Strategy("naive")), func(b *recBrute) int { return b.count }},
	{"workers", 5, func(_ *testing.T, program func(), seed uint64) int {
		n, _, _, _ := byTurns(func() func() { return program }, 2, seed)
		return n
	}, (*recBrute).traced},
	{"shards", 10, func(_ *testing.T, program func(), seed uint64) int {
		return int(allShards(program, 2, int(seed%7)).Complete)
	}, (*recBrute).traced},
	{"resumed", 40, func(t *testing.T, program func(), seed uint64) int {
		file := filepath.Join(t.TempDir(), "f")
		return int(resumed(t, program, file, 1+int(seed%5), 1, 0, 1).Complete)
	}, (*recBrute).traced},
}

func recRun(s Option) func(t *testing.T, program func(), _ uint64) int {
	return func(t *testing.T, program func(), _ uint64) int {
		r, err := Run(program, s, Disjoint())
		require.NoError(t, err)
		require.Equal(t, Verified, r.Verdict, r.Why)
		return int(r.Complete)
	}
}

// traced returns the number of traces.
func (b *recBrute) traced() int { return len(b.traces) }

// TestRecordedHistoriesAreThoseOfAllInterleavings compares the histories that are met with those
// of all interleavings, and the number of executions with that of traces.
func TestRecordedHistoriesAreThoseOfAllInterleavings(t *testing.T) {
	for _, pf := range recProfiles {
		t.Run(pf.name, func(t *testing.T) {
			programs, large, interleavings, traces := 0, 0, 0, 0
			end := *bruteSeed + uint64(randomPrograms()/2)
			for seed := *bruteSeed; seed < end; seed++ {
				p := pf.random(rand.New(rand.NewPCG(seed, 9)))
				b, ok := recEnumerate(p, *bruteLimit)
				if !ok {
					large++
					continue
				}
				programs++
				interleavings += b.count
				traces += len(b.traces)
				for _, way := range recWays {
					chooses := pf.choose > 0 && way.name == "resumed" // see explore/saved_test.go
					if seed%uint64(way.share) == 0 && !chooses {
						got := map[string]bool{}
						program := p.run(func(h *recHistory) { got[h.key()] = true })
						n := way.explore(t, program, seed)
						require.Equal(t, b.histories, got, "%s: seed %d\n%s", way.name, seed, p)
						if way.want != nil {
							require.Equal(t, way.want(b), n, "%s: seed %d\n%s", way.name, seed, p)
						}
					}
				}
			}
			t.Logf("%d programs (%d more are too large) with %d interleavings of %d traces",
				programs, large, interleavings, traces)
		})
	}
}

// TestRecordedHistoriesWithWaits compares them with those that the strategy naive meets: brute
// knows neither Pause nor time.
func TestRecordedHistoriesWithWaits(t *testing.T) {
	pf := recProfile{name: "waits", wait: 9, not: 1}
	programs := 0
	end := *bruteSeed + uint64(randomPrograms()/4)
	for seed := *bruteSeed; seed < end; seed++ {
		p := pf.random(rand.New(rand.NewPCG(seed, 11)))
		histories := func(opts ...Option) (map[string]bool, Result) {
			all := map[string]bool{}
			r, err := Run(p.run(func(h *recHistory) { all[h.key()] = true }),
				append(opts, Disjoint(), KeepGoing())...)
			require.NoError(t, err)
			return all, r
		}
		naive, r := histories(Strategy("naive"), Executions(5**bruteLimit))
		if int(r.Complete+r.Stuck) >= 5**bruteLimit {
			continue
		}
		programs++
		got, _ := histories(Strategy("exhaustive"))
		require.Equal(t, naive, got, "exhaustive: seed %d\n%s", seed, p)
		if seed%5 == 0 {
			got, _ := histories(Preemptions(1000))
			require.Equal(t, naive, got, "bounded: seed %d\n%s", seed, p)
		}
	}
	t.Logf("%d programs", programs)
}

// TestStampsAreTakenWithSteps: neither when Call is called nor after Return.
func TestStampsAreTakenWithSteps(t *testing.T) {
	var seen [][2]int32
	r, err := Run(func() {
		var x Int32
		var op Operation
		now := 0 // steps of thread 1 so far
		call, ret := -1, -1
		th := Go(func() {
			x.Load()
			now = 1
			op.Call(func() { call = now })
			x.Load()
			now = 2
			x.Load()
			now = 3
			op.Return(func() { ret = now })
			x.Load()
		})
		x.Store(1)
		seen = append(seen, [2]int32{int32(call), int32(ret)})
		th.Join()
		Assert(call == 1 && ret == 3, "call after %d steps, return after %d", call, ret)
	})
	require.NoError(t, err)
	require.Equal(t, Verified, r.Verdict)
	require.Contains(t, seen, [2]int32{-1, -1}, "before the first step")
	require.Contains(t, seen, [2]int32{1, -1}, "between the steps")
	require.Contains(t, seen, [2]int32{1, 3}, "after the last step")
}

func TestOperationsThatCannotBeRecorded(t *testing.T) {
	none := func() {}
	for _, c := range []struct {
		want   string
		misuse func(op *Operation)
	}{
		{"Operation.Return: it has not been called", func(op *Operation) { op.Return(none) }},
		{"Operation.Call: the operation before has not returned", func(op *Operation) {
			op.Call(none)
			op.Call(none)
		}},
		{"thread 1 returns from what thread 0 has called", func(op *Operation) {
			op.Call(none)
			Go(func() { op.Return(none) })
		}},
	} {
		r, err := Run(func() { c.misuse(new(Operation)) })
		require.NoError(t, err)
		require.Equal(t, Panic, r.Violation.Property)
		require.Contains(t, r.Violation.Message, c.want)
	}
}

// Threads that are not controlled stamp at once.
func TestOperationsOfRealThreads(t *testing.T) {
	var op Operation
	var stamps []string
	op.Call(func() { stamps = append(stamps, "call") })
	op.Return(func() { stamps = append(stamps, "return") })
	Recorded(func() { stamps = append(stamps, "read") })
	require.Equal(t, []string{"call", "return", "read"}, stamps)
	require.PanicsWithValue(t, "explore: Operation.Return: it has not been called; call Call when "+
		"it begins", func() { op.Return(nil) })
	allocs := testing.AllocsPerRun(100, func() {
		op.Call(func() {})
		op.Return(func() {})
	})
	require.Zero(t, allocs)
}

// TestOperationsInOperations: an object that is made of another one, each with its own history.
func TestOperationsInOperations(t *testing.T) {
	met := func(opts ...Option) map[string]bool {
		all := map[string]bool{}
		r, err := Run(func() {
			h := &recHistory{}
			var x, y Int32
			var threads []*Thread
			for i := range 2 {
				threads = append(threads, Go(func() {
					var outer, inner Operation
					outer.Call(func() { h.call(i, 0) })
					inner.Call(func() { h.call(i, 1) })
					h.answer(i, int(x.Add(1)))
					h.answer(i, Choose(2))
					inner.Return(func() { h.ret(i, 1) })
					h.answer(i, int(y.Add(1)))
					inner.Call(func() { h.call(i, 2) })
					inner.Return(func() { h.ret(i, 2) })
					outer.Return(func() { h.ret(i, 0) })
					x.Load()
				}))
			}
			for _, th := range threads {
				th.Join()
			}
			all[h.key()] = true
		}, opts...)
		require.NoError(t, err)
		require.Equal(t, Verified, r.Verdict)
		return all
	}
	naive := met(Strategy("naive"))
	require.Equal(t, naive, met())
	require.Equal(t, naive, met(Preemptions(1000)))
	require.Greater(t, len(naive), 10)
}
