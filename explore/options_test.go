package explore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOptionsChooseTheirStrategy(t *testing.T) {
	for _, c := range []struct {
		name     string
		opts     []Option
		strategy string
	}{
		{"none", nil, "exhaustive"},
		{"preemptions", []Option{Preemptions(3)}, "bounded"},
		{"the same twice", []Option{Strategy("bounded"), Preemptions(3)}, "bounded"},
		{"in the other order", []Option{Preemptions(3), Strategy("bounded")}, "bounded"},
		{"depth", []Option{Depth(2)}, "pct"},
		{"depth and seed", []Option{Depth(2), Seed(1)}, "pct"},
		{"seed", []Option{Strategy("pos"), Seed(7)}, "pos"},
		{"budgets", []Option{
			Executions(5), Budget(time.Second), Steps(3), Timeouts(0), KeepGoing(), Workers(2),
		}, "exhaustive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, err := configure(c.opts, nil)
			require.NoError(t, err)
			require.Equal(t, c.strategy, cfg.Strategy)
		})
	}
}

func TestOptionsThatDoNotFitAreErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		opts []Option
		err  string
	}{
		{"strategy", []Option{Strategy("magic")},
			`Strategy("magic"): unknown strategy "magic"; nearest: `},
		{"misspelled", []Option{Strategy("bound")},
			`Strategy("bound"): unknown strategy "bound"; nearest: bounded, `},
		{"reserved", []Option{Strategy("replay")}, `Strategy("replay"): unknown strategy "replay"`},
		{"two strategies", []Option{Strategy("random"), Strategy("pct")},
			`Strategy("pct") contradicts Strategy("random"); give one of the two`},
		{"preemptions of random", []Option{Strategy("random"), Preemptions(2)},
			`Preemptions(2) contradicts Strategy("random"): ` +
				`it is for bounded; drop one of the two`},
		{"preemptions of exhaustive", []Option{Strategy("exhaustive"), Preemptions(2)},
			`Preemptions(2) contradicts Strategy("exhaustive")`},
		{"preemptions and depth", []Option{Preemptions(2), Depth(3)},
			`Depth(3) contradicts Preemptions(2): it is for pct; drop one of the two`},
		{"seed of nothing", []Option{Seed(3)},
			`Seed(3): strategy exhaustive draws nothing at random; ` +
				`add Strategy("random"), or another of random, pct, pos, urw, surw, ` +
				`or drop Seed(3)`},
		{"seed of bounded", []Option{Preemptions(1), Seed(3)},
			`Seed(3) contradicts Preemptions(1): it is for random, pct, pos, urw, surw`},
		{"preemptions", []Option{Preemptions(-1)}, "Preemptions: -1; it must be 0 or more"},
		{"depth", []Option{Depth(0)}, "Depth: 0; it must be 1 or more"},
		{"executions", []Option{Executions(0)}, "Executions: 0; it must be 1 or more"},
		{"budget", []Option{Budget(-time.Second)}, "Budget: -1s; it must be more than 0"},
		{"steps", []Option{Steps(0)}, "Steps: 0; it must be 1 or more"},
		{"timeouts", []Option{Timeouts(-1)}, "Timeouts: -1; it must be 0 or more"},
		{"workers", []Option{Workers(0)}, "Workers: 0; it must be 1 or more"},
		{"patience", []Option{Patience(0)}, "Patience: 0s; it must be more than 0"},
		{"property", []Option{MustViolate("bad luck")},
			`MustViolate("bad luck"): there is no such property`},
		{"two faults", []Option{Steps(0), Workers(0)},
			"Steps: 0; it must be 1 or more\nWorkers: 0; it must be 1 or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Run(func() { t.Error("executed") }, c.opts...)
			require.ErrorContains(t, err, c.err)
			require.ErrorContains(t, err, "explore: ")
		})
	}
}
