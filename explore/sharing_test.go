package explore

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// unseenCounter has a lost update on sync/atomic, which the explorer does not see.
func unseenCounter() {
	var n atomic.Int32
	other := Go(func() { n.Store(n.Load() + 1) })
	n.Store(n.Load() + 1)
	other.Join()
	Assert(n.Load() == 2, "an update is lost")
}

func TestThreadsThatShareNothingProveNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		program func()
		verdict Verdict
	}{
		{"real atomics", unseenCounter, Unknown},
		{"each a variable of its own", func() {
			var x, y Int32
			Go(func() { x.Add(1) })
			y.Add(1)
		}, Unknown},
		{"each a Var of its own", func() {
			var x, y Var[int]
			Go(func() { x.Store(1) })
			y.Store(1)
		}, Unknown},
		{"one that does nothing", func() { var x Int32; x.Add(1); Go(func() {}) }, Unknown},
		{"one thread", func() { var x Int32; x.Add(1) }, Verified},
		{"a variable", func() { var x Int32; Go(func() { x.Add(1) }); x.Add(1) }, Verified},
		{"a variable, only read", func() {
			var x Int32
			Go(func() { x.Load() })
			x.Load()
		}, Verified},
		{"a Var, ordered by Join", func() {
			var x Var[int]
			Go(func() { x.Store(1) }).Join()
			x.Load()
		}, Verified},
		{"a Cond", func() {
			var m, other Mutex
			c := NewCond(&m)
			Go(func() { other.Lock(); c.Signal() })
			c.Signal()
		}, Verified},
		{"the clock", func() { Go(func() { Sleep(1) }); Sleep(2) }, Verified},
		{"a variable, in one execution of two", func() {
			var x, y Int32
			z := &y
			if Choose(2) == 1 {
				z = &x
			}
			Go(func() { x.Add(1) })
			z.Add(1)
		}, Verified},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, opts := range [][]Option{
				nil, {Strategy("naive")}, {Preemptions(2)}, {Workers(2)},
			} {
				f, r := watched(t, c.program, opts...)
				require.Equal(t, c.verdict, r.Verdict, "%v", &r)
				if c.verdict == Unknown {
					require.Contains(t, f.errors[0],
						"no two threads touched the same variable that the explorer sees")
				}
				f, r = watched(t, c.program, append(opts, Disjoint())...)
				require.Equal(t, Verified, r.Verdict, "%v", &r)
				require.Empty(t, f.errors)
			}
		})
	}
}

// A shard may have only executions in which nothing is shared. So Merge says it, not the
// shard.
func TestOfShardsMergeSaysWhetherAnythingIsShared(t *testing.T) {
	for _, disjoint := range []bool{false, true} {
		var files []string
		for i := range 2 {
			cfg := defaults()
			cfg.Shard, cfg.Shards, cfg.Disjoint = i, 2, disjoint
			cfg.resume = t.TempDir() + "/part.json"
			files = append(files, cfg.resume)
			x, err := newExploration(cfg, unseenCounter, "x")
			require.NoError(t, err)
			r, err := x.run()
			require.NoError(t, err)
			require.NotContains(t, r.Why, shareNothing)
		}
		sums, err := Merge(files...)
		if disjoint {
			require.NoError(t, err)
			require.Equal(t, Verified, sums["x"].Verdict)
			continue
		}
		require.ErrorContains(t, err, shareNothing)
		require.Equal(t, Unknown, sums["x"].Verdict)
	}
}

func TestASearchPassesIfItFindsNothing(t *testing.T) {
	right, pct := storeBuffering, Strategy("pct")
	for _, c := range []struct {
		name    string
		program func()
		opts    []Option
		fails   string // what the failure says; "": passes
	}{
		{"drawn, without Search", right, []Option{pct, Executions(20)},
			"verifies nothing; add Search if Test is to pass on that"},
		{"drawn", right, []Option{pct, Executions(20), Search()}, ""},
		{"drawn, and there is time", right,
			[]Option{pct, Executions(20), Budget(time.Hour), Search()}, ""},
		{"a part of all", right, []Option{Executions(1), Search()}, ""},
		{"all of it", right, []Option{Search()}, ""},
		{"drawn, and wrong", addsByHand, []Option{pct, Executions(200), Search()}, "assertion"},
		{"too long", spins, []Option{pct, Executions(20), Steps(30), Search()},
			"1 execution was given up after 30 steps"},
		{"nothing is shared", unseenCounter, []Option{Search()}, "no two threads touched"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, r := watched(t, c.program, c.opts...)
			if c.fails == "" {
				require.Empty(t, f.errors)
				require.NotEqual(t, Violated, r.Verdict)
				return
			}
			require.Len(t, f.errors, 1, "%v", &r)
			require.Contains(t, f.errors[0], c.fails)
			require.NotContains(t, f.errors[0], "give more by Executions")
		})
	}
}

// A larger budget is recommended only to a strategy that could come to an end.
func TestABudgetIsTheEndOfWhatIsDrawn(t *testing.T) {
	cfg := defaults()
	cfg.Executions = 1
	for strategy, why := range map[string]string{
		"exhaustive": "the budget of 1 execution is spent; give more by Executions or " +
			"-explore.executions, or explore less, such as by Preemptions",
		"pos": "",
	} {
		cfg.Strategy = strategy
		c := newControl(cfg)
		require.True(t, c.Admit())
		require.False(t, c.Admit())
		require.Equal(t, why, c.Reason())
	}
}
