package check_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// listed is a line of a package comment that says what files are for: a name, or
// some with commas between, two spaces, and what. A * stands for what the systems'
// versions of one file differ in.
var listed = regexp.MustCompile(`^\s+((?:[\w*]+\.go(?:, )?)+)\s+\S`)

// listsAreComplete: a package comment that lists files lists all of its folder
// outside tests, but for the one that it stands in, and no file that is gone.
var listsAreComplete = rule{
	name: "lists of files are complete",
	find: func(t *tree) (found []finding) {
		for _, s := range t.source {
			names, line := t.listOf(s)
			if len(names) == 0 {
				continue
			}
			files := t.filesOf(s.pkg())
			for i, name := range names {
				if !slices.ContainsFunc(files, func(f string) bool { return matches(name, f) }) {
					found = append(found, finding{s.path, line[i], "lists " + name +
						", which is not there",
						"correct the name, or take the line out"})
				}
			}
			for _, f := range files {
				known := slices.ContainsFunc(names,
					func(name string) bool { return matches(name, f) })
				if !known && !strings.HasSuffix(f, "_test.go") && f != path.Base(s.path) {
					found = append(found, finding{s.path, line[0], "the list lacks " + f,
						"give it a line that says what it is for"})
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"host/doc.go": "// Package host.\n//\n//\ta.go    a\n//\tgone.go is gone\n" +
			"//\tb.go, b_*.go  b\npackage host\n",
		"host/a.go":      "package host\n",
		"host/b.go":      "package host\n",
		"host/b_x.go":    "package host\n",
		"host/c.go":      "package host\n",
		"host/c_test.go": "package host\n",
	},
	want: []string{"host/doc.go:4: lists gone.go", "host/doc.go:3: the list lacks c.go"},
	good: map[string]string{
		"host/doc.go": "// Package host: see gone.go.\n//\n//\ta.go    a\n//\ta_test.go  a test\n" +
			"//\tgo run a.go  code\npackage host\n\n//\tgone.go  of another comment\n",
		"host/a.go":      "package host\n",
		"host/a_test.go": "package host\n",
		"host/b_test.go": "package host\n",
		"rt/a.go":        "// Package rt.\npackage rt\n",
	},
}

// listOf returns the file names that s's package comment lists, with their lines.
func (t *tree) listOf(s *source) (names []string, lines []int) {
	if s.ast.Doc == nil {
		return nil, nil
	}
	at := t.fset.Position(s.ast.Doc.Pos()).Line
	for i := range s.ast.Doc.List {
		m := listed.FindStringSubmatch(uncomment(s.lines[at+i-1]))
		if m == nil {
			continue
		}
		for name := range strings.SplitSeq(m[1], ", ") {
			names, lines = append(names, name), append(lines, at+i)
		}
	}
	return names, lines
}

// filesOf returns the names of the sources of a package.
func (t *tree) filesOf(pkg string) (names []string) {
	for _, s := range t.source {
		if s.pkg() == pkg {
			names = append(names, path.Base(s.path))
		}
	}
	return names
}
