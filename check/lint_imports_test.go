package check_test

import (
	"fmt"
	"go/build/constraint"
	"path"
	"slices"
	"strings"
)

// syncAllowed: folders below designs and rt that may import sync and sync/atomic
// outside tests. For every other one, host is the only way to them.
var syncAllowed = map[string]string{
	"designs/native": "its schedule is Go's own: goroutines, channels and locks are what it measures",
	"rt/gsync":       "for native Gs its types are Go's own; the halves for other Gs use host",
}

// lintSync: designs must not see sync, or no other host could be put beneath
// them.
func lintSync(t *tree) (found []finding) {
	for _, s := range t.source {
		if s.isTest() || !(within(s.pkg(), "designs") || within(s.pkg(), "rt")) || syncAllowed[s.pkg()] != "" {
			continue
		}
		for _, i := range s.ast.Imports {
			if imported := strings.Trim(i.Path.Value, `"`); within(imported, "sync") {
				found = append(found, t.finding(i.Pos(), "imports "+imported,
					"use the types of package host, or give the folder a row with its reason in syncAllowed"))
			}
		}
	}
	return found
}

func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// layer says what the packages of a folder may import outside tests, of this
// module and of others. Tests may import what the compiler lets them.
type layer struct {
	folder  string   // a path.Match pattern, relative to the root
	imports []string // patterns, too; "..." is every package
	modules bool     // packages of other modules
	model   []string // besides imports, in files that only the model build sees
}

// layers: the first that matches counts. A package that none matches is a
// finding, so that each new one says where it stands.
var layers = []layer{
	{folder: "internal/*"},
	{folder: "explore", imports: []string{"explore/internal/*", "internal/names"}, modules: true},
	{folder: "explore/internal/engine", imports: []string{"internal/coro"}},
	{folder: "explore/internal/dpor", imports: []string{"explore/internal/engine"}},
	{folder: "explore/internal/strategy", imports: []string{"explore/internal/engine"}},
	{folder: "explore/internal/story", imports: []string{"explore/internal/engine", "explore/internal/strategy"}},
	{folder: "explore/*", imports: []string{"explore"}},
	{folder: "host", imports: []string{"internal/coro"}, model: []string{"explore"}},
	{folder: "rt/queue", imports: []string{"host"}},
	{folder: "rt", imports: []string{"host", "rt/queue"}, modules: true},
	{folder: "rt/gsync", imports: []string{"host", "rt/queue", "rt"}},
	{folder: "rt/gnet", imports: []string{"host", "rt", "rt/gsync"}},
	{folder: "designs/all", imports: []string{"internal/*", "rt", "designs/*"}},
	{folder: "designs/*", imports: []string{"host", "rt/queue", "rt"}, modules: true},
	{folder: "workloads", imports: []string{"internal/*", "host", "rt", "rt/gsync", "rt/gnet"}, modules: true},
	{folder: "check", imports: []string{"..."}, modules: true},
	{folder: "check/*", imports: []string{"..."}, modules: true},
	{folder: "bench", imports: []string{"..."}, modules: true},
	{folder: "bench/*", imports: []string{"..."}, modules: true},
}

func lintLayers(t *tree) (found []finding) {
	for _, s := range t.source {
		if s.isTest() {
			continue
		}
		l, ok := layerOf(s.pkg())
		if !ok {
			found = append(found, t.finding(s.ast.Package, "package "+s.pkg()+" is in no layer",
				"give it a row in layers"))
			continue
		}
		for _, i := range s.ast.Imports {
			imported := strings.Trim(i.Path.Value, `"`)
			if !l.allows(imported, onlyInModel(s)) {
				found = append(found, t.finding(i.Pos(), s.pkg()+" imports "+imported,
					"the folder "+l.folder+" may import "+l.describe()+"; move the code, or change layers and say why"))
			}
		}
	}
	return found
}

func layerOf(pkg string) (layer, bool) {
	i := slices.IndexFunc(layers, func(l layer) bool { return matches(l.folder, pkg) })
	if i < 0 {
		return layer{}, false
	}
	return layers[i], true
}

func (l layer) allows(imported string, model bool) bool {
	name, ours := strings.CutPrefix(imported, modulePath+"/")
	if !ours {
		other := strings.Contains(strings.Split(imported, "/")[0], ".")
		return !other || l.modules
	}
	may := l.imports
	if model {
		may = append(slices.Clone(may), l.model...)
	}
	if slices.Contains(may, "...") {
		// Of the two folders on top, check does not look at bench.
		return !within(name, "bench") || within(l.folder, "bench")
	}
	return slices.ContainsFunc(may, func(p string) bool { return matches(p, name) })
}

func (l layer) describe() string {
	if len(l.imports) == 0 {
		return "nothing of this module"
	}
	return fmt.Sprintf("only %s of this module", strings.Join(l.imports, ", "))
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// onlyInModel: the file's build constraint asks for the tag model.
func onlyInModel(s *source) bool {
	for _, group := range s.ast.Comments {
		for _, c := range group.List {
			expr, err := constraint.Parse(c.Text)
			if err == nil && c.Pos() < s.ast.Package {
				others := func(tag string) bool { return tag != "model" }
				return !expr.Eval(others) && expr.Eval(func(string) bool { return true })
			}
		}
	}
	return false
}
