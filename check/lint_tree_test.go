package check_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulePath is that of go.mod.
const modulePath = "schedlab"

// tree is what the lint rules look at: the module from its root.
type tree struct {
	fsys   fs.FS
	fset   *token.FileSet
	source []*source
	pages  []*page
	texts  []string // every text file, sources and pages too
}

// source is one Go file.
type source struct {
	path  string
	ast   *ast.File
	lines []string
}

// page is one Markdown file.
type page struct {
	path  string
	lines []string
}

func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// pkg is the folder, relative to the root: "designs/gpm".
func (s *source) pkg() string { return path.Dir(s.path) }

// finding is one violation: where, what, and what to do.
type finding struct {
	file   string
	line   int
	what   string
	advice string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.what, f.advice)
}

func (t *tree) finding(pos token.Pos, what, advice string) finding {
	p := t.fset.Position(pos)
	return finding{p.Filename, p.Line, what, advice}
}

var textFile = regexp.MustCompile(
	`(^|/)(LICENSE|Makefile)$|\.(go|s|md|sh|txt|svg|ya?ml|json|mod|conf)$`)

// loadTree reads everything below the root but folders that begin with a dot.
// The folder .github is read too: it is published.
func loadTree(fsys fs.FS) (*tree, error) {
	t := &tree{fsys: fsys, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && len(d.Name()) > 1 && d.Name()[0] == '.' && d.Name() != ".github":
			return fs.SkipDir
		case d.IsDir() || !textFile.MatchString(name):
			return nil
		}
		t.texts = append(t.texts, name)
		return t.read(name)
	})
	return t, err
}

// read parses a source, and keeps the lines of a page.
func (t *tree) read(name string) error {
	kind := path.Ext(name)
	if kind != ".go" && kind != ".md" {
		return nil
	}
	src, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")
	if kind == ".md" {
		t.pages = append(t.pages, &page{name, lines})
		return nil
	}
	file, err := parser.ParseFile(t.fset, name, src, parser.ParseComments)
	if err != nil {
		return err
	}
	t.source = append(t.source, &source{name, file, lines})
	return nil
}

// moduleTree is this module.
func moduleTree(t *testing.T) *tree {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	module, err := loadTree(os.DirFS(root))
	require.NoError(t, err)
	return module
}

// moduleRoot is the nearest folder above this one with a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no go.mod above the working directory: run the test in the " +
				"module")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
