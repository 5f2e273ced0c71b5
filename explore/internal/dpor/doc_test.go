package dpor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// walkLine is a line of a walk in the package comment: a file, and its functions.
var walkLine = regexp.MustCompile(`(?m)^\s+\d\. (\w+\.go): ([\w, ]+): .`)

// TestTheWalksAreThere: each walk passes a file once, and each function is in that file.
func TestTheWalksAreThere(t *testing.T) {
	text := packageComment(t)
	_, steps, found := strings.Cut(text, "# One step\n")
	require.True(t, found)
	steps, reversals, found := strings.Cut(steps, "# One reversal\n")
	require.True(t, found)
	for walk, least := range map[string]int{steps: 7, reversals: 7} {
		passed := map[string]bool{}
		for _, line := range walkLine.FindAllStringSubmatch(walk, -1) {
			file := line[1]
			require.False(t, passed[file], "a walk passes %s twice", file)
			passed[file] = true
			require.Subset(t, functions(t, file), strings.Split(line[2], ", "), file)
		}
		require.Len(t, passed, least)
	}
}

func packageComment(t *testing.T) string {
	f, err := parser.ParseFile(token.NewFileSet(), "dpor.go", nil, parser.ParseComments)
	require.NoError(t, err)
	return f.Doc.Text()
}

// functions returns the names of those that file declares.
func functions(t *testing.T, file string) (names []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}
