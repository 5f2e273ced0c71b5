package check_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// rule is one of the tree, with sources that break it and sources that do not.
type rule struct {
	name string
	find func(*tree) []finding
	bad  map[string]string // file: source
	want []string          // file:line: what, of every finding in bad
	good map[string]string
}

// rules is the list of all rules. Each is defined in the file that checks it.
//
// # How to add a rule
//
//  1. A file of its own beside this one, with a variable of type rule. Its find walks the
//     sources and pages of a tree and returns what breaks the rule, in the order of files and
//     lines.
//  2. Sources that break it (bad, want) and that do not (good), for TestRulesBite.
//  3. A line here. Then repair what TestTreeKeepsTheRules reports.
var rules = []rule{
	syncComesFromHost,
	importsGoDownwards,
	permissionsAreUsed,
	citedTitlesExist,
	citedFilesExist,
	stepsNameTheirList,
	linksLeadSomewhere,
	commandsExist,
	listsAreComplete,
	functionsAreShort,
	linesAreShort,
	sentencesAreShort,
	subjectsAreNouns,
	noPathOfAMachine,
	bodiesUseTheirOwnG,
}

func TestTreeKeepsTheRules(t *testing.T) {
	tree := moduleTree(t)
	require.NotEmpty(t, tree.source, "the lint looked at nothing")
	require.NotEmpty(t, tree.pages, "the lint looked at no page")
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.find(tree) {
				t.Error(f)
			}
		})
	}
}

func TestRulesBite(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			found := r.find(inMemory(t, r.bad))
			require.Len(t, found, len(r.want), "findings: %v", found)
			for i, f := range found {
				require.True(t, strings.HasPrefix(f.String(), r.want[i]),
					"found %q, want %q", f, r.want[i])
				require.NotEmpty(t, f.advice)
			}
			require.Empty(t, r.find(inMemory(t, r.good)))
		})
	}
}

func inMemory(t *testing.T, files map[string]string) *tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, src := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(src)}
	}
	tree, err := loadTree(fsys)
	require.NoError(t, err)
	return tree
}

// A file that cannot be parsed is an error, not a file without findings.
func TestUnparsableSourceIsAnError(t *testing.T) {
	_, err := loadTree(fstest.MapFS{"host/a.go": {Data: []byte("packag host")}})
	require.ErrorContains(t, err, "host/a.go:1")
}
