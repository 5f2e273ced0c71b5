package check_test

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A comment has a title in a line of its own that begins with "# ". Another
// cites it as the word See, a space, and the title in single quotes. A line
// break in a cite counts as a space.
var (
	heading = regexp.MustCompile(`(?m)^# (.+)$`)
	cite    = regexp.MustCompile(`\b[Ss]ee\s+'([^']+)'`)
)

// comments calls f with every comment, its markers taken off.
func (t *tree) comments(f func(s *source, group *ast.CommentGroup, text string)) {
	for _, s := range t.source {
		for _, group := range s.ast.Comments {
			f(s, group, group.Text())
		}
	}
}

// lintCites: a title that is cited exists somewhere in the tree.
func lintCites(t *tree) (found []finding) {
	titles := map[string]bool{}
	t.comments(func(_ *source, _ *ast.CommentGroup, text string) {
		for _, m := range heading.FindAllStringSubmatch(text, -1) {
			titles[strings.TrimSpace(m[1])] = true
		}
	})
	t.comments(func(_ *source, group *ast.CommentGroup, text string) {
		for _, m := range cite.FindAllStringSubmatchIndex(text, -1) {
			title := strings.Join(strings.Fields(text[m[2]:m[3]]), " ")
			if !titles[title] {
				found = append(found, t.finding(lineIn(group, text, m[0]), fmt.Sprintf("no comment has the title %q", title),
					"correct the title, or write it as a heading (# "+title+") above the comment that is meant"))
			}
		}
	})
	return found
}

// lineIn is about where text[offset] stands: a comment of // lines has a
// position for each. What Text drops (directives, blank lines at the ends) can
// put it a line off.
func lineIn(group *ast.CommentGroup, text string, offset int) token.Pos {
	line := strings.Count(text[:offset], "\n")
	return group.List[min(line, len(group.List)-1)].Pos()
}

// citedFile is a word of a comment that names a file.
var citedFile = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)*(\.go|\.sh|[A-Z]\.md)$`)

// lintFiles: a file that a comment names exists. A bare name is a file of the
// same folder or of one below it; a name with folders starts at the module's
// root, or it is one of Go's own source (runtime/proc.go). A word whose first
// element has a dot is an address (github.com/a/b/c.go), and left alone. Only
// sources and documents in capitals count: what programs write need not exist.
func lintFiles(t *tree) (found []finding) {
	t.comments(func(s *source, group *ast.CommentGroup, text string) {
		for i, line := range strings.Split(text, "\n") {
			for _, word := range strings.Fields(line) {
				name := strings.Trim(word, "\"'`()[]{}.,;:!?")
				if citedFile.MatchString(name) && !t.names(s, name) {
					found = append(found, t.finding(group.List[min(i, len(group.List)-1)].Pos(), "there is no file "+name,
						"correct it: name a file of this folder alone, any other from the module's root, one of Go's from its src"))
				}
			}
		}
	})
	return found
}

func (t *tree) names(s *source, name string) bool {
	first, _, hasFolder := strings.Cut(name, "/")
	if !hasFolder {
		return slices.ContainsFunc(t.texts, func(text string) bool {
			return path.Base(text) == name && (s.pkg() == "." || within(text, s.pkg()))
		})
	}
	return strings.Contains(first, ".") || exists(t.fsys, name) || exists(goSource(), name)
}

// goSource is the source of Go itself.
var goSource = sync.OnceValue(func() fs.FS {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		panic("check: lintFiles: go env GOROOT: " + err.Error())
	}
	return os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "src"))
})

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

const maxFuncLines = 70

// lintLength: no function outside tests is longer than one can see at once.
func lintLength(t *tree) (found []finding) {
	for _, s := range t.source {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncDecl, *ast.FuncLit:
				lines := t.fset.Position(n.End()).Line - t.fset.Position(n.Pos()).Line + 1
				if d, ok := n.(*ast.FuncDecl); ok && d.Doc != nil {
					lines = t.fset.Position(d.End()).Line - t.fset.Position(d.Type.Pos()).Line + 1
				}
				if lines > maxFuncLines {
					found = append(found, t.finding(n.Pos(), fmt.Sprintf("a function of %d lines", lines),
						fmt.Sprintf("split it: %d is the limit, 10 is usual", maxFuncLines)))
				}
			}
			return true
		})
	}
	return found
}

// machinePath: an absolute path of somebody's machine.
var machinePath = regexp.MustCompile(`(^|[^\w./~-])/(` +
	strings.Join([]string{"work", "home", "root", "tmp", "Users", "usr/local"}, "|") + `)/\w`)

// lintPaths: nothing in the tree depends on, or tells of, the machine it was
// written on. Every text file is read, results too.
func lintPaths(t *tree) (found []finding) {
	for _, name := range t.texts {
		src, err := fs.ReadFile(t.fsys, name)
		if err != nil {
			return append(found, finding{name, err.Error(), "make it readable"})
		}
		lines := bufio.NewScanner(bytes.NewReader(src))
		lines.Buffer(nil, len(src)+1)
		for n := 1; lines.Scan(); n++ {
			if m := machinePath.FindString(lines.Text()); m != "" {
				found = append(found, finding{fmt.Sprintf("%s:%d", name, n),
					fmt.Sprintf("an absolute path: %q", strings.TrimSpace(m)+"..."),
					"write it relative to the module, or ask the system (os.TempDir, t.TempDir)"})
			}
		}
	}
	return found
}
