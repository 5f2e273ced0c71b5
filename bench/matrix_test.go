package bench

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/workloads"
)

func readFile(t *testing.T, name string) []byte {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

func TestCellsOfEmptyListsAreTheTables(t *testing.T) {
	cells, err := Cells("", "", "1,2")
	require.NoError(t, err)
	require.Len(t, cells, 2*len(workloads.Table)*len(all.Table))
}

func TestCellsAreAllCombinations(t *testing.T) {
	w := workloads.Table[0].Name
	cells, err := Cells(w, "native", "1, 2")
	require.NoError(t, err)
	require.Equal(t, []Cell{{w, "native", 1}, {w, "native", 2}}, cells)
	require.Equal(t, "workload="+w+"/design=native/procs=2", cells[1].String())
}

func TestCellsErrorsSayWhatIsWrongAndWhatThereIs(t *testing.T) {
	w := workloads.Table[0].Name
	for name, test := range map[string]struct{ workloads, designs, procs, want string }{
		"workload": {w + "x", "", "1", "nearest: " + w},
		"design":   {"", "natve", "1", `unknown design "natve"; nearest: native`},
		"no name": {"", "native,", "1",
			`the list of designs "native," has an empty element; give names like gm`},
		"twice": {"", "native,native", "1", "design native is listed twice"},
		"letters": {"", "", "two",
			`number of procs "two" is not an integer; give a list like 1,2,4`},
		"no procs": {"", "", "", "give a list like 1,2,4"},
		"range":    {"", "", "0", "it must be 1 to 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Cells(test.workloads, test.designs, test.procs)
			require.ErrorContains(t, err, test.want)
		})
	}
}
