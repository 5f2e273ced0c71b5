package conform

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A failure points to the comment of the property's function, so there must be one.
func TestTheCommentOfEveryPropertyIsItsClaim(t *testing.T) {
	comments := commentsOfFunctions(t)
	names := map[string]bool{}
	for _, p := range properties {
		require.Falsef(t, names[p.name], "two properties have the name %s", p.name)
		names[p.name] = true
		function, _, _ := strings.Cut(p.claim(), " ")
		claim, found := strings.CutPrefix(comments[function], function+": ")
		require.Truef(t, found && claim != "",
			"the comment of %s does not begin with %q, followed by what the property %s claims",
			function, function+": ", p.name)
	}
}

// commentsOfFunctions reads the comments of this package's functions.
func commentsOfFunctions(t *testing.T) map[string]string {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	comments := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				comments[f.Name.Name] = f.Doc.Text()
			}
		}
	}
	return comments
}
