package check_test

import (
	"go/ast"
	"go/build/constraint"
	"slices"
	"strings"
)

// syncAllowed: folders below designs and rt that may import sync and sync/atomic
// outside tests. For every other one, host is the only way to them.
var syncAllowed = map[string]string{
	"designs/native": "its schedule is Go's own: goroutines, channels and locks are what it " +
		"measures",
	"rt/gsync": "for native Gs its types are Go's own; the halves for other Gs use host",
}

// imports calls f with all that is imported outside tests.
func (t *tree) imports(f func(s *source, spec *ast.ImportSpec, imported string)) {
	for _, s := range t.source {
		if s.isTest() {
			continue
		}
		for _, spec := range s.ast.Imports {
			f(s, spec, strings.Trim(spec.Path.Value, `"`))
		}
	}
}

// syncComesFromHost: designs must not see sync, or no other host could be put
// beneath them.
var syncComesFromHost = rule{
	name: "designs do not import sync",
	find: func(t *tree) (found []finding) {
		t.imports(func(s *source, spec *ast.ImportSpec, imported string) {
			below := within(s.pkg(), "designs") || within(s.pkg(), "rt")
			if below && syncAllowed[s.pkg()] == "" && within(imported, "sync") {
				found = append(found, t.finding(spec.Pos(), "imports "+imported,
					"use the types of package host, or give the folder a row with its reason in "+
						"syncAllowed"))
			}
		})
		return found
	},
	bad: map[string]string{
		"rt/x.go":          "package rt\nimport \"sync\"",
		"designs/gpm/x.go": "package gpm\nimport (\n\"fmt\"\na \"sync/atomic\"\n)",
		"rt/queue/x.go":    "package queue\nimport _ \"sync\"",
	},
	want: []string{
		"designs/gpm/x.go:4: imports sync/atomic",
		"rt/queue/x.go:2: imports sync",
		"rt/x.go:2: imports sync",
	},
	good: map[string]string{
		"designs/native/x.go":   "package native\nimport \"sync\"",
		"designs/gpm/x_test.go": "package gpm\nimport \"sync\"",
		"designs/gpm/x.go":      "package gpm\nimport \"syncx\"\n// import \"sync\"",
		"host/x.go":             "package host\nimport \"sync/atomic\"",
	},
}

// importsGoDownwards: every import outside tests is one that 'layers' allows.
var importsGoDownwards = rule{
	name: "imports go downwards",
	find: func(t *tree) (found []finding) {
		for _, s := range t.source {
			if _, ok := layerOf(s.pkg()); !ok && !s.isTest() {
				found = append(found, t.finding(s.ast.Package, "package "+s.pkg()+" is in no layer",
					"give it a row in layers"))
			}
		}
		t.imports(func(s *source, spec *ast.ImportSpec, imported string) {
			if l, ok := layerOf(s.pkg()); ok && !l.allows(imported, s) {
				found = append(found, t.finding(spec.Pos(), s.pkg()+" imports "+imported,
					"the folder "+l.folder+" may import "+l.describe()+
						"; move the code, or change its row in layers and say why"))
			}
		})
		return found
	},
	bad: map[string]string{
		"host/a.go":               "package host\nimport \"schedlab/explore\"",
		"host/b.go":               "package host\nimport \"golang.org/x/sys/unix\"",
		"host/d.go":               "//go:build model\n\npackage host\nimport \"schedlab/sim\"",
		"host/c.go":               "//go:build !model\n\npackage host\nimport \"schedlab/explore\"",
		"explore/internal/x/a.go": "package x",
		"rt/queue/a.go":           "package queue\nimport \"schedlab/rt\"",
		"rt/a.go":                 "package rt\nimport \"schedlab/designs/gpm\"",
		"designs/gpm/a.go":        "package gpm\nimport \"schedlab/designs/gm\"",
		"workloads/a.go":          "package workloads\nimport \"schedlab/designs/gpm\"",
		"check/linear/a.go":       "package linear\nimport \"schedlab/bench\"",
		"newcomer/a.go":           "package newcomer",
	},
	want: []string{
		"explore/internal/x/a.go:1: package explore/internal/x is in no layer",
		"newcomer/a.go:1: package newcomer is in no layer",
		"check/linear/a.go:2: check/linear imports schedlab/bench",
		"designs/gpm/a.go:2: designs/gpm imports schedlab/designs/gm",
		"host/a.go:2: host imports schedlab/explore",
		"host/b.go:2: host imports golang.org/x/sys/unix",
		"host/c.go:4: host imports schedlab/explore",
		"host/d.go:4: host imports schedlab/sim",
		"rt/a.go:2: rt imports schedlab/designs/gpm",
		"rt/queue/a.go:2: rt/queue imports schedlab/rt",
		"workloads/a.go:2: workloads imports schedlab/designs/gpm",
	},
	good: map[string]string{
		"host/a.go":     "//go:build model\n\npackage host\nimport \"schedlab/explore\"",
		"host/b.go":     "//go:build sim\n\npackage host\nimport \"schedlab/sim\"",
		"rt/queue/a.go": "package queue\nimport \"schedlab/host\"",
		"designs/gpm/a.go": "package gpm\nimport (\n\"math/bits\"\n\"schedlab/rt\"\n" +
			"\"schedlab/host\"\n)",
		"designs/gpm/a_test.go": "package gpm\nimport \"schedlab/check/conform\"",
		"designs/all/a.go":      "package all\nimport \"schedlab/designs/gpm\"",
		"workloads/a.go":        "package workloads\nimport \"schedlab/rt/gsync\"",
		"bench/run/a.go": "package main\nimport (\n\"schedlab/bench\"\n" +
			"\"golang.org/x/perf/benchfmt\"\n)",
	},
}

