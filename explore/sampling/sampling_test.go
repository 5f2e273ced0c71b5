package sampling

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore"
)

func lostUpdate() {
	var x explore.Int32
	add := func() { x.Store(x.Load() + 1) }
	other := explore.Go(add)
	add()
	other.Join()
	explore.Assert(x.Load() == 2, "an update is lost")
}

func TestMeasure(t *testing.T) {
	p := Program{Name: "lost update", Run: lostUpdate}
	r := Measure(p, 5, 40)
	require.Equal(t, r, Measure(p, 5, 40), "the same seeds, the same executions")
	require.Equal(t, "lost update", r.Name)
	require.Len(t, r.First, len(Strategies()))
	for i := range r.First {
		require.Len(t, r.First[i], 5)
		require.Equal(t, 5, r.found(i))
		require.IsNonDecreasing(t, r.First[i])
	}
}

func TestWhatIsRightIsNotFoundWrong(t *testing.T) {
	r := Measure(Program{Run: func() { new(explore.Int32).Store(1) }}, 3, 7)
	for i := range r.First {
		require.Equal(t, []int{0, 0, 0}, r.First[i])
	}
}

// The parameters are what explore has if no options are given.
func TestParametersAreTheDefaults(t *testing.T) {
	for i, name := range Strategies() {
		p := Program{Run: lostUpdate, Timeouts: 1}
		want, err := explore.Run(p.Run, explore.Strategy(name), explore.Seed(3))
		require.NoError(t, err)
		c := parameters(p, 3, 100)
		n := first(p, strategies[i].make(c), c)
		require.EqualValues(t, n-1, want.Complete, "%s: executions before the violation", name)
	}
}

func TestTable(t *testing.T) {
	same := func(at ...int) [][]int { return [][]int{at, at, at, at, at} }
	rows := []Row{
		{"easy", same(1, 1, 1, 1, 9)},
		{"hard", [][]int{
			{1, 2, 3, 4, 5}, {3, 4, 5, 6, 0}, {2, 2, 2, 9, 9}, {7, 8, 0, 0, 0}, {0, 0, 0, 0, 0},
		}},
	}
	require.Equal(t, `| program | random | pct | pos | urw | surw |
|---|---|---|---|---|---|
| hard | 3 (2–4) | 5 (4–6) 4/5 | **2** (2–9) | >9 (8–>9) 2/5 | >9 (>9–>9) 0/5 |

1 more program, of which the median is 1 with each strategy.

| strategy | bugs found, of 10 runs | lowest median, of 2 programs | lowest alone | `+
		`geometric mean of the medians |
|---|---|---|---|---|
| random | 10 | 1 | 0 | 1.73 |
| pct | 9 | 1 | 0 | 2.24 |
| pos | 10 | 2 | 1 | 1.41 |
| urw | 7 | 1 | 0 | 3.00 |
| surw | 5 | 1 | 0 | 3.00 |
`, Table(rows, 5, 9))
}

func TestPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	_, err := Part(path, "go test")
	require.ErrorIs(t, err, os.ErrNotExist)
	page := "# Title\n" + begin("go test") + "old\n" + end + begin("go run") + "other\n" + end
	require.NoError(t, os.WriteFile(path, []byte(page), 0o666))
	require.NoError(t, Rewrite(path, "go test", "new\nlines\n"))
	for command, want := range map[string]string{"go test": "new\nlines\n", "go run": "other\n"} {
		part, err := Part(path, command)
		require.NoError(t, err)
		require.Equal(t, want, part)
	}
	require.ErrorContains(t, Rewrite(path, "go vet", ""), "has no place for what is written")
}
