package all_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// recipe is how to start a design, as the head of the reference tells it.
type recipe struct {
	design string // the text of the copy
	row    string
}

func readRecipe(t *testing.T) recipe {
	text, err := os.ReadFile("../../check/conform/reference_test.go")
	require.NoError(t, err)
	row := regexp.MustCompile(`{Name: "yours".*},`).FindString(string(text))
	require.NotEmpty(t, row, "the reference has no row to copy")
	clause := regexp.MustCompile(`(?m)^package .*`)
	return recipe{clause.ReplaceAllString(string(text), "package yours"), row}
}

// Followed to the letter, in an overlay of the tree, the recipe makes a design that passes.
func TestADesignThatIsACopyOfTheReferencePasses(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("compiles the suite and runs some of it")
	}
	r := readRecipe(t)
	table, err := os.ReadFile("all.go")
	require.NoError(t, err)
	withRow := strings.Replace(string(table), "var Table = []Row{", "var Table = []Row{\n"+r.row, 1)
	withRow = strings.Replace(withRow, "import (", "import (\n\"schedlab/designs/yours\"", 1)

	dir, overlay := t.TempDir(), map[string]string{}
	for name, text := range map[string]string{"yours/yours.go": r.design, "all/all.go": withRow} {
		at := filepath.Join(dir, filepath.Base(name))
		require.NoError(t, os.WriteFile(at, []byte(text), 0o644))
		real, err := filepath.Abs("../" + name)
		require.NoError(t, err)
		overlay[real] = at
	}
	replace, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), replace, 0o644))

	// Without vet, which knows of no overlays.
	out, err := exec.Command("go", "test", "-overlay", filepath.Join(dir, "overlay.json"),
		"-vet=off", "-v", "-run", "Conformance/yours$/procs=1/(Once|Fair|EveryP)", ".",
	).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: TestConformance/yours/procs=1/FairYielders")
	require.Contains(t, string(out), "not promised (preempts)")
}

// README may show the row, too. It must be the same.
func TestTheRowOfANewDesignIsTheSameInREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, row := range regexp.MustCompile(`{Name: "yours".*},`).FindAllString(string(readme), -1) {
		require.Equal(t, readRecipe(t).row, row)
	}
}