// permissionsAreUsed: a row of 'layers' allows nothing that no package needs, so
// that the table shows what is.
var permissionsAreUsed = rule{
	name: "permissions to import are used",
	find: func(t *tree) (found []finding) {
		for _, l := range layers {
			used, present := map[string]bool{}, false
			for _, s := range t.source {
				in, ok := layerOf(s.pkg())
				present = present || ok && in.folder == l.folder && !s.isTest()
			}
			t.imports(func(s *source, _ *ast.ImportSpec, imported string) {
				if in, _ := layerOf(s.pkg()); in.folder != l.folder {
					return
				}
				for _, p := range l.permissions() {
					name, ours := ofModule(imported)
					used[p] = used[p] || ours && matches(p, name) || within(imported, p)
				}
			})
			for _, p := range l.permissions() {
				if present && !used[p] {
					found = append(found, finding{l.folder +
						"/doc.go", 1, "nothing in it imports " + p,
						"take the permission out of its row in layers"})
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"host/a.go": "package host\nimport \"schedlab/explore\"",
	},
	want: []string{
		"host/doc.go:1: nothing in it imports internal/coro",
		"host/doc.go:1: nothing in it imports sim",
	},
	good: map[string]string{
		"host/a.go": "package host\nimport \"schedlab/explore\"",
		"host/b.go": "package host\nimport \"schedlab/internal/coro\"",
		"host/c.go": "package host\nimport \"schedlab/sim\"",
		"check/linear/a.go": "package linear\nimport (\n\"schedlab/explore\"\n\"schedlab/host\"\n" +
			"\"schedlab/rt/queue\"\n)",
		"check/linear/b.go":     "package linear\nimport \"github.com/anishathalye/porcupine\"",
		"bench/run/run_test.go": "package main",
	},
}

func (l layer) permissions() []string {
	return slices.Concat(l.imports, l.model, l.sim, l.modules)
}

// onlyIn: the file's build constraint asks for the tag.
func onlyIn(s *source, wanted string) bool {
	for _, group := range s.ast.Comments {
		for _, c := range group.List {
			expr, err := constraint.Parse(c.Text)
			if err == nil && c.Pos() < s.ast.Package {
				others := func(tag string) bool { return tag != wanted }
				return !expr.Eval(others) && expr.Eval(func(string) bool { return true })
			}
		}
	}
	return false
}
