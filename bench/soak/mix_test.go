package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/internal/command"
)

// As in parse: descriptors that the runtime opens later would be taken for leftovers.
func TestMain(m *testing.M) {
	if err := settle(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// mains are the designs that the tests soak.
var mains = []string{"gm", "global", "gpm", "native"}

func designOf(t *testing.T, name string) all.Row {
	row, err := all.Find(name)
	require.NoError(t, err)
	return row
}

// small returns options for a soak of small programs.
func small(t *testing.T, design string) options {
	return options{
		row: designOf(t, design), mode: modes[0], time: time.Millisecond,
		seed: 1, round: anyRound, procs: 2, divide: 4 * defaultDivide,
	}
}

// Even a short soak does everything that the design promises, and finds nothing wrong.
func TestAShortSoakOfEachDesign(t *testing.T) {
	for _, name := range mains {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, soakMix(t.Context(), small(t, name), &out))
			require.NotContains(t, out.String(), "NEVER")
			require.Regexp(t, `\nok: \d+ rounds, \d+ Gs: `+
				`none lost, none run twice, all answers right\n$`, out.String())
		})
	}
}

func TestARoundIsRepeated(t *testing.T) {
	o := small(t, "gpm")
	o.round, o.time = 3, time.Hour
	require.Equal(t, counted(countPanics), draw(o, 3).ending.counts)
	m := newMix(o, io.Discard)
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		for m.counts.get(countPanics) < 2 {
			runtime.Gosched()
		}
		interrupt()
	}()
	require.NoError(t, m.run(ctx))
	require.GreaterOrEqual(t, m.rounds, 2)
	require.EqualValues(t, m.rounds, m.counts.get(countPanics))
	o.time = time.Nanosecond
	require.False(t, newMix(o, io.Discard).needsMore(), "one round is no lap")
}

// A plan follows from the seed and the round, and all kinds come up in the first lap.
func TestPlansFollowFromSeedAndRound(t *testing.T) {
	for _, row := range all.Table {
		o := small(t, row.Name)
		for o.seed = range 20 {
			seen := map[string]bool{}
			for round := range firstLap(row.Lacks) {
				p := draw(o, round)
				require.Equal(t, describe(p), describe(draw(o, round)))
				seen[p.ending.name] = true
				for _, part := range slices.Concat(p.runs...) {
					seen[part.name] = true
				}
			}
			for _, k := range append(fitting(kinds, row.Lacks), fitting(endings, row.Lacks)...) {
				require.Truef(t, seen[k.name], "%s is not in the first lap of seed %d of %s",
					k.name, o.seed, row.Name)
			}
		}
	}
	o := small(t, "gpm")
	require.NotEqual(t, describe(draw(o, 0)), describe(draw(o, 1)))
	other := o
	other.seed++
	require.NotEqual(t, describe(draw(o, 0)), describe(draw(other, 0)))
}

// describe returns texts that differ if plans do.
func describe(p *plan) string {
	text := fmt.Sprint(p, p.seed, p.times, p.cfg)
	for _, part := range slices.Concat(p.runs...) {
		text += fmt.Sprint(" ", part.seed)
	}
	return text
}

func TestWhatNeverHappenedIsAnError(t *testing.T) {
	var out bytes.Buffer
	m := newMix(small(t, "native"), &out)
	for what := range numCounts {
		m.counts.add(what, 1)
	}
	for _, what := range counted(countStops, countForEachP, countDeadlocks, countEvents) {
		m.counts[what].n.Store(0) // native does not promise these
	}
	require.NoError(t, m.summary(false))
	require.NotContains(t, out.String(), "NEVER")
	m.counts[countTicks].n.Store(0)
	require.NoError(t, m.summary(true))
	require.EqualError(t, m.summary(false),
		"never happened: [ticks]; the soak has not tested that: let it run longer")
	require.Contains(t, out.String(), "ticks 0  NEVER HAPPENED\n")
}

// A kind or an ending that counted nothing could be left out unseen.
func TestEachKindCounts(t *testing.T) {
	shown := make([]bool, numCounts)
	for _, k := range slices.Concat(kinds, endings) {
		require.NotEmpty(t, k.counts, k.name)
		for _, what := range k.counts {
			shown[what] = true
		}
	}
	require.NotContains(t, shown, false, "something is counted that no kind says it does")
	require.NotContains(t, countNames, "")
}

func TestAnInterruptEndsWithTheSummary(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	interrupt()
	require.Equal(t, command.Interrupted, soaker.Run(ctx, []string{"-design=global"}, &out, &errs))
	require.Contains(t, out.String(), "0 rounds\n")
	require.Regexp(t, `\ninterrupted, nothing wrong so far: 0 rounds, 0 Gs: .*\n$`, out.String())
	require.Empty(t, errs.String())
}
