package rank_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	_ "schedlab/rt/rank"
)

func TestTheOrderHasNoCircle(t *testing.T) {
	names := map[string]bool{}
	for _, r := range host.Ranks() {
		require.False(t, r.MayBeTakenUnder(r), "%v", r)
		require.False(t, names[r.String()], "two ranks are called %v", r)
		names[r.String()] = true
		for _, u := range r.Under() {
			require.True(t, names[u.String()], "%v is made before %v", r, u)
		}
	}
}

// objects are the locks that have no other rank than that of an object.
var objects = map[string]string{
	"rt/gsync.Cond.mu":      "the zero Cond is good to use",
	"rt/gsync.RWMutex.mu":   "the zero RWMutex is good to use",
	"rt/gsync.Semaphore.mu": "a permit may be handed on by any G",
	"rt/gsync.WaitGroup.mu": "the zero WaitGroup is good to use",
}

// Every lock of rt and of the designs is given a rank in its own package, or is an object's.
func TestEveryLockHasARank(t *testing.T) {
	locks, ranked := map[string]bool{}, map[string]bool{}
	for _, p := range load(t, "schedlab/rt/...", "schedlab/designs/...") {
		p.findLocks(locks)
		p.findRanked(ranked)
	}
	for name := range locks {
		require.NotEqual(t, ranked[name], objects[name] != "",
			"%s: give it a rank with SetRank, or a row in objects, not both", name)
	}
	for name := range objects {
		require.True(t, locks[name], "%s: there is no such lock", name)
	}
	require.Greater(t, len(locks), 15)
}

// loaded is a package without its tests.
type loaded struct {
	pkg   *types.Package
	info  types.Info
	files []*ast.File
}

// load type-checks the sources of the packages that match.
func load(t *testing.T, patterns ...string) (all []loaded) {
	exports := map[string]string{}
	withDeps := append([]string{"-export", "-deps"}, patterns...)
	for _, words := range list(t, "{{.ImportPath}} {{.Export}}", withDeps...) {
		if len(words) == 2 {
			exports[words[0]] = words[1]
		}
	}
	fset := token.NewFileSet()
	open := func(name string) (io.ReadCloser, error) { return os.Open(exports[name]) }
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", open)}
	const files = "{{.ImportPath}} {{.Dir}}{{range .GoFiles}} {{.}}{{end}}"
	for _, words := range list(t, files, patterns...) {
		l := loaded{
			info:  types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}},
			files: parse(t, fset, words[1], words[2:]),
		}
		var err error
		l.pkg, err = conf.Check(words[0], fset, l.files, &l.info)
		require.NoError(t, err)
		all = append(all, l)
	}
	return all
}

// list returns the words of each line that go list prints.
func list(t *testing.T, format string, args ...string) (lines [][]string) {
	cmd := exec.Command("go", append([]string{"list", "-f", format}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

// parse reads the files itself, so that go test knows that the result depends on them.
func parse(t *testing.T, fset *token.FileSet, folder string, names []string) (files []*ast.File) {
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		f, err := parser.ParseFile(fset, name, src, 0)
		require.NoError(t, err)
		files = append(files, f)
	}
	return files
}

// findLocks adds the locks that are fields of the package's types, and its variables.
func (l loaded) findLocks(to map[string]bool) {
	for _, name := range l.pkg.Scope().Names() {
		obj := l.pkg.Scope().Lookup(name)
		if isLock(obj.Type()) {
			to[nameOf(l.pkg, name)] = true
		}
		s, ok := obj.Type().Underlying().(*types.Struct)
		for i := 0; ok && i < s.NumFields(); i++ {
			if f := s.Field(i); isLock(f.Type()) {
				to[nameOf(l.pkg, name, f.Name())] = true
			}
		}
	}
}

func nameOf(pkg *types.Package, names ...string) string {
	return strings.TrimPrefix(pkg.Path(), "schedlab/") + "." + strings.Join(names, ".")
}

func isLock(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "schedlab/host" {
		return false
	}
	return strings.HasSuffix(n.Obj().Name(), "Mutex")
}

// findRanked adds the locks whose SetRank or SetRankNth is called.
func (l loaded) findRanked(to map[string]bool) {
	for call, s := range l.info.Selections {
		if !strings.HasPrefix(s.Obj().Name(), "SetRank") {
			continue
		}
		field, ok := ast.Unparen(call.X).(*ast.SelectorExpr)
		if !ok {
			continue
		}
		if owner := l.ownerOf(field); owner != "" {
			to[nameOf(l.pkg, owner, field.Sel.Name)] = true
		}
	}
}

// ownerOf returns the name of the type that declares the field.
func (l loaded) ownerOf(field *ast.SelectorExpr) string {
	s := l.info.Selections[field]
	if s == nil {
		return ""
	}
	t := s.Recv()
	for _, at := range s.Index() {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(at)
		if f == s.Obj() {
			break
		}
		t = f.Type()
	}
	return t.(*types.Named).Obj().Name()
}
