package check_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// rules of the tree, each with sources that break it and sources that do not.
var rules = []struct {
	name string
	find func(*tree) []finding
	bad  map[string]string // file: source
	want []string          // file:line: what, of every finding in bad
	good map[string]string
}{
	{
		name: "designs do not import sync",
		find: lintSync,
		bad: map[string]string{
			"rt/x.go":          "package rt\nimport \"sync\"",
			"designs/gpm/x.go": "package gpm\nimport (\n\"fmt\"\na \"sync/atomic\"\n)",
			"rt/queue/x.go":    "package queue\nimport _ \"sync\"",
		},
		want: []string{"designs/gpm/x.go:4: imports sync/atomic", "rt/queue/x.go:2: imports sync", "rt/x.go:2: imports sync"},
		good: map[string]string{
			"designs/native/x.go":   "package native\nimport \"sync\"",
			"designs/gpm/x_test.go": "package gpm\nimport \"sync\"",
			"designs/gpm/x.go":      "package gpm\nimport \"syncx\"\n// import \"sync\"",
			"host/x.go":             "package host\nimport \"sync/atomic\"",
		},
	},
	{
		name: "imports go downwards",
		find: lintLayers,
		bad: map[string]string{
			"host/a.go":         "package host\nimport \"schedlab/explore\"",
			"host/b.go":         "package host\nimport \"golang.org/x/sys/unix\"",
			"host/c.go":         "//go:build !model\n\npackage host\nimport \"schedlab/explore\"",
			"rt/queue/a.go":     "package queue\nimport \"schedlab/rt\"",
			"rt/a.go":           "package rt\nimport \"schedlab/designs/gpm\"",
			"designs/gpm/a.go":  "package gpm\nimport \"schedlab/designs/gm\"",
			"workloads/a.go":    "package workloads\nimport \"schedlab/designs/gpm\"",
			"check/linear/a.go": "package linear\nimport \"schedlab/bench\"",
			"newcomer/a.go":     "package newcomer",
		},
		want: []string{
			"check/linear/a.go:2: check/linear imports schedlab/bench",
			"designs/gpm/a.go:2: designs/gpm imports schedlab/designs/gm",
			"host/a.go:2: host imports schedlab/explore",
			"host/b.go:2: host imports golang.org/x/sys/unix",
			"host/c.go:4: host imports schedlab/explore",
			"newcomer/a.go:1: package newcomer is in no layer",
			"rt/a.go:2: rt imports schedlab/designs/gpm",
			"rt/queue/a.go:2: rt/queue imports schedlab/rt",
			"workloads/a.go:2: workloads imports schedlab/designs/gpm",
		},
		good: map[string]string{
			"host/a.go":             "//go:build model\n\npackage host\nimport \"schedlab/explore\"",
			"rt/queue/a.go":         "package queue\nimport \"schedlab/host\"",
			"designs/gpm/a.go":      "package gpm\nimport (\n\"math/bits\"\n\"schedlab/rt\"\n\"schedlab/host\"\n)",
			"designs/gpm/a_test.go": "package gpm\nimport \"schedlab/check/conform\"",
			"designs/all/a.go":      "package all\nimport \"schedlab/designs/gpm\"",
			"workloads/a.go":        "package workloads\nimport \"schedlab/rt/gsync\"",
			"bench/run/a.go":        "package main\nimport (\n\"schedlab/bench\"\n\"golang.org/x/perf/benchfmt\"\n)",
		},
	},
	{
		name: "cited titles exist",
		find: lintCites,
		bad: map[string]string{
			"host/a.go": "package host\n\n// # Boxes\n//\n// Text.\nvar x int\n\n// Text,\n// see 'Crates'.\nvar y int\n\n// As in 'nothing'. See 'Box\n// es'.\nvar z int\n",
		},
		want: []string{`host/a.go:9: no comment has the title "Crates"`, `host/a.go:12: no comment has the title "Box es"`},
		good: map[string]string{
			"host/a.go":   "package host\n\n// # Delicate dance\n//\n// Text.\nvar x int\n",
			"bench/b.go":  "package bench\n\n// F. See 'Delicate\n// dance'.\nfunc F() {}\n",
			"bench/b2.go": "package bench\n\n// G: see F, or 'something'.\nfunc G() {}\n",
		},
	},
	{
		name: "cited files exist",
		find: lintFiles,
		bad: map[string]string{
			"host/a.go": "package host\n\n// See gone.go,\n// host/b.go and (runtime/gone.go).\nvar x int // proc.go's idea, in proc.go.\n",
		},
		want: []string{
			"host/a.go:3: there is no file gone.go",
			"host/a.go:4: there is no file host/b.go",
			"host/a.go:4: there is no file runtime/gone.go",
			"host/a.go:5: there is no file proc.go",
		},
		good: map[string]string{
			"host/a.go": "package host\n\n// See a.go, \"host/a.go\", runtime/proc.go:24, *_test.go,\n// github.com/a/b/src/c.go, https://go.dev/x.md.\nvar x = \"gone.go\"\n",
		},
	},
	{
		name: "functions are short",
		find: lintLength,
		bad: map[string]string{
			"host/a.go": "package host\n\n// F.\nfunc F() {" + strings.Repeat("\n", maxFuncLines) + "}\n",
			"host/b.go": "package host\n\nvar f = func() {" + strings.Repeat("\n", maxFuncLines) + "}\n",
		},
		want: []string{"host/a.go:4: a function of 71 lines", "host/b.go:3: a function of 71 lines"},
		good: map[string]string{
			"host/a.go":      "package host\n\n// F\n//\n//\n//\nfunc F() {" + strings.Repeat("\n", maxFuncLines-1) + "}\n",
			"host/a_test.go": "package host\n\nfunc F() {" + strings.Repeat("\n", maxFuncLines) + "}\n",
		},
	},
	{
		name: "a body uses its own G",
		find: lintBodies,
		bad:  bodiesBad,
		want: bodiesWant,
		good: bodiesGood,
	},
	{
		name: "no path of a machine",
		find: lintPaths,
		bad: map[string]string{
			"a.md":      "first\nin /" + "home/me/x",
			"bench/a.s": "/" + "work/x",
			"host/a.go": "package host\n\nvar x = \"/" + "tmp/x\"\n",
		},
		want: []string{"a.md:2: an absolute path", "bench/a.s:1: an absolute path", "host/a.go:3: an absolute path"},
		good: map[string]string{
			"a.md": "https://example.com/" + "home/me, bench/" + "work/x, ./" + "tmp/x, /" + "work, and/" + "home/x",
		},
	},
}

func TestTreeKeepsTheRules(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	tree, err := loadTree(os.DirFS(root))
	require.NoError(t, err)
	require.NotEmpty(t, tree.source, "the lint looked at nothing")
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
				require.True(t, strings.HasPrefix(f.String(), r.want[i]), "found %q, want %q", f, r.want[i])
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
