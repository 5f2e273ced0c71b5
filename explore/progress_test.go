package explore

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

func TestProgressIsToldEveryInterval(t *testing.T) {
	cfg := defaults()
	cfg.Executions = 1000
	c := newControl(cfg)
	var out bytes.Buffer
	p := &progress{name: "TestX", to: &out}
	c.Ended.Store(100)
	for ms := 100; ms <= 5000; ms += 100 {
		p.tick(c, time.Duration(ms)*time.Millisecond)
	}
	p.end()
	require.Equal(t, "TestX: 100 executions in 2s, 50/s, 10 % of the budget, 18s left\n"+
		"TestX: 100 executions in 4s, 25/s, 10 % of the budget, 36s left\n", out.String())
}

func TestProgressTellsTheTreeFromTheBudget(t *testing.T) {
	for _, c := range []struct {
		opts []Option
		want string
	}{
		{nil, "about 4 % of the tree, at least 48s left"},
		{[]Option{Budget(8 * time.Second)},
			"about 4 % of the tree, at least 48s left, 25 % of the budget, 6s left"},
		// A strategy that draws has a budget by default: the number of executions.
		{[]Option{Strategy("pct")}, "4 % of the budget, 48s left"},
		{[]Option{Strategy("pct"), Budget(4 * time.Second)}, "50 % of the budget, 2s left"},
	} {
		cfg, err := configure(c.opts, nil)
		require.NoError(t, err)
		p := &progress{name: "TestX"}
		p.part.Store(0.04 * partUnit)
		ctl := newControl(cfg)
		require.Equal(t, "TestX: 0 executions in 2s, 0/s, "+c.want, p.line(ctl, 2*time.Second))
		ctl.Close()
	}
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	c := newControl(defaults())
	var out bytes.Buffer
	p := &progress{name: "TestX", to: &out, inPlace: true}
	p.tick(c, 2*time.Second)
	p.tick(c, 4*time.Second)
	p.end()
	require.Equal(t, "\r\033[KTestX: 0 executions in 2s, 0/s"+
		"\r\033[KTestX: 0 executions in 4s, 0/s"+
		"\r\033[K", out.String())
}

func TestWhatIsShortIsNotTold(t *testing.T) {
	var out bytes.Buffer
	p := &progress{to: &out, inPlace: true}
	p.tick(newControl(defaults()), time.Second)
	p.end()
	require.Empty(t, out.String())
	var none *progress
	none.tick(nil, time.Hour)
	none.end()
}

func TestTimeLeftIsRounded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1499 * time.Millisecond:       "1s",
		5*time.Minute + 3*time.Second: "5m3s",
		90 * time.Minute:              "90 minutes",
		30 * time.Hour:                "30 hours",
		1e6 * time.Hour:               "many days",
	} {
		require.Equal(t, want, roughly(d))
	}
}

// watcher notes the estimate before each execution.
type watcher struct {
	dpor.Strategy
	parts []float64
}

func (w *watcher) Begin(e *engine.Engine) bool {
	ok := w.Strategy.Begin(e)
	if ok {
		w.parts = append(w.parts, w.Progress())
	}
	return ok
}

func TestTheEstimateGrowsToTheWhole(t *testing.T) {
	for name, program := range map[string]func(){
		"choices":     choices,
		"mutex(3,2)":  sections(3, 2).started(),
		"lastzero(7)": lastZero(7).started(),
	} {
		t.Run(name, func(t *testing.T) {
			w := &watcher{}
			e := newEngine(defaults(), program, w)
			defer e.Close()
			explore(e, nil)
			n := len(w.parts)
			require.Zero(t, w.parts[0])
			require.Less(t, w.parts[n/10], 0.6)
			require.Greater(t, w.parts[n-1], 0.6)
			off := 0.0
			for i, p := range w.parts {
				require.LessOrEqual(t, p, 1.0)
				off += max(p-float64(i)/float64(n), float64(i)/float64(n)-p) / float64(n)
			}
			require.Less(t, off, 0.25, "the estimate is off, on average over all executions")
		})
	}
}

func TestAnEngineTellsItsPartWhenAsked(t *testing.T) {
	c := newControl(defaults())
	p := &progress{}
	e := newEngine(defaults(), func() { p.tick(c, time.Second); choices() }, dpor.New(nil, nil))
	defer e.Close()
	e.Control = c
	explore(e, p)
	require.False(t, p.asked.Load())
	require.Greater(t, p.part.Load(), uint64(0))
}
