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
)

// modulePath is that of go.mod.
const modulePath = "schedlab"

// tree is what the lint rules look at: the module from its root.
type tree struct {
	fsys   fs.FS
	fset   *token.FileSet
	source []*source
	texts  []string // every text file, sources too
}

// source is one Go file.
type source struct {
	path string
	ast  *ast.File
}

func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// pkg is the folder, relative to the root: "designs/gpm".
func (s *source) pkg() string { return path.Dir(s.path) }

// finding is one violation: where, what, and what to do.
type finding struct {
	at     string // file:line
	what   string
	advice string
}

func (f finding) String() string { return f.at + ": " + f.what + ": " + f.advice }

func (t *tree) finding(pos token.Pos, what, advice string) finding {
	p := t.fset.Position(pos)
	return finding{fmt.Sprintf("%s:%d", p.Filename, p.Line), what, advice}
}

var textFile = regexp.MustCompile(`\.(go|s|md|sh|txt|ya?ml|json|mod)$`)

// loadTree reads everything below the root but folders that begin with a dot.
// .github is read too: it is published.
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
		if path.Ext(name) != ".go" {
			return nil
		}
		return t.parse(name)
	})
	return t, err
}

func (t *tree) parse(name string) error {
	src, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(t.fset, name, src, parser.ParseComments)
	if err != nil {
		return err
	}
	t.source = append(t.source, &source{name, file})
	return nil
}

// moduleRoot is the nearest folder above this one with a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no go.mod above the working directory: run the test inside the module")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
