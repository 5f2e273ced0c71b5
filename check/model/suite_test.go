package model_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A suite would pass if its tag is never given, or if it has become empty.
func TestTheSuiteBehindTheTagIsRun(t *testing.T) {
	const run = "-tags model ./check/model"
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	_, recipes, _ := strings.Cut(string(makefile), "\ntest:")
	recipe, _, _ := strings.Cut(recipes, "\n\n")
	require.Contains(t, recipe, run, "make test leaves the suite out")

	files, err := os.ReadDir(".") // so that go test sees when one of them changes
	require.NoError(t, err)
	for _, f := range files {
		_, err := os.ReadFile(f.Name())
		require.NoError(t, err)
	}
	list, err := exec.Command("go", "test", "-tags", "model", "-list", "^Test", ".").Output()
	require.NoError(t, err, "the suite does not compile: try go vet %s", run)
	for _, test := range []string{
		"TestRing", "TestChaseLev", "TestFutexMutex", "TestFutexNote", "TestParkAndReady",
		"TestGlobal", "TestDesigns", "TestProtocols", "TestDance", "TestMutants",
		"TestDepot", "TestFIFOsAreLinearizable", "TestRingsAreLinearizable",
	} {
		require.Contains(t, strings.Fields(string(list)), test)
	}
}
