package check_test

import (
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

// sections returns the text below every title of the tree, up to the next.
func (t *tree) sections() map[string][]string {
	all := map[string][]string{}
	t.comments(func(_ *source, _ *ast.CommentGroup, text string) {
		titles := heading.FindAllStringSubmatchIndex(text, -1)
		for i, m := range titles {
			end := len(text)
			if i+1 < len(titles) {
				end = titles[i+1][0]
			}
			title := strings.TrimSpace(text[m[2]:m[3]])
			all[title] = append(all[title], text[m[1]:end])
		}
	})
	return all
}

// citedTitlesExist: a title that is cited exists somewhere in the tree.
var citedTitlesExist = rule{
	name: "cited titles exist",
	find: func(t *tree) (found []finding) {
		sections := t.sections()
		t.comments(func(_ *source, group *ast.CommentGroup, text string) {
			for _, m := range cite.FindAllStringSubmatchIndex(text, -1) {
				title := oneLine(text[m[2]:m[3]])
				if sections[title] == nil {
					found = append(found, t.finding(lineIn(group, text, m[0]),
						fmt.Sprintf("no comment has the title %q", title),
						"correct it, or write the heading (# "+title+") above what is meant"))
				}
			}
		})
		return found
	},
	bad: map[string]string{
		"host/a.go": "package host\n\n// # Boxes\n//\n// Text.\nvar x int\n\n" +
			"// Text,\n// see 'Crates'.\nvar y int\n\n// As in 'nothing'. See 'Box\n// es'.\n" +
			"var z int\n",
	},
	want: []string{
		`host/a.go:9: no comment has the title "Crates"`,
		`host/a.go:12: no comment has the title "Box es"`,
	},
	good: map[string]string{
		"host/a.go":   "package host\n\n// # Delicate dance\n//\n// Text.\nvar x int\n",
		"bench/b.go":  "package bench\n\n// F. See 'Delicate\n// dance'.\nfunc F() {}\n",
		"bench/b2.go": "package bench\n\n// G: see F, or 'something'.\nfunc G() {}\n",
	},
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// lineIn is about where text[offset] stands: a comment of // lines has a
// position for each. What Text drops (directives, blank lines at the ends) can
// put it a line off.
func lineIn(group *ast.CommentGroup, text string, offset int) token.Pos {
	line := strings.Count(text[:offset], "\n")
	return group.List[min(line, len(group.List)-1)].Pos()
}

// citedFile is a word of a comment that names a file.
var citedFile = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)*(\.go|\.sh|[A-Z]\.md)$`)

// citedFilesExist: a file that a comment names exists. A bare name is a file of
// the same folder or of one below it, or a page of the root. A name with folders
// starts at the root, or it is one of Go's own source (runtime/proc.go). A word
// whose first element has a dot is an address (github.com/a/b/c.go), and left
// alone. Only sources and documents in capitals count: what programs write need
// not exist.
var citedFilesExist = rule{
	name: "cited files exist",
	find: func(t *tree) (found []finding) {
		t.comments(func(s *source, group *ast.CommentGroup, text string) {
			for i, line := range strings.Split(text, "\n") {
				for _, word := range strings.Fields(line) {
					name := strings.Trim(word, "\"'`()[]{}.,;:!?")
					if citedFile.MatchString(name) && !t.names(s, name) {
						found = append(found, t.finding(group.List[min(i, len(group.List)-1)].Pos(),
							"there is no file "+name, "correct it: name a file of this folder "+
								"alone, "+
								"any other from the module's root, one of Go's from its src"))
					}
				}
			}
		})
		return found
	},
	bad: map[string]string{
		"host/a.go": "package host\n\n// See gone.go,\n// host/b.go and (runtime/gone.go).\n" +
			"var x int // proc.go's idea, in proc.go.\n",
	},
	want: []string{
		"host/a.go:3: there is no file gone.go",
		"host/a.go:4: there is no file host/b.go",
		"host/a.go:4: there is no file runtime/gone.go",
		"host/a.go:5: there is no file proc.go",
	},
	good: map[string]string{
		"host/a.go": "package host\n\n" +
			"// See a.go, \"host/a.go\", runtime/proc.go:24, *_test.go,\n" +
			"// github.com/a/b/src/c.go, https://go.dev/x.md.\nvar x = \"gone.go\"\n",
	},
}

func (t *tree) names(s *source, name string) bool {
	first, _, hasFolder := strings.Cut(name, "/")
	if !hasFolder {
		if path.Ext(name) == ".md" && exists(t.fsys, name) {
			return true
		}
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
		panic("check: citedFilesExist: go env GOROOT: " + err.Error())
	}
	return os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "src"))
})

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, path.Clean(name))
	return err == nil
}
