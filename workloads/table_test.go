package workloads

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

func TestTableRowsAreWellFormed(t *testing.T) {
	wellFormed := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, w := range Table {
		require.Regexp(t, wellFormed, w.Name)
		require.False(t, seen[w.Name], "%s is in the table twice", w.Name)
		seen[w.Name] = true
		require.Regexp(t, `^[^\n]+[^\n.]$`, w.Doc,
			"%s: Doc is one line without a full stop", w.Name)
		require.NotNil(t, w.Prepare, w.Name)
	}
}

func TestLargerSizesHaveMoreOps(t *testing.T) {
	for _, w := range Table {
		ops := 0
		for _, size := range sizesToWalk() {
			in, err := w.Prepare(Params{Size: size, Procs: 2, Seed: 1})
			require.NoError(t, err, w.Name)
			require.Greater(t, in.Ops, ops,
				"%s: %s does no more than the size below it; let Ops depend on Params.Size",
				w.Name, size)
			require.NotEmpty(t, in.Op, w.Name)
			ops = in.Ops
		}
	}
}

// sizesToWalk leaves out the large ones under the race detector, where a walk takes seconds. A walk
// has one goroutine, so nothing could race.
func sizesToWalk() []Size {
	if raceEnabled {
		return []Size{Small, Normal}
	}
	return []Size{Small, Normal, Large}
}

// Every workload, on every design, verifies its own answer.
func TestAnswersAreRightOnEveryDesign(t *testing.T) {
	for _, row := range all.Table {
		for procs := 1; procs <= 2; procs++ {
			if raceEnabled && procs == 1 {
				continue // ten times slower, and Gs that take turns do not race
			}
			for _, w := range Table {
				name := fmt.Sprintf("design=%s/procs=%d/workload=%s", row.Name, procs, w.Name)
				t.Run(name, func(t *testing.T) { testAnswers(t, row, w, procs) })
			}
		}
	}
}

func testAnswers(t *testing.T, row all.Row, w Workload, procs int) {
	if why, lacks := row.Lacks[w.Needs]; lacks {
		t.Skip(why)
	}
	s, err := row.New(rt.Config{Procs: procs, Seed: 1})
	require.NoError(t, err)
	for seed := range uint64(2) {
		in, err := w.Prepare(Params{Procs: procs, Seed: seed})
		require.NoError(t, err)
		require.NoError(t, in.Run(s))
	}
	require.NoError(t, s.Close())
}

func TestAnInstanceCanBeRunAgain(t *testing.T) {
	for _, w := range Table {
		in, err := w.Prepare(Params{Procs: 2})
		require.NoError(t, err)
		for range 2 {
			s, err := all.New("native", rt.Config{Procs: 2})
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, in.Run(s))
			}
			require.NoError(t, s.Close())
		}
	}
}

// broken is a scheduler that cannot run anything.
type broken struct{ rt.Scheduler }

var errBroken = fmt.Errorf("broken")

func (broken) Run(func(*rt.G)) error  { return errBroken }
func (broken) Go(func(*rt.G)) error   { return errBroken }
func (broken) Hold() (release func()) { return func() {} }

func TestErrorsOfTheSchedulerAreReturned(t *testing.T) {
	for _, w := range Table {
		in, err := w.Prepare(Params{Procs: 2})
		require.NoError(t, err)
		require.ErrorIs(t, in.Run(broken{}), errBroken, w.Name)
	}
}

// lazy is a scheduler that says it has run what it has not.
type lazy struct{ broken }

func (lazy) Run(func(*rt.G)) error { return nil }
func (lazy) Go(func(*rt.G)) error  { return nil }

func TestARunThatDidNothingIsAWrongAnswer(t *testing.T) {
	s, err := all.New("native", rt.Config{Procs: 2})
	require.NoError(t, err)
	for _, w := range Table {
		in, err := w.Prepare(Params{Procs: 2})
		require.NoError(t, err)
		want := "workloads: " + w.Name + ": wrong answer"
		require.ErrorContains(t, in.Run(lazy{}), want, "%s verifies nothing", w.Name)
		require.NoError(t, in.Run(s))
		require.ErrorContains(t, in.Run(lazy{}), want,
			"the answer of the run before passes for this one's")
	}
	require.NoError(t, s.Close())
}
